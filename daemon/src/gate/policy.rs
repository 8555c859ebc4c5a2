//! May this caller do this? The catalogue's declarations are the table.

use daemon_core::permission::Permission;
use daemon_core::time::Timestamp;
use protocol::{Effect, ErrorCode, OperationName};

use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::gate::identity::Caller;
use crate::safety::SafetyMode;

/// Refuses whoever may not call any more, and what the caller's role does not permit.
pub fn permit(caller: &Caller, operation: OperationName, now: Timestamp) -> Result<(), CommandError> {
    if !is_valid(caller, now) {
        let message = "the credential was revoked or has expired; sign in again";
        return Err(CommandError::new(ErrorCode::NotSignedIn, message));
    }
    let declaration = operation.declaration();
    if caller.role.permits(convert::domain_permission(declaration.permission)) {
        return Ok(());
    }
    let message = format!(
        "role {} may not call `{}`: it lacks {}; ask someone whose role has it",
        caller.role.as_str(),
        declaration.name,
        declaration.permission.as_str()
    );
    Err(CommandError::new(ErrorCode::PermissionDenied, message))
}

/// Refuses every change while the daemon only reads; that people sign in and out is none.
pub fn permit_in_safety(safety: Option<&SafetyMode>, operation: OperationName) -> Result<(), CommandError> {
    let Some(safety) = safety else { return Ok(()) };
    let declaration = operation.declaration();
    if declaration.effect == Effect::Read || declaration.name.starts_with("sessions.") {
        return Ok(());
    }
    Err(CommandError::new(ErrorCode::DatabaseUnavailable, safety.message()))
}

/// Whether the caller's credential still opens anything.
pub fn is_valid(caller: &Caller, now: Timestamp) -> bool {
    !caller.revoked.is_cancelled() && caller.expires_at.is_none_or(|expires_at| expires_at > now)
}

/// Whether the caller's role lets it hear of changes.
pub fn may_listen(caller: &Caller) -> bool {
    caller.role.permits(Permission::ReadData)
}

#[cfg(test)]
mod tests {
    use daemon_core::permission::Role;
    use protocol::CATALOGUE;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn s_61_every_role_and_operation_follows_the_one_table() {
        for role in Role::ALL {
            let caller = Caller::for_tests(role);
            for (operation, declaration) in CATALOGUE {
                let needed = Permission::parse(declaration.permission.as_str()).unwrap();
                assert_eq!(
                    permit(&caller, *operation, NOW).is_ok(),
                    role.permits(needed),
                    "{} {}",
                    role.as_str(),
                    declaration.name
                );
            }
        }
    }

    #[test]
    fn s_16_a_revoked_or_expired_caller_may_nothing() {
        let revoked = Caller::for_tests(Role::SuperAdmin);
        revoked.revoked.cancel();
        let expired = Caller { expires_at: Some(NOW), ..Caller::for_tests(Role::SuperAdmin) };
        for caller in [revoked, expired] {
            for (operation, _) in CATALOGUE {
                assert_eq!(permit(&caller, *operation, NOW).unwrap_err().code, ErrorCode::NotSignedIn);
            }
            assert!(!is_valid(&caller, NOW));
        }
    }
}
