//! May this caller do this? The catalogue's declarations are the table.

use protocol::{ErrorCode, OperationName};

use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::gate::identity::Caller;

/// Refuses what the caller's role does not permit.
pub fn permit(caller: &Caller, operation: OperationName) -> Result<(), CommandError> {
    if caller.revoked.is_cancelled() {
        return Err(CommandError::new(ErrorCode::NotSignedIn, "the credential was revoked; sign in again"));
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

/// Whether the caller may hear of changes.
pub fn may_listen(caller: &Caller) -> bool {
    !caller.revoked.is_cancelled() && caller.role.permits(daemon_core::permission::Permission::ReadData)
}

#[cfg(test)]
mod tests {
    use daemon_core::permission::{Permission, Role};
    use protocol::CATALOGUE;

    use super::*;

    #[test]
    fn s_61_every_role_and_operation_follows_the_one_table() {
        for role in Role::ALL {
            let caller = Caller::for_tests(role);
            for (operation, declaration) in CATALOGUE {
                let needed = Permission::parse(declaration.permission.as_str()).unwrap();
                assert_eq!(
                    permit(&caller, *operation).is_ok(),
                    role.permits(needed),
                    "{} {}",
                    role.as_str(),
                    declaration.name
                );
            }
        }
    }

    #[test]
    fn s_16_a_revoked_caller_may_nothing() {
        let caller = Caller::for_tests(Role::SuperAdmin);
        caller.revoked.cancel();
        for (operation, _) in CATALOGUE {
            assert_eq!(permit(&caller, *operation).unwrap_err().code, ErrorCode::NotSignedIn);
        }
        assert!(!may_listen(&caller));
    }
}
