//! `vault.open`: the keys can be used until the vault is closed or the daemon stops.

use daemon_store::vault::secret::SecretText;
use protocol::ErrorCode;
use protocol::operations::vault::{VaultOpenRequest, VaultStatus};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::vault::status::describe;
use crate::events::Event;

pub(crate) async fn run(context: Context, request: VaultOpenRequest) -> Result<VaultStatus, CommandError> {
    let state = &context.state;
    if !state.vault_tries().admit(state.clock().now()) {
        let message = "too many passphrases were tried; wait a minute, then try again";
        return Err(CommandError::new(ErrorCode::LimitReached, message));
    }
    let keeper = state.keeper();
    keeper.open_vault(SecretText::new(request.passphrase.into_inner())).await?;
    state.events().publish(Event::ConnectionsChanged);
    Ok(describe(keeper.state()))
}
