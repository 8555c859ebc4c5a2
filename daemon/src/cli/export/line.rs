//! An entry as a line of JSONL, from where it lies or from an answer.

use std::ops::Range;

use daemon_core::export::{DamagedValue, EntryView};

use crate::json_text::{push_on_one_line, push_string, without_margins};
use crate::universes::ExportText;

/// What a line tells of an entry.
pub(super) struct Line<'a, UserIds> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    pub(super) scope: &'a str,
    pub(super) user_ids: UserIds,
    pub(super) attributes: &'a str,
}

impl<UserIds: IntoIterator<Item = i64>> Line<'_, UserIds> {
    /// Writes the line, without what is as usual, and tells where in the text the value lies.
    pub(super) fn push(self, text: &mut String) -> Range<usize> {
        text.push_str("{\"key\":");
        push_string(text, self.key);
        text.push_str(",\"value\":");
        let start = text.len();
        push_on_one_line(text, without_margins(self.value));
        let value = start..text.len();
        if self.scope != "global" {
            text.push_str(",\"scope\":");
            push_string(text, self.scope);
        }
        let mut before = ",\"userIds\":[";
        for id in self.user_ids {
            text.push_str(before);
            text.push_str(&id.to_string());
            before = ",";
        }
        if before == "," {
            text.push(']');
        }
        let attributes = without_margins(self.attributes);
        if attributes != "{}" {
            text.push_str(",\"attributes\":");
            push_on_one_line(text, attributes);
        }
        text.push_str("}\n");
        value
    }
}

/// Writes an entry's line behind others; whoever writes them to a file proves the values.
#[expect(clippy::unnecessary_wraps, reason = "this is an `AddEntry`, which may prove values")]
pub(super) fn add_line(lines: &mut ExportText, entry: &EntryView<'_>) -> Result<(), DamagedValue> {
    let line = Line {
        key: entry.id.key.as_str(),
        value: entry.value.unproven(),
        scope: entry.id.scope.as_str(),
        user_ids: entry.user_ids.as_slice().iter().copied(),
        attributes: entry.attributes.as_str(),
    };
    let value = line.push(&mut lines.text);
    lines.unproven.push(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_usual_is_left_out() {
        let check = |scope: &str, user_ids: &[i64], attributes: &str, expected: &str| {
            let (key, value) = ("k\"é", " {\"a\":\n1.0} \n");
            let line = Line { key, value, scope, user_ids: user_ids.iter().copied(), attributes };
            let mut text = String::from("before\n");
            let value = line.push(&mut text);
            assert_eq!(&text[value], "{\"a\": 1.0}");
            assert_eq!(text, format!("before\n{{\"key\":\"k\\\"é\",\"value\":{{\"a\": 1.0}}{expected}}}\n"));
        };
        check("global", &[], "{}", "");
        check("north", &[], " {} ", ",\"scope\":\"north\"");
        check("global", &[-1, 9_007_199_254_740_993], "{}", ",\"userIds\":[-1,9007199254740993]");
        check(
            "s",
            &[1],
            "{ \"a\":\r\n\"b\" }",
            ",\"scope\":\"s\",\"userIds\":[1],\"attributes\":{ \"a\":  \"b\" }",
        );
    }
}
