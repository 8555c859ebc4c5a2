//! `studio.list`: linked Studios, and those that ask to be.

use protocol::operations::studio::{PendingPairing, StudioListRequest, StudioListResponse, StudioSession};
use protocol::{PairingId, StudioIdentity, StudioSessionId, TokenId};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::studio::registry::Studio;

pub(crate) async fn run(
    context: Context,
    _request: StudioListRequest,
) -> Result<StudioListResponse, CommandError> {
    let state = &context.state;
    let sessions = state.studios().sessions().into_iter().map(|session| StudioSession {
        session: StudioSessionId(session.id),
        studio: identity(session.studio),
        token: Some(TokenId(session.token)),
        connected_at: convert::time(session.connected_at),
    });
    let pairings = state.pairings().pending(state.clock().now()).into_iter().map(|pairing| PendingPairing {
        pairing: PairingId(pairing.id),
        code: pairing.code,
        studio: identity(pairing.studio),
        expires_at: convert::time(pairing.expires_at),
    });
    Ok(StudioListResponse { sessions: sessions.collect(), pairings: pairings.collect() })
}

fn identity(studio: Studio) -> StudioIdentity {
    StudioIdentity {
        universe_id: studio.universe_id,
        place_id: studio.place_id,
        place_name: studio.place_name,
        user_id: studio.user_id,
        user_name: studio.user_name,
    }
}
