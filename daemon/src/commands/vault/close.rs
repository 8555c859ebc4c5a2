//! `vault.close`: the vault's key is forgotten; whoever needs it again opens the vault again.

use protocol::operations::vault::{VaultCloseRequest, VaultStatus};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::vault::status::describe;
use crate::events::Event;

pub(crate) async fn run(context: Context, _request: VaultCloseRequest) -> Result<VaultStatus, CommandError> {
    let keeper = context.state.keeper();
    keeper.close_vault().await?;
    context.state.universes().forget_keys();
    context.state.universes().forget_keys();
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(describe(keeper.state()))
}
