//! `studio.refuse`: turns a Studio away that asks to be paired.

use protocol::operations::studio::{StudioRefuseRequest, StudioRefuseResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::studio::approve::refusal;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: StudioRefuseRequest,
) -> Result<StudioRefuseResponse, CommandError> {
    let state = &context.state;
    state.pairings().refuse(request.pairing.as_str(), state.clock().now()).map_err(refusal)?;
    state.events().publish(Event::PairingsChanged);
    Ok(StudioRefuseResponse {})
}
