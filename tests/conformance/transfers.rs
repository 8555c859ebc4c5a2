//! Imports and exports carry entries whole.

use std::fmt::Write as _;

use daemon::universes::{ExportText, ImportItem, KeyQuery};
use daemon_core::export::{DamagedValue, EntryView, RevisionView, ValueView};
use daemon_core::metadata::{Attributes, UserIds};

use crate::bench::{Bench, PAGES_MOST, address, item, json, key_query, store_name};

/// Writes an entry as a line; values here hold no line breaks.
fn add_line(lines: &mut ExportText, entry: &EntryView<'_>) -> Result<(), DamagedValue> {
    let EntryView { id, value, user_ids, attributes, revision } = entry;
    let (value, revision) = (value.prove()?, revision.name());
    let attributes = attributes.as_str();
    let users = user_ids.to_json();
    writeln!(lines.text, "{} {} {value} {users} {attributes} {revision}", id.scope, id.key).unwrap();
    Ok(())
}

/// The lines of an export by pages of `limit`, sorted, and how many pages there were.
async fn export(bench: &Bench, query: &KeyQuery) -> (Vec<String>, usize) {
    let (mut lines, mut pages, mut cursor) = (Vec::new(), 0, None);
    while pages < PAGES_MOST {
        let page = bench.universe.export(KeyQuery { cursor, ..query.clone() }, add_line).await.unwrap();
        let on_page = page.entries.text.lines().map(str::to_owned);
        lines.extend(on_page);
        pages += 1;
        cursor = page.next_cursor;
        if cursor.is_none() {
            lines.sort();
            return (lines, pages);
        }
    }
    panic!("the export does not end");
}

pub(crate) async fn of_equal_keys_the_later_counts(bench: &Bench) {
    bench.create(&address("a"), "0").await;
    let items = vec![item("global", "a", "1"), item("global", "b", "2"), item("global", "a", "3")];
    let revisions = bench.universe.import(store_name("Saves"), items).await.unwrap();
    assert_eq!(revisions.len(), 3);
    for (key, value, position) in [("a", "3", 2), ("b", "2", 1)] {
        let entry = bench.get(&address(key)).await.unwrap();
        assert_eq!((entry.value.as_str(), &entry.revision), (value, &revisions[position]));
    }
    assert_eq!(bench.universe.import(store_name("Empty"), Vec::new()).await.unwrap(), []);
}

pub(crate) async fn an_export_holds_what_was_imported(bench: &Bench) {
    let items: Vec<_> = (0..20)
        .map(|number| ImportItem {
            user_ids: UserIds::new(vec![number, number + 1]).unwrap(),
            attributes: Attributes::parse(&format!("{{\"level\":{number}}}")).unwrap(),
            value: json(&format!("{{\"n\": {number}.0}}")),
            ..item(if number % 3 == 0 { "north" } else { "global" }, &format!("Player_{number}"), "0")
        })
        .collect();
    let revisions = bench.universe.import(store_name("Saves"), items.clone()).await.unwrap();
    let line = |(item, revision): (&ImportItem, &daemon_core::revision::AnyRevision)| {
        let mut line = ExportText::default();
        let view = EntryView {
            id: &item.id,
            value: ValueView::from(&item.value),
            user_ids: &item.user_ids,
            attributes: &item.attributes,
            revision: RevisionView::Named(revision),
        };
        add_line(&mut line, &view).unwrap();
        line.text.trim_end().to_owned()
    };
    let mut all: Vec<_> = items.iter().zip(&revisions).map(line).collect();
    all.sort();
    for limit in [1, 2, 7, 20, 256, 512] {
        assert_eq!(export(bench, &key_query("Saves", None, "", limit)).await.0, all, "{limit}");
    }
    let of_scope =
        |start: &str| -> Vec<_> { all.iter().filter(|line| line.starts_with(start)).cloned().collect() };
    let north = key_query("Saves", Some("north"), "", 5);
    assert_eq!(export(bench, &north).await.0, of_scope("north "));
    let prefixed = key_query("Saves", Some("global"), "Player_1", 5);
    assert_eq!(export(bench, &prefixed).await.0, of_scope("global Player_1"));
}

pub(crate) async fn a_page_of_large_values_ends_early(bench: &Bench) {
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    let items = (0..20).map(|number| item("global", &format!("Player_{number:02}"), &large)).collect();
    bench.universe.import(store_name("Saves"), items).await.unwrap();
    let (lines, pages) = export(bench, &key_query("Saves", Some("global"), "", 256)).await;
    let keys: Vec<_> = lines.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    let expected: Vec<_> = (0..20).map(|number| format!("Player_{number:02}")).collect();
    assert_eq!(keys, expected);
    assert!(pages >= 3, "{pages} pages");
}
