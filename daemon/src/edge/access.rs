//! The exchanges that need no credential: sign-in by code, the server's proof, pairing (S-04).
//!
//! **Invariant:** together they are limited in rate, and none of them touches data.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use protocol::{
    ClaimPairingRequest, ClaimPairingResponse, ErrorCode, InstanceId, PairingId, PairingState, ProveRequest,
    ProveResponse, RequestPairingRequest, RequestPairingResponse, SignInRequest, SignInResponse, TokenId,
    UtcTime,
};
use serde::de::DeserializeOwned;

use crate::commands::error::CommandError;
use crate::edge::body;
use crate::edge::convert;
use crate::edge::credential::cookie_name;
use crate::edge::error::ApiError;
use crate::edge::rest::require_json;
use crate::events::Event;
use crate::gate::limits::EXCHANGE_LIMIT_BYTES;
use crate::gate::sessions::SESSION_LIFETIME;
use crate::state::AppState;
use crate::studio::pairing::Claimed;

/// `POST /api/v1/sign-in`
pub(crate) async fn sign_in(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let request: SignInRequest = admit(&state, request).await?;
    let signed_in = state.identity().sessions.sign_in(&request.code).ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotSignedIn,
            "the sign-in link was used already or is too old; get another with `dsmp open`",
        )
    })?;
    let port = state.address().map_or(0, |address| address.port());
    let cookie = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}",
        cookie_name(port),
        signed_in.cookie,
        SESSION_LIFETIME.as_secs()
    );
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| {
        ApiError::from(CommandError::internal("the session cookie is no header value", error))
    })?;
    let mut response = Json(SignInResponse { token: signed_in.tab_token }).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `POST /api/v1/prove`
pub(crate) async fn prove(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<ProveResponse>, ApiError> {
    let request: ProveRequest = admit(&state, request).await?;
    let port = state.address().map_or(0, |address| address.port());
    let proof = state.identity().proofs.prove(&request, port).ok_or_else(|| {
        ApiError::new(
            ErrorCode::RequestInvalid,
            "`nonce` must be 32 to 128 hex digits and `peer` at most 100 bytes",
        )
    })?;
    Ok(Json(ProveResponse {
        instance: InstanceId(state.instance().into()),
        nonce: proof.nonce,
        proof: proof.proof,
    }))
}

/// `POST /api/v1/pairings`
pub(crate) async fn request_pairing(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<RequestPairingResponse>, ApiError> {
    let request: RequestPairingRequest = admit(&state, request).await?;
    let studio = convert::studio(request.studio)?;
    let (pairing, claim) = state.pairings().request(studio, state.clock().now()).ok_or_else(|| {
        ApiError::new(
            ErrorCode::LimitReached,
            "too many Studios wait to be paired; decide on those in the dashboard first",
        )
    })?;
    state.events().publish(Event::PairingsChanged);
    Ok(Json(RequestPairingResponse {
        pairing: PairingId(pairing.id),
        code: pairing.code,
        claim,
        expires_at: UtcTime(pairing.expires_at.format_rfc3339()),
    }))
}

/// `POST /api/v1/pairings/claim`
pub(crate) async fn claim_pairing(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<ClaimPairingResponse>, ApiError> {
    let request: ClaimPairingRequest = admit(&state, request).await?;
    let claimed = state.pairings().claim(request.pairing.as_str(), &request.claim, state.clock().now());
    let plain = |state| ClaimPairingResponse { state, token: None, secret: None };
    Ok(Json(match claimed {
        Claimed::Pending => plain(PairingState::Pending),
        Claimed::Refused => plain(PairingState::Refused),
        Claimed::Expired => plain(PairingState::Expired),
        Claimed::Approved { token } => ClaimPairingResponse {
            state: PairingState::Approved,
            secret: Some(state.identity().tokens.studio_secret(&token).to_hex()),
            token: Some(TokenId(token)),
        },
    }))
}

/// Counts the request against the limit and reads its body.
async fn admit<T: DeserializeOwned>(state: &AppState, request: Request) -> Result<T, ApiError> {
    require_json(request.headers())?;
    if !state.unauthenticated().admit(state.clock().now()) {
        return Err(ApiError::new(
            ErrorCode::LimitReached,
            "too many requests without a credential; wait a minute",
        ));
    }
    let body = body::read(request.into_body(), EXCHANGE_LIMIT_BYTES).await?;
    serde_json::from_slice(&body).map_err(|error| CommandError::unreadable(&error).into())
}
