//! What an item changes, as coloured lines: a tree of the places that differ, or a text diff of the whole values.

use std::time::Duration;

use protocol::UserId;
use protocol::operations::changesets::{
    ChangeItem, DifferenceKind, EntryImage, ItemDetail, ItemEffect, PlaceDifference, PlaceOverlap,
};
use similar::{ChangeTag, TextDiff};

use crate::cli::changes::pretty::pretty;
use crate::cli::changes::words::effect_sign;
use crate::cli::output::{Tone, grouped, shown};

/// How long two texts are compared before the rest is told as a whole.
const TEXT_PATIENCE: Duration = Duration::from_secs(5);

/// Lines of a value that is created or removed, before the rest is left out.
const WHOLE_VALUE_LINES: usize = 40;

/// A line of a diff.
pub(super) type Line = (Tone, String);

/// Where an entry lies, as `PlayerData/Player_81`, with its scope between them unless that is the usual one.
pub(super) fn address(store: &str, scope: &str, key: &str) -> String {
    let scope = if scope == "global" { String::new() } else { format!("{}/", shown(scope)) };
    format!("{}/{scope}{}", shown(store), shown(key))
}

/// An item in a line.
pub(super) fn heading(item: &ChangeItem) -> String {
    let effect = match item.effect {
        ItemEffect::Create => "create",
        ItemEffect::Update => "update",
        ItemEffect::Remove => "remove",
    };
    let ordered = if item.ordered { " (ordered)" } else { "" };
    let address = address(&item.store, &item.scope, &item.key);
    format!("item {}: {effect} {address}{ordered}", item.item)
}

/// Whether whole entries are needed to show an item as a tree.
pub(super) fn needs_values(item: &ChangeItem) -> bool {
    item.effect != ItemEffect::Update || item.user_ids_changed || item.attributes_changed
}

/// The places that differ, as a tree; beside them user ids and attributes.
pub(super) fn tree(item: &ChangeItem, detail: &ItemDetail) -> Vec<Line> {
    let mut lines = Vec::new();
    match item.effect {
        ItemEffect::Update => places(&detail.differences, &mut lines),
        ItemEffect::Create => whole(item, detail.after.as_ref(), item.size_after, &mut lines),
        ItemEffect::Remove => whole(item, detail.before.as_ref(), item.size_before, &mut lines),
    }
    let listed = u32::try_from(detail.differences.len()).unwrap_or(u32::MAX);
    if detail.difference_count > listed {
        let more = grouped((detail.difference_count - listed).into());
        lines.push((Tone::Plain, format!("  … and {more} places more; `--text` shows them all")));
    }
    beside(detail, &mut lines);
    if lines.is_empty() {
        lines.push((Tone::Plain, "  nothing that reads differently".into()));
    }
    lines
}

fn places(differences: &[PlaceDifference], lines: &mut Vec<Line>) {
    let mut open: Vec<String> = Vec::new();
    for difference in differences {
        let mut path = segments(&difference.path);
        let name = path.pop().unwrap_or_else(|| "value".into());
        let common = open.iter().zip(&path).take_while(|(one, other)| one == other).count();
        open.truncate(common);
        for segment in path.drain(common.min(path.len())..) {
            lines.push((Tone::Plain, format!("  {}{segment}", "  ".repeat(open.len()))));
            open.push(segment);
        }
        let indent = "  ".repeat(open.len());
        let text =
            |text: &Option<String>| text.as_deref().map(|text| shown(text).into_owned()).unwrap_or_default();
        let (before, after) = (text(&difference.before), text(&difference.after));
        lines.push(match difference.kind {
            DifferenceKind::Added => (Tone::Good, format!("+ {indent}{name}: {after}")),
            DifferenceKind::Removed => (Tone::Bad, format!("- {indent}{name}: {before}")),
            DifferenceKind::Changed => (Tone::Changed, format!("~ {indent}{name}: {before} → {after}")),
        });
    }
}

/// The parts of a JSON Pointer, as they are shown.
fn segments(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| shown(&part.replace("~1", "/").replace("~0", "~")).into_owned()).collect()
}

/// A value that comes or goes as a whole.
fn whole(item: &ChangeItem, image: Option<&EntryImage>, size_bytes: Option<u64>, lines: &mut Vec<Line>) {
    let (sign, tone) = effect_sign(item.effect);
    let Some(image) = image else {
        let size = size_bytes.map(grouped).unwrap_or_default();
        lines.push((tone, format!("{sign} a value of {size} bytes")));
        return;
    };
    let text = pretty(image.value.as_str());
    let mut rest = text.lines();
    for line in rest.by_ref().take(WHOLE_VALUE_LINES) {
        lines.push((tone, format!("{sign} {}", shown(line))));
    }
    let more = rest.count() as u64;
    if more > 0 {
        let more = grouped(more);
        lines.push((Tone::Plain, format!("  … and {more} lines more; `--text` shows them all")));
    }
}

/// What differs beside the value.
fn beside(detail: &ItemDetail, lines: &mut Vec<Line>) {
    let (before, after) = (detail.before.as_ref(), detail.after.as_ref());
    let ids = |image: Option<&EntryImage>| image.map(|image| user_ids(&image.user_ids)).unwrap_or_default();
    let attributes = |image: Option<&EntryImage>| {
        let text = image.map(|image| image.attributes.as_str()).filter(|text| *text != "{}");
        text.map(|text| shown(text).into_owned()).unwrap_or_default()
    };
    for (name, before, after) in
        [("user ids", ids(before), ids(after)), ("attributes", attributes(before), attributes(after))]
    {
        match (before.as_str(), after.as_str()) {
            (before, after) if before == after => {}
            ("", after) => lines.push((Tone::Good, format!("+ {name}: {after}"))),
            (before, "") => lines.push((Tone::Bad, format!("- {name}: {before}"))),
            (before, after) => lines.push((Tone::Changed, format!("~ {name}: {before} → {after}"))),
        }
    }
}

fn user_ids(ids: &[UserId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The places where a person has to choose.
pub(super) fn overlaps(detail: &ItemDetail) -> Vec<Line> {
    let mut lines = Vec::new();
    for PlaceOverlap { path, base, theirs, mine } in &detail.overlaps {
        let path = if path.is_empty() { "the whole value".into() } else { shown(path) };
        lines.push((Tone::Changed, format!("! {path}")));
        for (who, text) in [("was", base), ("theirs", theirs), ("mine", mine)] {
            let text = text.as_deref().map_or("nothing".into(), shown);
            lines.push((Tone::Plain, format!("    {who:<6} {text}")));
        }
    }
    let listed = u32::try_from(detail.overlaps.len()).unwrap_or(u32::MAX);
    if detail.overlap_count > listed {
        let more = grouped((detail.overlap_count - listed).into());
        lines.push((Tone::Plain, format!("  … and {more} overlaps more")));
    }
    lines
}

/// A unified diff of the whole values, laid out; beside it user ids and attributes.
pub(super) fn text(item: &ChangeItem, detail: &ItemDetail) -> Vec<Line> {
    let laid_out = |image: &Option<EntryImage>| {
        image.as_ref().map(|image| pretty(image.value.as_str()) + "\n").unwrap_or_default()
    };
    let (before, after) = (laid_out(&detail.before), laid_out(&detail.after));
    let address = address(&item.store, &item.scope, &item.key);
    let name = |side: &str, image: &Option<EntryImage>| match image {
        Some(EntryImage { revision: Some(revision), .. }) => format!("{address} ({side}, {revision})"),
        Some(_) => format!("{address} ({side})"),
        None => format!("{address} ({side}: no entry)"),
    };
    let mut lines = vec![
        (Tone::Bad, format!("--- {}", name("before", &detail.before))),
        (Tone::Good, format!("+++ {}", name("after", &detail.after))),
    ];
    let diff = TextDiff::configure().timeout(TEXT_PATIENCE).diff_lines(&before, &after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        lines.push((Tone::Plain, hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let (sign, tone) = match change.tag() {
                ChangeTag::Equal => (' ', Tone::Plain),
                ChangeTag::Delete => ('-', Tone::Bad),
                ChangeTag::Insert => ('+', Tone::Good),
            };
            lines.push((tone, format!("{sign}{}", shown(change.value().trim_end_matches('\n')))));
        }
    }
    beside(detail, &mut lines);
    lines
}

#[cfg(test)]
mod tests {
    use protocol::RawJson;
    use protocol::operations::changesets::ItemState;

    use super::*;

    fn image(value: &str, user_ids: &[i64], attributes: &str) -> EntryImage {
        EntryImage {
            value: RawJson::from_text(value.into()).unwrap(),
            user_ids: user_ids.iter().copied().map(UserId).collect(),
            attributes: RawJson::from_text(attributes.into()).unwrap(),
            revision: None,
        }
    }

    fn item(effect: ItemEffect) -> ChangeItem {
        ChangeItem {
            item: 1,
            store: "PlayerData".into(),
            ordered: false,
            scope: "global".into(),
            key: "Player_81".into(),
            effect,
            state: ItemState::Staged,
            conditional: true,
            differences: None,
            user_ids_changed: false,
            attributes_changed: false,
            size_before: Some(9),
            size_after: Some(10),
            revision: None,
            code: None,
            message: None,
            changed_at: "2024-07-22T19:50:08.2052501Z".into(),
        }
    }

    fn detail(before: Option<EntryImage>, after: Option<EntryImage>) -> ItemDetail {
        ItemDetail {
            differences: Vec::new(),
            difference_count: 0,
            before,
            after,
            theirs: None,
            merged: None,
            overlaps: Vec::new(),
            overlap_count: 0,
        }
    }

    #[track_caller]
    fn check(lines: &[Line], expected: &[&str]) {
        assert_eq!(lines.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), expected);
    }

    fn place(path: &str, kind: DifferenceKind, before: Option<&str>, after: Option<&str>) -> PlaceDifference {
        PlaceDifference {
            path: path.into(),
            kind,
            before: before.map(Into::into),
            after: after.map(Into::into),
        }
    }

    #[test]
    fn places_stand_below_their_parents() {
        let detail = ItemDetail {
            differences: vec![
                place("/Coins", DifferenceKind::Changed, Some("12500"), Some("12750")),
                place("/Pets/0/name", DifferenceKind::Changed, Some("\"a\""), Some("\"b\"")),
                place("/Pets/0/a~1b~0", DifferenceKind::Removed, Some("1"), None),
                place("/Pets/2", DifferenceKind::Added, None, Some("{}")),
            ],
            difference_count: 6,
            ..detail(None, None)
        };
        check(
            &tree(&item(ItemEffect::Update), &detail),
            &[
                "~ Coins: 12500 → 12750",
                "  Pets",
                "    0",
                "~     name: \"a\" → \"b\"",
                "-     a/b~: 1",
                "+   2: {}",
                "  … and 2 places more; `--text` shows them all",
            ],
        );
    }

    #[test]
    fn user_ids_and_attributes_are_told_beside_the_value() {
        let changed = detail(Some(image("1", &[81], "{}")), Some(image("1", &[81, 82], "{\"a\":1}")));
        check(
            &tree(&item(ItemEffect::Update), &changed),
            &["~ user ids: 81 → 81, 82", "+ attributes: {\"a\":1}"],
        );
        let gone = detail(Some(image("[1]", &[81], "{}")), None);
        check(&tree(&item(ItemEffect::Remove), &gone), &["- [", "-   1", "- ]", "- user ids: 81"]);
        check(&tree(&item(ItemEffect::Create), &detail(None, None)), &["+ a value of 10 bytes"]);
        let same = detail(Some(image("1", &[], "{}")), Some(image("1", &[], "{}")));
        check(&tree(&item(ItemEffect::Update), &same), &["  nothing that reads differently"]);
    }

    #[test]
    fn text_is_compared_line_by_line() {
        let changed = detail(
            Some(image(r#"{"Coins":1.0,"Old":true}"#, &[], "{}")),
            Some(image(r#"{"Coins":2.0,"Old":true}"#, &[], "{}")),
        );
        check(
            &text(&item(ItemEffect::Update), &changed),
            &[
                "--- PlayerData/Player_81 (before)",
                "+++ PlayerData/Player_81 (after)",
                "@@ -1,4 +1,4 @@",
                " {",
                "-  \"Coins\": 1.0,",
                "+  \"Coins\": 2.0,",
                "   \"Old\": true",
                " }",
            ],
        );
    }

    #[test]
    fn what_a_value_holds_cannot_move_the_cursor() {
        let detail = ItemDetail {
            differences: vec![place("/a\u{1b}[2J", DifferenceKind::Added, None, Some("\"\u{202e}\""))],
            difference_count: 1,
            ..detail(None, None)
        };
        check(&tree(&item(ItemEffect::Update), &detail), &[r#"+ a\u{1b}[2J: "\u{202e}""#]);
    }
}
