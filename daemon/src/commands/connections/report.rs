//! What a caller hands in about a key, asking Roblox about it, and the answer as the wire has it.
//!
//! **Invariant:** a key that Roblox does not accept leads to a refusal, never to a report.

use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::capability::{
    Capability, Feature, Granted as GrantedStores, Warning, WarningKind, capabilities, unknown_universe,
    warnings,
};
use daemon_roblox::client::endpoint::{Endpoint, ROBLOX};
use daemon_roblox::client::error::CloudError;
use daemon_roblox::client::lookup::KeyFacts;
use daemon_roblox::client::secret::ApiKey;
use daemon_store::state::records::KeyCheck;
use daemon_store::vault::secret;
use protocol::operations::cloud_connections::{
    Granted, KeyCapability, KeyFeature, KeyReport, KeyWarning, KeyWarningKind,
};
use protocol::{ErrorCode, SecretText};
use zeroize::Zeroizing;

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::UniverseError;
use crate::universes::clouds::CloudTarget;

/// Longest name of a connection, in bytes.
const NAME_LIMIT_BYTES: usize = 100;

/// A connection's name: 1 to 100 bytes.
pub(super) fn name(text: &str) -> Result<String, CommandError> {
    let name = text.trim();
    if name.is_empty() || name.len() > NAME_LIMIT_BYTES || name.chars().any(char::is_control) {
        let message = format!(
            "a connection's name has 1 to {NAME_LIMIT_BYTES} bytes and no control characters; choose another"
        );
        return Err(invalid(message));
    }
    Ok(name.to_owned())
}

/// Where a connection is to lead.
pub(super) fn target(universe_id: &str, base_url: Option<&str>) -> Result<CloudTarget, CommandError> {
    let is_id = !universe_id.is_empty() && universe_id.bytes().all(|byte| byte.is_ascii_digit());
    // Roblox's ids are positive numbers of 63 bits.
    let number = universe_id.parse::<i64>().ok().filter(|number| is_id && *number > 0);
    let universe_id = number.and_then(|number| u64::try_from(number).ok()).ok_or_else(|| {
        invalid(
            "the universe id is no whole number from 1 on; copy it from Creator Hub (it is not the place id)",
        )
    })?;
    Ok(CloudTarget { universe_id, endpoint: endpoint(base_url)? })
}

/// The host that a base URL names; Roblox when none is given.
pub(super) fn endpoint(base_url: Option<&str>) -> Result<Endpoint, CommandError> {
    Endpoint::parse(base_url.unwrap_or(ROBLOX)).map_err(|error| invalid(error.to_string()))
}

/// A key that was handed in: to be kept, and to ask with.
pub(super) fn key(handed_in: SecretText) -> Result<(secret::SecretText, ApiKey), CommandError> {
    let text = Zeroizing::new(handed_in.into_inner());
    let key = ApiKey::new(&text).map_err(|error| invalid(error.to_string()))?;
    Ok((secret::SecretText::new(text.trim().to_owned()), key))
}

/// Refuses, before Roblox is asked anything, when a key could not be kept.
pub(super) fn require_keeper(context: &Context) -> Result<(), CommandError> {
    match context.state.keeper().state().remedy {
        None => Ok(()),
        Some(remedy) => {
            let message = format!("the API key cannot be kept now, so nothing was saved: {remedy}");
            Err(CommandError::new(ErrorCode::SourceAccessDenied, message))
        }
    }
}

/// Asks Roblox what a key is and may do.
pub(super) async fn inspect(context: &Context, cloud: &OpenCloud) -> Result<KeyReport, CommandError> {
    let facts = cloud.introspect().await.map_err(not_accepted)?;
    require_usable(&facts)?;
    let now = context.state.clock().now();
    let universe_id = cloud.universe_id();
    let capabilities = capabilities(&facts, universe_id);
    let mut warnings = warnings(&facts, universe_id, now);
    let may_look = capabilities.iter().any(|capability| {
        capability.feature == Feature::ReadUniverse && capability.granted != GrantedStores::None
    });
    let mut universe_name = None;
    if may_look {
        match cloud.universe().await {
            Ok(universe) => universe_name = Some(universe.name).filter(|name| !name.is_empty()),
            Err(CloudError::NotFound { .. }) => warnings.push(unknown_universe(universe_id)),
            // The key is known to be accepted; only the name is not known.
            Err(error) => tracing::debug!(%error, "the experience's name could not be asked for"),
        }
    }
    Ok(KeyReport {
        checked_at: convert::time(now),
        key_name: facts.name,
        owner_user_id: facts.authorised_user_id.map(|id| id.to_string()),
        universe_name,
        expires_at: facts.expires_at.map(convert::time),
        capabilities: capabilities.into_iter().map(wire_capability).collect(),
        warnings: warnings.into_iter().map(wire_warning).collect(),
    })
}

/// A report as it is stored.
pub(super) fn stored(report: &KeyReport) -> Result<KeyCheck, CommandError> {
    let text = serde_json::to_string(report)
        .map_err(|error| CommandError::internal("a report could not be written", error))?;
    Ok(KeyCheck { universe_name: report.universe_name.clone(), report: text })
}

pub(super) fn invalid(message: impl Into<String>) -> CommandError {
    CommandError::new(ErrorCode::RequestInvalid, message)
}

/// Why Roblox told nothing about a key. `[I]` How it answers for keys it does not know is not stated (`roblox-apis.md §0.4`);
/// every refusal but that of the address counts as that.
fn not_accepted(error: CloudError) -> CommandError {
    let error = match error {
        CloudError::Refused { message, .. } | CloudError::NotFound { message, .. } => {
            CloudError::Unauthorised { message }
        }
        other => other,
    };
    UniverseError::Cloud(error).into()
}

fn require_usable(facts: &KeyFacts) -> Result<(), CommandError> {
    let name = &facts.name;
    let problem = if facts.is_expired {
        format!("the API key `{name}` has expired; extend it in Creator Hub, or hand in another")
    } else if !facts.is_enabled {
        format!("the API key `{name}` is switched off; switch it on in Creator Hub, or hand in another")
    } else {
        return Ok(());
    };
    Err(CommandError::new(ErrorCode::SourceAccessDenied, problem))
}

fn wire_capability(capability: Capability) -> KeyCapability {
    let (granted, datastores) = match capability.granted {
        GrantedStores::All => (Granted::All, Vec::new()),
        GrantedStores::Some(names) => (Granted::Some, names.into_iter().collect()),
        GrantedStores::None => (Granted::None, Vec::new()),
    };
    KeyCapability {
        feature: wire_feature(capability.feature),
        granted,
        datastores,
        missing: capability.missing.into_iter().map(str::to_owned).collect(),
    }
}

fn wire_feature(feature: Feature) -> KeyFeature {
    match feature {
        Feature::ListDatastores => KeyFeature::ListDatastores,
        Feature::ReadEntries => KeyFeature::ReadEntries,
        Feature::ListKeys => KeyFeature::ListKeys,
        Feature::WriteEntries => KeyFeature::WriteEntries,
        Feature::DeleteEntries => KeyFeature::DeleteEntries,
        Feature::ListRevisions => KeyFeature::ListRevisions,
        Feature::ReadRevisions => KeyFeature::ReadRevisions,
        Feature::Snapshots => KeyFeature::Snapshots,
        Feature::DeleteDatastores => KeyFeature::DeleteDatastores,
        Feature::ReadOrdered => KeyFeature::ReadOrdered,
        Feature::WriteOrdered => KeyFeature::WriteOrdered,
        Feature::ReadMemory => KeyFeature::ReadMemory,
        Feature::WriteMemory => KeyFeature::WriteMemory,
        Feature::FlushMemory => KeyFeature::FlushMemory,
        Feature::PublishMessages => KeyFeature::PublishMessages,
        Feature::ReadUniverse => KeyFeature::ReadUniverse,
    }
}

fn wire_warning(warning: Warning) -> KeyWarning {
    let kind = match warning.kind {
        WarningKind::ExpiresSoon => KeyWarningKind::ExpiresSoon,
        WarningKind::ExpiresUnused => KeyWarningKind::ExpiresUnused,
        WarningKind::TooWide => KeyWarningKind::TooWide,
        WarningKind::OtherUniverses => KeyWarningKind::OtherUniverses,
        WarningKind::UniverseUnknown => KeyWarningKind::UniverseUnknown,
    };
    KeyWarning { kind, message: warning.message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_targets_are_checked() {
        assert_eq!(name(" Prod ").unwrap(), "Prod");
        for bad in ["", " ", "a\nb", &"n".repeat(NAME_LIMIT_BYTES + 1)] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert_eq!(target("123", None).unwrap().universe_id, 123);
        assert_eq!(
            target("9223372036854775807", Some("http://127.0.0.1:1")).unwrap().endpoint.authority(),
            "127.0.0.1:1"
        );
        for bad in ["", "0", "-1", "+1", "1.0", " 1", "9223372036854775808", "place"] {
            assert_eq!(target(bad, None).unwrap_err().code, ErrorCode::RequestInvalid, "{bad}");
        }
        for bad in ["http://apis.roblox.com", "https://user@apis.roblox.com", "127.0.0.1:1"] {
            assert_eq!(target("1", Some(bad)).unwrap_err().code, ErrorCode::RequestInvalid, "{bad}");
        }
    }

    #[test]
    fn s_10_a_text_that_is_no_key_is_not_repeated() {
        let Err(refused) = key(SecretText::new("not a canary".into())) else { panic!("it has spaces") };
        assert_eq!(refused.code, ErrorCode::RequestInvalid);
        assert!(!refused.message.contains("canary"), "{}", refused.message);
        assert_eq!(key(SecretText::new(" abc\n".into())).ok().unwrap().0.expose(), "abc");
    }

    #[test]
    fn keys_that_are_over_or_off_are_refused_by_name() {
        let facts = |is_enabled, is_expired| KeyFacts {
            name: "mine".into(),
            is_enabled,
            is_expired,
            ..KeyFacts::default()
        };
        assert!(require_usable(&facts(true, false)).is_ok());
        for (facts, word) in [(facts(false, false), "switched off"), (facts(true, true), "expired")] {
            let refused = require_usable(&facts).unwrap_err();
            assert_eq!(refused.code, ErrorCode::SourceAccessDenied);
            assert!(
                refused.message.contains("`mine`") && refused.message.contains(word),
                "{}",
                refused.message
            );
        }
    }
}
