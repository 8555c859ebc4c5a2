//! Bodies of replies that refuse, in all their shapes (`roblox-apis.md §1.4`, `§2.4`).
//!
//! **Invariant:** every body gives a code and a message; both are short and without control characters (S-24).

use http::StatusCode;
use serde_json::Value;

/// The most characters of Roblox's message that are passed on.
const MESSAGE_LIMIT: usize = 300;

/// Roblox's code and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefusalBody {
    pub(super) code: String,
    pub(super) message: String,
}

impl RefusalBody {
    /// Reads any body; one that is empty, HTML or otherwise unknown gives the status's name.
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        let known = serde_json::from_slice::<Value>(body).ok();
        let known = known.as_ref();
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).map(tidy).filter(|text| !text.is_empty());
        let first_error = known.and_then(|body| body.pointer("/errors/0"));
        let code = text(known.and_then(|body| body.pointer("/errorDetails/0/datastoreErrorCode")))
            .or_else(|| text(known.and_then(|body| body.get("error"))))
            .or_else(|| text(known.and_then(|body| body.get("code"))));
        let message = text(known.and_then(|body| body.get("message")))
            .or_else(|| text(first_error.and_then(|error| error.get("message"))))
            .or_else(|| known.and_then(field_errors))
            .or_else(|| text(known.and_then(|body| body.get("title"))));
        let name = status.canonical_reason().unwrap_or("unknown status");
        Self {
            code: code.unwrap_or_else(|| name.to_owned()),
            message: message.unwrap_or_else(|| "no reason given".to_owned()),
        }
    }
}

/// Reads `{"errors": {"field": ["…"]}}`.
fn field_errors(body: &Value) -> Option<String> {
    let (field, problems) = body.get("errors")?.as_object()?.iter().next()?;
    let problem = problems.as_array()?.first()?.as_str()?;
    Some(tidy(&format!("{field}: {problem}")))
}

/// One short line.
pub(super) fn tidy(text: &str) -> String {
    let line: String =
        text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    line.trim().trim_end_matches('.').chars().take(MESSAGE_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(body: &str, code: &str, message: &str) {
        let read = RefusalBody::read(StatusCode::BAD_REQUEST, body.as_bytes());
        assert_eq!((read.code.as_str(), read.message.as_str()), (code, message), "{body}");
    }

    #[test]
    fn reads_every_documented_shape() {
        check(
            r#"{"error":"INVALID_ARGUMENT","message":"Invalid cursor.","errorDetails":[{"errorDetailType":"DatastoreErrorInfo","datastoreErrorCode":"InvalidCursor"}]}"#,
            "InvalidCursor",
            "Invalid cursor",
        );
        check(r#"{"code":"NOT_FOUND","message":"gone","details":[]}"#, "NOT_FOUND", "gone");
        check(
            r#"{"errors":{"limit":["too large"]},"type":"x","title":"One or more","status":400}"#,
            "Bad Request",
            "limit: too large",
        );
        check(r#"{"errors":[{"code":0,"message":"Invalid API Key"}]}"#, "Bad Request", "Invalid API Key");
        check(r#"{"title":"odd"}"#, "Bad Request", "odd");
    }

    #[test]
    fn reads_what_is_no_json() {
        for body in ["", "<html>502</html>", "null", "[]", "7", "{\"message\":7}", "{\"errors\":{}}", "\u{0}"]
        {
            check(body, "Bad Request", "no reason given");
        }
        check("{\"message\":\"a\\u0000\\nb\"}", "Bad Request", "a  b");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn s_24_no_body_breaks_the_reader(
            body in "\\{\"(error|code|message|errors|errorDetails|title)\":(\\[?[\\[{0-9a-z\"]{0,8}|\"\\PC{0,400}\")\\}?|\\PC{0,40}"
        ) {
            let read = RefusalBody::read(StatusCode::BAD_GATEWAY, body.as_bytes());
            prop_assert!(!read.code.is_empty() && !read.message.is_empty());
            prop_assert!(read.message.chars().count() <= MESSAGE_LIMIT);
            prop_assert!(!read.message.chars().any(char::is_control));
        }
    }
}
