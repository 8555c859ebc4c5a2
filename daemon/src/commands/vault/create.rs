//! `vault.create`: a vault under a passphrase, open from here on.

use daemon_store::vault::secret::SecretText;
use protocol::operations::vault::{VaultCreateRequest, VaultStatus};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::vault::status::describe;
use crate::events::Event;

pub(crate) async fn run(context: Context, request: VaultCreateRequest) -> Result<VaultStatus, CommandError> {
    let keeper = context.state.keeper();
    keeper.create_vault(SecretText::new(request.passphrase.into_inner())).await?;
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(describe(keeper.state()))
}
