//! The upgrade's request and answer (RFC 6455 §4.2).

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use protocol::ErrorCode;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::commands::error::CommandError;
use crate::edge::credential::SUBPROTOCOL;
use crate::edge::error::ApiError;

/// The 101 for a well-formed upgrade.
pub(super) fn answer(headers: &HeaderMap) -> Result<Response, ApiError> {
    let is_upgrade = lists(headers, &header::CONNECTION, "upgrade")
        && lists(headers, &header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|key| key.len() == 24 && is_upgrade).ok_or_else(
        || ApiError::new(ErrorCode::RequestInvalid, "this path is a WebSocket, version 13; open it as one"),
    )?;
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|error| CommandError::internal("the accept key is no header value", error))?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answers = response.headers_mut();
    answers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    answers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    answers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if lists(headers, &header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        answers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    Ok(response)
}

fn lists(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgrade() -> HeaderMap {
        [
            (header::CONNECTION, "keep-alive, Upgrade"),
            (header::UPGRADE, "websocket"),
            (header::SEC_WEBSOCKET_VERSION, "13"),
            (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
            (header::SEC_WEBSOCKET_PROTOCOL, "dsmp.v1, dsmp.token.tab_x"),
        ]
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect()
    }

    #[test]
    fn rfc_6455_example_is_accepted_and_the_token_is_not_echoed() {
        let response = answer(&upgrade()).unwrap();
        assert_eq!(response.headers()[header::SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(response.headers()[header::SEC_WEBSOCKET_PROTOCOL], "dsmp.v1");
    }

    #[test]
    fn anything_less_is_refused() {
        for name in
            [header::CONNECTION, header::UPGRADE, header::SEC_WEBSOCKET_VERSION, header::SEC_WEBSOCKET_KEY]
        {
            let mut headers = upgrade();
            headers.remove(&name);
            assert!(answer(&headers).is_err(), "{name}");
        }
    }
}
