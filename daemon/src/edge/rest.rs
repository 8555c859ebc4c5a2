//! The REST form of every operation: one request made of path, query, headers and body, as the catalogue declares.
//!
//! The members are put together as JSON text and decoded once, so that a saved value in the body keeps its bytes and
//! every face's requests are held to the same rules.

use axum::RequestExt as _;
use axum::extract::{Path, RawPathParams, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use protocol::{Declaration, ErrorCode, Method, OperationName, ParameterKind};

use crate::commands::Answer;
use crate::commands::error::CommandError;
use crate::edge::body;
use crate::edge::credential::http_caller;
use crate::edge::error::ApiError;
use crate::gate;
use crate::gate::limits::BODY_LIMIT_BYTES;
use crate::state::AppState;

/// The generated description of this API.
const OPENAPI: &str = include_str!("../../../protocol/openapi.json");

/// Answers an operation's own route.
pub(crate) async fn operation(
    state: AppState,
    operation: OperationName,
    mut request: Request,
) -> Result<Response, ApiError> {
    let declaration = operation.declaration();
    let caller = http_caller(&state, request.headers()).await?;
    let path = request.extract_parts::<RawPathParams>().await.map_err(|error| {
        ApiError::new(ErrorCode::NameInvalid, format!("the path is not percent-encoded UTF-8: {error}"))
    })?;
    let mut members = Members::default();
    for (name, text) in &path {
        members.text(name, text)?;
    }
    read_query(&mut members, declaration, request.uri().query().unwrap_or_default())?;
    read_conditions(&mut members, declaration, request.headers())?;
    if declaration.method.has_body() {
        require_json(request.headers())?;
        members.body(&body::read(request.into_body(), BODY_LIMIT_BYTES).await?)?;
    } else if declaration.method == Method::Delete {
        require_no_body(request).await?;
    }
    Ok(answered(gate::call(&state, &caller, operation, &members.into_json()).await?))
}

/// `POST /api/v1/call/{operation}`
pub(crate) async fn call(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let caller = http_caller(&state, request.headers()).await?;
    require_json(request.headers())?;
    let operation = OperationName::from_name(&name).ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotFound,
            format!("no operation `{name}`; `GET /api/v1/openapi.json` lists them"),
        )
    })?;
    let body = body::read(request.into_body(), BODY_LIMIT_BYTES).await?;
    let text = std::str::from_utf8(&body).map_err(|_| not_utf_8())?;
    Ok(answered(gate::call(&state, &caller, operation, text).await?))
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn openapi(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    http_caller(&state, &headers).await?;
    Ok(answer(OPENAPI.to_owned()))
}

/// Refuses bodies that are not declared as JSON: only those make a browser ask first (S-07).
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::RequestInvalid,
        "the body must be JSON, with `Content-Type: application/json`",
    ))
}

/// Refuses what a removal's body says rather than pass over it: it may be what the removal was to depend on.
async fn require_no_body(request: Request) -> Result<(), ApiError> {
    if request.headers().contains_key(header::CONTENT_TYPE) {
        require_json(request.headers())?;
    }
    let body = body::read(request.into_body(), BODY_LIMIT_BYTES).await?;
    if body.is_empty() {
        return Ok(());
    }
    let message =
        "a removal takes no body; name the revision it expects in `If-Match`, and the rest in the query";
    Err(ApiError::new(ErrorCode::RequestInvalid, message))
}

/// 200, or 202 for what was taken on and is not done yet.
fn answered(answered: Answer) -> Response {
    let status = if answered.is_accepted { StatusCode::ACCEPTED } else { StatusCode::OK };
    (status, answer(answered.json)).into_response()
}

fn answer(json: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}

fn not_utf_8() -> CommandError {
    CommandError::new(ErrorCode::ValueInvalid, "the body is not UTF-8; JSON is")
}

fn read_query(members: &mut Members, declaration: &Declaration, query: &str) -> Result<(), CommandError> {
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, text) = (decode(name)?, decode(text)?);
        let Some(parameter) = declaration.query.iter().find(|parameter| parameter.name == name) else {
            let known: Vec<_> = declaration.query.iter().map(|parameter| parameter.name).collect();
            let message =
                format!("`{}` has no parameter `{name}`; it has: {}", declaration.name, known.join(", "));
            return Err(CommandError::new(ErrorCode::RequestInvalid, message));
        };
        match parameter.kind {
            ParameterKind::Text => members.text(&name, &text)?,
            ParameterKind::Integer => match text.parse::<u64>() {
                Ok(number) => members.raw(&name, &number.to_string())?,
                Err(_) => return Err(unfit(&name, &text, "a whole number")),
            },
            ParameterKind::Boolean => match text.as_str() {
                "true" | "false" => members.raw(&name, &text)?,
                _ => return Err(unfit(&name, &text, "`true` or `false`")),
            },
        }
    }
    Ok(())
}

/// `If-Match: "revision"` and `If-None-Match: *`, where the operation has a use for them.
fn read_conditions(
    members: &mut Members,
    declaration: &Declaration,
    headers: &HeaderMap,
) -> Result<(), CommandError> {
    let takes = |name: &str| declaration.query.iter().any(|parameter| parameter.name == name);
    if takes("expectedRevision")
        && let Some(value) = headers.get(header::IF_MATCH)
    {
        let text = value.to_str().unwrap_or_default().trim();
        let revision = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if revision.is_empty() || revision.contains(['"', ',', '*']) {
            return Err(unfit("If-Match", text, "one revision in quotes"));
        }
        members.text("expectedRevision", revision)?;
    }
    if takes("createOnly")
        && let Some(value) = headers.get(header::IF_NONE_MATCH)
    {
        match value.to_str() {
            Ok("*") => members.raw("createOnly", "true")?,
            _ => return Err(unfit("If-None-Match", value.to_str().unwrap_or_default(), "`*`")),
        }
    }
    Ok(())
}

fn unfit(name: &str, text: &str, wanted: &str) -> CommandError {
    CommandError::new(ErrorCode::RequestInvalid, format!("`{name}` is `{text}`; give {wanted}"))
}

fn decode(text: &str) -> Result<String, CommandError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| CommandError::new(ErrorCode::RequestInvalid, "the query is not percent-encoded UTF-8"))
}

/// The members of a request while they are put together.
#[derive(Debug, Default)]
struct Members {
    names: Vec<String>,
    json: String,
}

impl Members {
    fn text(&mut self, name: &str, text: &str) -> Result<(), CommandError> {
        self.raw(name, &serde_json::Value::from(text).to_string())
    }

    fn raw(&mut self, name: &str, json: &str) -> Result<(), CommandError> {
        if self.names.iter().any(|known| known == name) {
            let message = format!(
                "`{name}` is given twice; give it once, in the path, the query, a header or the body"
            );
            return Err(CommandError::new(ErrorCode::RequestInvalid, message));
        }
        self.names.push(name.to_owned());
        self.json.push_str(if self.json.is_empty() { "{" } else { "," });
        self.json.push_str(&serde_json::Value::from(name).to_string());
        self.json.push(':');
        self.json.push_str(json);
        Ok(())
    }

    /// Takes the body's members over, unread.
    fn body(&mut self, body: &[u8]) -> Result<(), CommandError> {
        if body.is_empty() {
            return Ok(());
        }
        let text = std::str::from_utf8(body).map_err(|_| not_utf_8())?;
        for (name, value) in protocol::members(text).map_err(|error| CommandError::unreadable(&error))? {
            self.raw(&name, value.get())?;
        }
        Ok(())
    }

    fn into_json(mut self) -> String {
        self.json.push_str(if self.json.is_empty() { "{}" } else { "}" });
        self.json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> &'static Declaration {
        OperationName::EntriesSet.declaration()
    }

    fn query(declaration: &Declaration, text: &str) -> Result<String, String> {
        let mut members = Members::default();
        read_query(&mut members, declaration, text)
            .map(|()| members.into_json())
            .map_err(|error| error.message)
    }

    #[test]
    fn query_texts_become_json_of_the_declared_kind() {
        let keys = OperationName::KeysList.declaration();
        assert_eq!(
            query(keys, "prefix=a%2Fb+c&limit=007&allScopes=true").unwrap(),
            r#"{"prefix":"a/b c","limit":7,"allScopes":true}"#
        );
        assert_eq!(query(keys, "").unwrap(), "{}");
        for bad in ["limit=x", "limit=-1", "allScopes=yes", "limit=1&limit=2", "colour=red", "prefix=%FF"] {
            assert!(query(keys, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn body_values_keep_their_bytes() {
        let mut members = Members::default();
        members.text("key", "a\"b").unwrap();
        members.body(br#" {"value": {"a": 1.0,  "b":12345678901234567890} , "userIds":[ 1 ]} "#).unwrap();
        assert_eq!(
            members.into_json(),
            r#"{"key":"a\"b","value":{"a": 1.0,  "b":12345678901234567890},"userIds":[ 1 ]}"#
        );
    }

    #[test]
    fn a_member_cannot_be_given_in_two_places() {
        let mut members = Members::default();
        members.text("key", "a").unwrap();
        assert!(members.body(br#"{"key":"b"}"#).is_err());
        assert!(Members::default().body(br#"{"value":1,"value":2}"#).is_err());
    }

    #[test]
    fn conditions_become_members() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_static("\"08DC.1\""));
        let mut members = Members::default();
        read_conditions(&mut members, set(), &headers).unwrap();
        assert_eq!(members.into_json(), r#"{"expectedRevision":"08DC.1"}"#);
        headers.insert(header::IF_MATCH, HeaderValue::from_static("*"));
        assert!(read_conditions(&mut Members::default(), set(), &headers).is_err());
    }
}
