//! The filters v2 understands: `id.startsWith("…")`, and ranges of times (`roblox-apis.md §2.1`, `§2.2`).

use daemon_core::time::Timestamp;

use crate::emulator::refusal::Refusal;

/// A range of times, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TimeRange {
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
}

/// Reads the prefix of `id.startsWith("…")`; without a filter it is empty.
pub(super) fn starts_with(filter: Option<&str>) -> Result<String, Refusal> {
    let Some(filter) = filter else { return Ok(String::new()) };
    prefix(filter.trim()).ok_or_else(|| invalid("only `id.startsWith(\"…\")` is supported"))
}

/// Reads a filter such as `revision_create_time >= 2000-01-01T00:00:00Z && revision_create_time <= 2001-01-01T00:00:00Z`.
pub(super) fn times(filter: Option<&str>) -> Result<TimeRange, Refusal> {
    let mut range = TimeRange::default();
    let Some(filter) = filter else { return Ok(range) };
    let reason = "only `revision_create_time` with `>=`, `<=` and `&&` is supported";
    for condition in filter.split("&&") {
        let words: Vec<&str> = condition.split_whitespace().collect();
        let ["revision_create_time", operator, time] = words.as_slice() else { return Err(invalid(reason)) };
        let time = Timestamp::parse_rfc3339(time.trim_matches('"')).map_err(|_| invalid(reason))?;
        // Of several limits on one side the narrowest counts.
        match *operator {
            ">=" => range.from = range.from.max(Some(time)),
            "<=" => range.until = Some(range.until.map_or(time, |until| until.min(time))),
            _ => return Err(invalid(reason)),
        }
    }
    Ok(range)
}

fn prefix(filter: &str) -> Option<String> {
    let argument = filter.strip_prefix("id.startsWith(")?.strip_suffix(')')?.trim();
    let quote = argument.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let inner = argument.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => characters.next().filter(|escaped| matches!(escaped, '\\' | '"' | '\''))?,
            character if character == quote => return None,
            character => character,
        });
    }
    Some(text)
}

fn invalid(reason: &str) -> Refusal {
    Refusal::argument(format!("Invalid filter: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_read_from_the_one_function() {
        let check = |filter: &str, expected: Option<&str>| {
            assert_eq!(starts_with(Some(filter)).ok().as_deref(), expected, "{filter}");
        };
        check("id.startsWith(\"foo\")", Some("foo"));
        check(" id.startsWith( 'a\"b' ) ", Some("a\"b"));
        check("id.startsWith(\"\")", Some(""));
        check("id.startsWith(\"a\\\"\\\\b\")", Some("a\"\\b"));
        for filter in [
            "id",
            "id.startsWith(foo)",
            "id.startsWith(\"foo\"",
            "id.startsWith(\"foo\") && id.startsWith(\"f\")",
            "id.startsWith(\"a\"b\")",
            "id.startsWith(\"a\\\")",
            "id.startsWith(\"\\n\")",
            "id.startsWith(\")",
            "key.startsWith(\"foo\")",
            "id == \"foo\"",
        ] {
            check(filter, None);
        }
        assert_eq!(starts_with(None).unwrap(), "");
    }

    #[test]
    fn times_are_limited_on_either_side() {
        let time = |text: &str| Some(Timestamp::parse_rfc3339(text).unwrap());
        let read = |filter: &str| times(Some(filter)).ok();
        let (early, late) = ("2000-01-01T00:00:00Z", "2001-01-01T00:00:00Z");
        let field = "revision_create_time";
        assert_eq!(
            read(&format!("{field} >= {early} && {field} <= \"{late}\"")),
            Some(TimeRange { from: time(early), until: time(late) })
        );
        assert_eq!(
            read(&format!("{field} <= {late}&&{field} <= {early}")),
            Some(TimeRange { from: None, until: time(early) })
        );
        for filter in [
            format!("{field} > {early}"),
            format!("{field} >= yesterday"),
            format!("{field}>={early}"),
            format!("{field} >= {early} &&"),
            format!("{field} >= {early} || {field} <= {late}"),
            format!("create_time >= {early}"),
        ] {
            assert_eq!(read(&filter), None, "{filter}");
        }
    }
}
