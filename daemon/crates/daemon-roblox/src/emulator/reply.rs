//! Responses: JSON bodies, entries as v1 answers them, and times in the forms of `roblox-apis.md §0.2`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use daemon_core::time::Timestamp;
use daemon_store::universe::records::EntryRecord;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use md5::{Digest as _, Md5};
use serde::Serialize;

use crate::emulator::refusal::Refusal;

/// Seconds of a day.
const DAY_SECONDS: u64 = 86_400;

/// Answers a JSON text.
pub(super) fn json(status: StatusCode, text: impl Into<Bytes>) -> Response<Bytes> {
    let mut reply = Response::new(text.into());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

/// Answers what a type is as JSON.
pub(super) fn serialised(body: &impl Serialize) -> Result<Response<Bytes>, Refusal> {
    match serde_json::to_vec(body) {
        Ok(text) => Ok(json(StatusCode::OK, text)),
        Err(error) => {
            tracing::error!(%error, "a reply could not be written as JSON");
            Err(Refusal::Gateway(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"))
        }
    }
}

/// Answers an entry as v1 does: the value's bytes, and what belongs to it in headers (`roblox-apis.md §1.3`).
pub(super) fn entry(status: StatusCode, record: EntryRecord) -> Response<Bytes> {
    let created = header_time(record.created_at);
    let written = header_time(record.updated_at);
    let version = record.revision.to_string();
    let attributes = header_json(record.attributes.as_str());
    let user_ids = record.user_ids.to_json();
    let value = record.value.into_string();
    let checksum = md5(value.as_bytes());
    let mut reply = json(status, value);
    let fields = [
        ("content-md5", checksum),
        ("roblox-entry-version", version),
        ("roblox-entry-created-time", created),
        ("roblox-entry-version-created-time", written),
        ("roblox-entry-attributes", attributes),
        ("roblox-entry-userids", user_ids),
        ("last-modified", http_date(record.updated_at)),
    ];
    for (name, value) in fields {
        // All of them are ASCII without control characters.
        if let Ok(value) = HeaderValue::from_str(&value) {
            reply.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    reply
}

/// Returns the checksum of a body as the `content-md5` header has it.
pub(super) fn md5(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

/// Writes a time as v1's headers have it: seven digits and `+00:00`.
fn header_time(time: Timestamp) -> String {
    let mut text = time.format_rfc3339();
    text.pop();
    text + "+00:00"
}

/// Writes a time as v2 has it: no, three, six or nine fractional digits.
pub(super) fn v2_time(time: Timestamp) -> String {
    let text = time.format_rfc3339();
    let (whole, fraction) = text.trim_end_matches('Z').split_once('.').unwrap_or((&text, ""));
    let digits = fraction.trim_end_matches('0').len().next_multiple_of(3);
    if digits == 0 {
        return format!("{whole}Z");
    }
    format!("{whole}.{:0<digits$}Z", fraction.get(..digits.min(fraction.len())).unwrap_or_default())
}

/// Writes a time as HTTP has it, whole seconds in GMT.
fn http_date(time: Timestamp) -> String {
    const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // The first day that can be written, 0001-01-01, was a Monday.
    let days = time.saturating_since(Timestamp::MIN).as_secs() / DAY_SECONDS;
    let weekday = WEEKDAYS.get(usize::try_from(days % 7).unwrap_or(0)).copied().unwrap_or_default();
    let text = time.format_rfc3339();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let month = part(5..7).parse::<usize>().unwrap_or(1);
    let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
    format!("{weekday}, {} {month} {} {} GMT", part(8..10), part(0..4), part(11..19))
}

/// Writes JSON on one line in ASCII, as a header can carry it.
fn header_json(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in compact(text).chars() {
        if (' '..='~').contains(&character) {
            line.push(character);
        } else {
            // What is not ASCII stands in strings only, where an escape means the same.
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(line, "\\u{unit:04x}");
            }
        }
    }
    line
}

/// Leaves out the white space between the tokens of a JSON text; numbers and strings stay as they are written.
pub(super) fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if matches!(character, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            in_string = character == '"';
        }
        compact.push(character);
    }
    compact
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn checksums_are_as_documented() {
        assert_eq!(md5(b"750"), "sTf90fedVsft8zZf6nUg8g==");
    }

    #[test]
    fn times_have_the_forms_of_their_interfaces() {
        let check = |text: &str, v2: &str, header: &str| {
            assert_eq!((v2_time(time(text)).as_str(), header_time(time(text)).as_str()), (v2, header));
        };
        check(
            "2024-07-22T19:46:42.4536492Z",
            "2024-07-22T19:46:42.453649200Z",
            "2024-07-22T19:46:42.4536492+00:00",
        );
        check("2024-07-22T19:46:42Z", "2024-07-22T19:46:42Z", "2024-07-22T19:46:42.0000000+00:00");
        check("2024-07-22T19:46:42.5Z", "2024-07-22T19:46:42.500Z", "2024-07-22T19:46:42.5000000+00:00");
        check(
            "2024-07-22T19:46:42.000001Z",
            "2024-07-22T19:46:42.000001Z",
            "2024-07-22T19:46:42.0000010+00:00",
        );
        assert_eq!(http_date(time("2024-07-22T19:46:42.9Z")), "Mon, 22 Jul 2024 19:46:42 GMT");
        assert_eq!(http_date(time("2000-02-29T00:00:00Z")), "Tue, 29 Feb 2000 00:00:00 GMT");
    }

    #[test]
    fn json_is_written_on_one_line() {
        assert_eq!(
            compact(" { \"a b\" : [ 1.0 ,\n\"\\\" \\\\\" , 2 ] } "),
            "{\"a b\":[1.0,\"\\\" \\\\\",2]}"
        );
        assert_eq!(header_json("{\n\"é\": \"😀\u{7f}\"}"), "{\"\\u00e9\":\"\\ud83d\\ude00\\u007f\"}");
    }
}
