//! JSON written as text by hand, where serde would look through every value once more.
//!
//! Proves nothing: what is passed on as JSON has been proven before, or will be.

use std::fmt::Write as _;

/// Leaves out the white space around JSON, which is not part of it.
pub fn without_margins(json: &str) -> &str {
    json.trim_matches([' ', '\t', '\n', '\r'])
}

/// Writes a JSON string.
pub fn push_string(text: &mut String, string: &str) {
    if string.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        text.push('"');
        text.push_str(string);
        text.push('"');
    } else {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", serde_json::Value::from(string));
    }
}

/// Writes JSON on one line. Line breaks between its parts become spaces; within strings there are none but escaped ones,
/// so no other byte changes.
pub fn push_on_one_line(text: &mut String, json: &str) {
    if may_have_breaks(json.as_bytes()) {
        text.extend(json.chars().map(|character| match character {
            '\n' | '\r' => ' ',
            other => other,
        }));
    } else {
        text.push_str(json);
    }
}

/// Whether there are control characters. Of eight bytes together, to the end: most texts have none.
fn may_have_breaks(bytes: &[u8]) -> bool {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let (words, rest) = bytes.as_chunks();
    let below_space = words.iter().map(|word| u64::from_ne_bytes(*word)).fold(0, |found, word| {
        // The difference borrows where a byte is smaller; bytes from 0x80 on are not.
        found | (word.wrapping_sub(EACH * 0x20) & !word)
    });
    below_space & (EACH << 7) != 0 || rest.iter().any(|byte| *byte < b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_written_as_serde_writes_them() {
        for string in ["", "plain é🗝", "a\"b", "a\\b", "a\nb\u{0}\u{1f}\u{7f}\u{2028}"] {
            let mut text = String::new();
            push_string(&mut text, string);
            assert_eq!(text, serde_json::to_string(string).unwrap());
        }
    }

    #[test]
    fn only_line_breaks_between_parts_change() {
        let check = |json: &str, expected: &str| {
            let mut text = String::from("x");
            push_on_one_line(&mut text, json);
            assert_eq!(text, format!("x{expected}"), "{json}");
        };
        check("{\"a\\n\":\t1.0}", "{\"a\\n\":\t1.0}");
        check("{\r\n  \"é\\n🗝\" :\n1.0\n}", "{    \"é\\n🗝\" : 1.0 }");
        check("[\t1,\t2,\t3]\t", "[\t1,\t2,\t3]\t");
    }

    #[test]
    fn breaks_are_found_wherever_they_lie() {
        for length in 1..40 {
            for position in 0..length {
                for neighbour in ["a", " ", "\u{7f}", "é"] {
                    let plain = neighbour.repeat(length);
                    assert!(!may_have_breaks(plain.as_bytes()));
                    let broken =
                        format!("{}\r{}", neighbour.repeat(position), neighbour.repeat(length - position));
                    assert!(may_have_breaks(broken.as_bytes()), "{broken:?}");
                }
            }
        }
    }
}
