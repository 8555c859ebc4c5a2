//! `studio.approve`: pairs a Studio whose code a person compared.

use daemon_store::state::records::TokenKind;
use protocol::ErrorCode;
use protocol::operations::studio::{StudioApproveRequest, StudioApproveResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::tokens::create::describe;
use crate::events::Event;
use crate::studio::pairing::ApprovalError;

/// Most characters of a Studio's own words that go into its token's name.
const NAME_LIMIT: usize = 80;

pub(crate) async fn run(
    context: Context,
    request: StudioApproveRequest,
) -> Result<StudioApproveResponse, CommandError> {
    let state = &context.state;
    let id = request.pairing.as_str();
    let pairing = state.pairings().check(id, &request.code, state.clock().now()).map_err(refusal)?;
    let words = if pairing.studio.place_name.is_empty() {
        &pairing.studio.place_id
    } else {
        &pairing.studio.place_name
    };
    let words: String = words.chars().filter(|character| !character.is_control()).take(NAME_LIMIT).collect();
    let tokens = &state.identity().tokens;
    let token =
        tokens.create_studio(format!("Studio: {words}"), TokenKind::Studio, &context.caller.id).await?;
    state.pairings().approve(id, token.id.0.clone(), state.clock().now()).map_err(refusal)?;
    state.events().publish(Event::PairingsChanged);
    Ok(StudioApproveResponse { token: describe(token) })
}

/// Why a pairing cannot be decided, as the caller may see it.
pub(super) fn refusal(error: ApprovalError) -> CommandError {
    let code = match error {
        ApprovalError::NotFound => ErrorCode::NotFound,
        ApprovalError::WrongCode => ErrorCode::RequestInvalid,
    };
    CommandError::new(code, error.to_string())
}
