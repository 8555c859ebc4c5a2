//! `vault.status`: whether keys can be kept and used, and how to change that.

use daemon_store::vault::OpenedBy;
use protocol::operations::vault::{VaultPlace, VaultState, VaultStatus, VaultStatusRequest};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::keeper::{Availability, KeeperState, Place};

pub(crate) async fn run(context: Context, _request: VaultStatusRequest) -> Result<VaultStatus, CommandError> {
    Ok(describe(context.state.keeper().state()))
}

/// How the keys lie, as the wire has it.
pub(super) fn describe(state: KeeperState) -> VaultStatus {
    VaultStatus {
        place: match state.place {
            Place::System => VaultPlace::System,
            Place::Vault => VaultPlace::Vault,
        },
        state: match state.state {
            Availability::Absent => VaultState::Absent,
            Availability::Locked => VaultState::Locked,
            Availability::Open => VaultState::Open,
        },
        key_file: state.opened_by == Some(OpenedBy::KeyFile),
        remedy: state.remedy,
    }
}
