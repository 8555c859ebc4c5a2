//! Cursors and page tokens in the form Roblox's have (`roblox-apis.md §0.1` \[O\]), bound to the query they belong to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use daemon_core::cursor;
use serde_json::{Value, json};

/// Makes the token that goes on after `position` in the listing described by `parts`.
pub(super) fn encode(parts: &[&str], position: &[&str]) -> String {
    let cursor = format!("{}#{}", position.len(), cursor::encode(parts, position));
    STANDARD.encode(json!({ "version": 1, "cursor": cursor }).to_string())
}

/// Returns the position of a token; none when it is no token, or one of another listing.
pub(super) fn decode<const N: usize>(text: &str, parts: &[&str]) -> Option<[String; N]> {
    let cursor = field(text, "cursor")?;
    let (_, cursor) = cursor.split_once('#')?;
    cursor::decode(cursor, parts).ok()?.try_into().ok()
}

/// Makes the token of a listing of revisions (`roblox-apis.md §0.1` \[O\]; where the query is kept is \[I\]).
pub(super) fn encode_revision(parts: &[&str], revision: &str) -> String {
    let query = cursor::encode(parts, &[]);
    let token =
        json!({ "inlineVersion": false, "lastVersion": revision, "CursorVersion": 1, "query": query });
    STANDARD.encode(token.to_string())
}

/// Returns the revision a token goes on after; none when it is no token, or one of another listing.
pub(super) fn decode_revision(text: &str, parts: &[&str]) -> Option<String> {
    cursor::decode(&field(text, "query")?, parts).ok()?;
    field(text, "lastVersion")
}

fn field(text: &str, name: &str) -> Option<String> {
    if text.len() > cursor::CURSOR_LIMIT {
        return None;
    }
    // A plus sign that was not encoded arrives as a space.
    let bytes = STANDARD.decode(text.replace(' ', "+")).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    value.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_belong_to_their_query() {
        let token = encode(&["keys", "a"], &["global", "k"]);
        assert_eq!(decode(&token, &["keys", "a"]), Some(["global".to_owned(), "k".to_owned()]));
        assert_eq!(decode::<2>(&token, &["keys", "b"]), None);
        assert_eq!(decode::<1>(&token, &["keys", "a"]), None);
        let token = encode_revision(&["revisions", "a"], "r");
        assert_eq!(decode_revision(&token, &["revisions", "a"]).as_deref(), Some("r"));
        assert_eq!(decode_revision(&token, &["revisions", "b"]), None);
    }

    #[test]
    fn tokens_look_like_those_observed() {
        let text = |token: &str| String::from_utf8(STANDARD.decode(token).unwrap()).unwrap();
        let token: Value = serde_json::from_str(&text(&encode(&["keys"], &["k"]))).unwrap();
        assert_eq!(token["version"], 1);
        assert!(token["cursor"].as_str().unwrap().starts_with("1#"));
        let token: Value = serde_json::from_str(&text(&encode_revision(&["keys"], "r"))).unwrap();
        assert_eq!((&token["inlineVersion"], &token["CursorVersion"]), (&json!(false), &json!(1)));
    }

    #[test]
    fn anything_else_is_refused() {
        let long = "A".repeat(cursor::CURSOR_LIMIT + 1);
        for text in ["", "x", "eyJ9", "bnVsbA==", &STANDARD.encode("{\"cursor\":\"3#\"}"), long.as_str()] {
            assert_eq!(decode::<1>(text, &["keys"]), None, "{text}");
            assert_eq!(decode_revision(text, &["keys"]), None, "{text}");
        }
    }
}
