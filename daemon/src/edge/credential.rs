//! From a request's headers to its caller (S-04, S-05).
//!
//! **Invariant:** a cookie alone never authorises; it counts only beside a tab token in the Authorization header, or,
//! on a browser's upgrade, in `Sec-WebSocket-Protocol`.

use http::{HeaderMap, header};
use protocol::ErrorCode;

use crate::commands::error::CommandError;
use crate::gate::identity::Caller;
use crate::gate::sessions::Sessions;
use crate::state::AppState;

/// The subprotocol this daemon speaks.
pub(crate) const SUBPROTOCOL: &str = "dsmp.v1";

/// The subprotocol that carries a tab token.
const TOKEN_SUBPROTOCOL: &str = "dsmp.token.";

/// The caller behind an HTTP request.
pub(crate) async fn http_caller(state: &AppState, headers: &HeaderMap) -> Result<Caller, CommandError> {
    let (scheme, credential) = authorization(headers).ok_or_else(not_signed_in)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(not_signed_in());
    }
    bearer(state, headers, credential).await
}

/// The caller behind an upgrade.
pub(crate) async fn socket_caller(
    state: &AppState,
    headers: &HeaderMap,
    port: u16,
) -> Result<Caller, CommandError> {
    match authorization(headers) {
        Some((scheme, proof)) if scheme.eq_ignore_ascii_case("proof") => {
            state.identity().proofs.verify(proof, port).await.ok_or_else(not_signed_in)
        }
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => bearer(state, headers, token).await,
        Some(_) => Err(not_signed_in()),
        None => {
            let offered = headers.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
            let token = offered
                .into_iter()
                .flat_map(|offered| offered.split(','))
                .find_map(|name| name.trim().strip_prefix(TOKEN_SUBPROTOCOL))
                .filter(|token| Sessions::is_tab_token(token))
                .ok_or_else(not_signed_in)?;
            bearer(state, headers, token).await
        }
    }
}

/// The cookie that carries a dashboard session's other half; named by port, since cookies do not tell ports apart.
pub(crate) fn cookie_name(port: u16) -> String {
    format!("dsmp_session_{port}")
}

async fn bearer(state: &AppState, headers: &HeaderMap, token: &str) -> Result<Caller, CommandError> {
    let identity = state.identity();
    let caller = if Sessions::is_tab_token(token) {
        match state.address().and_then(|address| cookie(headers, &cookie_name(address.port()))) {
            Some(cookie) => identity.sessions.caller(cookie, token).await,
            None => None,
        }
    } else {
        identity.tokens.caller(token).await?
    };
    caller.ok_or_else(not_signed_in)
}

fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    Some((scheme, credential.trim()))
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn not_signed_in() -> CommandError {
    CommandError::new(
        ErrorCode::NotSignedIn,
        "not signed in, or the credential no longer works; use a token of `dsmp token create`, or a link of `dsmp open`",
    )
}
