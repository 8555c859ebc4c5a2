//! `studio.createInstall`: the credential of a plugin file that is about to be installed, for silent pairing.

use daemon_store::state::records::TokenKind;
use protocol::operations::studio::{StudioCreateInstallRequest, StudioCreateInstallResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::tokens::create::describe;

pub(crate) async fn run(
    context: Context,
    _request: StudioCreateInstallRequest,
) -> Result<StudioCreateInstallResponse, CommandError> {
    let tokens = &context.state.identity().tokens;
    let record =
        tokens.create_studio("Installed plugin".into(), TokenKind::Install, &context.caller.id).await?;
    let secret = tokens.studio_secret(&record.id.0).to_hex();
    Ok(StudioCreateInstallResponse { token: describe(record), secret })
}
