//! Filters of sorted maps: comparisons of `id` and `sortKey` by `<` and `>`, joined by `&&` (`roblox-apis.md §3.2`).
//!
//! Each of the two may be limited once on either side \[I\].

use daemon_store::universe::memory::{MapFilter, SortKey};
use serde_json::Value;

/// Reads a filter; an empty one lets everything through, and `None` says that it is none.
pub fn parse(text: &str) -> Option<MapFilter> {
    let mut filter = MapFilter::default();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some(filter);
    }
    loop {
        let (is_id, after) = match rest.strip_prefix("id") {
            Some(after) => (true, after),
            None => (false, rest.strip_prefix("sortKey")?),
        };
        let after = after.trim_start();
        let (is_above, after) = match after.strip_prefix('>') {
            Some(after) => (true, after),
            None => (false, after.strip_prefix('<')?),
        };
        let mut literals = serde_json::Deserializer::from_str(after).into_iter::<Value>();
        let literal = literals.next()?.ok()?;
        rest = after.get(literals.byte_offset()..)?.trim_start();
        let is_new = if is_id {
            let Value::String(id) = literal else { return None };
            let bound = if is_above { &mut filter.item_above } else { &mut filter.item_below };
            bound.replace(id).is_none()
        } else {
            let key = match literal {
                Value::String(text) => SortKey::Text(text),
                Value::Number(number) => SortKey::Number(number.as_f64()?),
                _ => return None,
            };
            let bound = if is_above { &mut filter.key_above } else { &mut filter.key_below };
            bound.replace(key).is_none()
        };
        if !is_new {
            return None;
        }
        if rest.is_empty() {
            return Some(filter);
        }
        rest = rest.strip_prefix("&&")?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_limit_names_and_sort_keys() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(parse(" "), Some(MapFilter::default()));
        let ids = MapFilter { item_above: text("a && \"b"), item_below: text("c"), ..MapFilter::default() };
        assert_eq!(parse(r#"id > "a && \"b" && id < "c""#), Some(ids));
        let key_above = Some(SortKey::Number(-1.5));
        let key_below = Some(SortKey::Text("x".to_owned()));
        let keys = MapFilter { key_above, key_below, ..MapFilter::default() };
        assert_eq!(parse(r#"sortKey>-1.5 && sortKey<"x""#), Some(keys));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "id",
            "id >",
            "id > 5",
            "id >= \"a\"",
            "id == \"a\"",
            "id > \"a\" id < \"b\"",
            "id > \"a\" &&",
            "id > \"a\" || id < \"b\"",
            "id > \"a\" && id > \"b\"",
            "sortKey > true",
            "sortKey > null",
            "value > 5",
            "id > \"a",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
