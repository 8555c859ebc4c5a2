//! Paging cursors: where a listing goes on, bound to the query it belongs to.
//!
//! To callers a cursor is opaque text safe in a URL. The fingerprint and the check sum catch mistakes (another query, a
//! cut copy), not malice: whoever decodes a cursor treats the position like any other input.
//!
//! **Invariant:** decoding with the parts it was encoded with gives the position back exactly; with other parts it is
//! refused.

use std::fmt::Write;

use thiserror::Error;

/// The most characters a cursor may have.
pub const CURSOR_LIMIT: usize = 8_192;

const VERSION: u8 = 1;
const HASH_BYTES: usize = size_of::<u64>();

/// Tells why a cursor cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CursorError {
    /// It is not a cursor, or a damaged one.
    #[error("the cursor is damaged; send it exactly as it was received, or start from the first page")]
    Malformed,
    /// It belongs to a listing with other parameters.
    #[error(
        "the cursor belongs to another listing; repeat that listing's parameters, or start from the first page"
    )]
    OtherQuery,
}

/// Makes the cursor that goes on after `position` in the listing described by `fingerprint_parts`.
///
/// A cursor longer than [`CURSOR_LIMIT`], made of a position of more than some 4,000 bytes, will not decode.
pub fn encode(fingerprint_parts: &[&str], position: &[&str]) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&fingerprint(fingerprint_parts).to_be_bytes());
    for part in position {
        bytes.extend_from_slice(&length_prefix(part));
        bytes.extend_from_slice(part.as_bytes());
    }
    let check_sum = Fnv::new().update(&bytes).0;
    bytes.extend_from_slice(&check_sum.to_be_bytes());
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns the position a cursor goes on after, provided it belongs to the listing described by `fingerprint_parts`.
pub fn decode(text: &str, fingerprint_parts: &[&str]) -> Result<Vec<String>, CursorError> {
    let bytes = bytes_of_hex(text).ok_or(CursorError::Malformed)?;
    let (bytes, check_sum) = bytes.split_last_chunk::<HASH_BYTES>().ok_or(CursorError::Malformed)?;
    if Fnv::new().update(bytes).0.to_be_bytes() != *check_sum {
        return Err(CursorError::Malformed);
    }
    let bytes = bytes.strip_prefix(&[VERSION]).ok_or(CursorError::Malformed)?;
    let (print, bytes) = bytes.split_first_chunk::<HASH_BYTES>().ok_or(CursorError::Malformed)?;
    if fingerprint(fingerprint_parts).to_be_bytes() != *print {
        return Err(CursorError::OtherQuery);
    }
    position_of_bytes(bytes).ok_or(CursorError::Malformed)
}

/// The 64-bit FNV-1a hash: small, stable across versions and machines, and enough to catch mistakes.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn update(self, bytes: &[u8]) -> Self {
        Self(
            bytes
                .iter()
                .fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)),
        )
    }
}

/// Hashes the parts with their lengths, so that `["ab", "c"]` and `["a", "bc"]` differ.
fn fingerprint(parts: &[&str]) -> u64 {
    parts.iter().fold(Fnv::new(), |hash, part| hash.update(&length_prefix(part)).update(part.as_bytes())).0
}

fn length_prefix(part: &str) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() > CURSOR_LIMIT || !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn position_of_bytes(mut bytes: &[u8]) -> Option<Vec<String>> {
    let mut position = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        position.push(String::from_utf8(part.to_vec()).ok()?);
        bytes = rest;
    }
    Some(position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_belongs_to_its_query() {
        let cursor = encode(&["keys", "PlayerData", ""], &["global", "Player_7"]);
        assert_eq!(
            decode(&cursor, &["keys", "PlayerData", ""]),
            Ok(vec!["global".to_owned(), "Player_7".to_owned()])
        );
        for other in
            [&["keys", "PlayerData"][..], &["keys", "PlayerDat", "a"], &["keys", "", "PlayerData"], &[]]
        {
            assert_eq!(decode(&cursor, other), Err(CursorError::OtherQuery), "{other:?}");
        }
    }

    #[test]
    fn damaged_cursors_are_refused() {
        let cursor = encode(&["keys"], &["global", "Player_7"]);
        for position in 0..cursor.len() {
            assert_eq!(decode(&cursor[..position], &["keys"]), Err(CursorError::Malformed));
            let mut damaged = cursor.clone();
            let digit = if &cursor[position..=position] == "0" { "1" } else { "0" };
            damaged.replace_range(position..=position, digit);
            assert_eq!(decode(&damaged, &["keys"]), Err(CursorError::Malformed), "{position}");
        }
        for text in ["", "Player_7", "zz", "é", &cursor.to_uppercase()] {
            assert_eq!(decode(text, &["keys"]), Err(CursorError::Malformed), "{text}");
        }
    }

    #[test]
    fn cursors_have_a_limit() {
        // Version, fingerprint, length and check sum take 21 bytes.
        let at_limit = encode(&[], &[&"k".repeat(CURSOR_LIMIT / 2 - 21)]);
        assert_eq!(at_limit.len(), CURSOR_LIMIT);
        assert!(decode(&at_limit, &[]).is_ok());
        let above = encode(&[], &[&"k".repeat(CURSOR_LIMIT / 2 - 20)]);
        assert_eq!(decode(&above, &[]), Err(CursorError::Malformed));
    }

    #[test]
    fn cursors_stay_valid_across_versions() {
        let cursor = "01ee46e216fed8fedc000000016bdb36d3cdaf1cf17c";
        assert_eq!(encode(&["a", "b"], &["k"]), cursor);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn positions_read_back(
            parts in proptest::collection::vec("\\PC{0,10}", 0..4),
            position in proptest::collection::vec("\\PC{0,20}|[\0-\u{7f}]{0,20}", 0..6),
        ) {
            let parts: Vec<_> = parts.iter().map(String::as_str).collect();
            let expected = position.clone();
            let position: Vec<_> = position.iter().map(String::as_str).collect();
            let cursor = encode(&parts, &position);
            prop_assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            prop_assert_eq!(decode(&cursor, &parts), Ok(expected));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9a-f]{0,200}|\\PC{0,60}") {
            let _ = decode(&text, &[]);
        }
    }
}
