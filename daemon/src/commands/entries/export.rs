//! `entries.export`: one page of entries with their values.

use daemon_core::export::{AddEntry, DamagedValue, EntryView};
use daemon_core::names::StoreName;
use protocol::operations::entries::EntriesExportRequest;

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::json_text::{push_string, without_margins};
use crate::universes::{ExportText, ExportedPage, KeyQuery};

/// Bytes of a response beside its entries, about.
const HEAD_BYTES: usize = 256;

/// Answers with the text of an [`EntriesExportResponse`](protocol::operations::entries::EntriesExportResponse).
pub(crate) async fn run(context: Context, request: EntriesExportRequest) -> Result<String, CommandError> {
    Ok(response(&page(context, request, add_entry).await?))
}

/// The page that a request asks for, as `add` writes it.
pub(crate) async fn page(
    context: Context,
    request: EntriesExportRequest,
    add: AddEntry<ExportText>,
) -> Result<ExportedPage, CommandError> {
    let query = KeyQuery {
        store: StoreName::parse(&request.store)?,
        scope: convert::scope_filter(request.scope.as_deref(), request.all_scopes)?,
        prefix: request.prefix.unwrap_or_default(),
        cursor: request.cursor,
        limit: convert::export_page_limit(request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    Ok(connected.universe.export(query, add).await?)
}

/// Writes a response; what leads on stands before the entries.
fn response(page: &ExportedPage) -> String {
    let entries = &page.entries.text;
    let mut text = String::with_capacity(HEAD_BYTES + entries.len());
    text.push('{');
    if let Some(cursor) = &page.next_cursor {
        text.push_str("\"nextCursor\":");
        push_string(&mut text, cursor);
        text.push(',');
    }
    text.push_str(if page.next_cursor.is_some() { "\"hasMore\":true" } else { "\"hasMore\":false" });
    text.push_str(",\"entries\":[");
    text.push_str(entries);
    text.push_str("]}");
    text
}

/// Writes an [`ExportedEntry`](protocol::operations::entries::ExportedEntry) behind others.
///
/// Values and attributes are copied as the texts they are: as [`RawJson`](protocol::RawJson) each would be proven to be
/// JSON once more.
fn add_entry(entries: &mut ExportText, entry: &EntryView<'_>) -> Result<(), DamagedValue> {
    let text = &mut entries.text;
    let value = entry.value.prove()?;
    text.push_str(if text.is_empty() { "{\"key\":" } else { ",{\"key\":" });
    push_string(text, entry.id.key.as_str());
    text.push_str(",\"scope\":");
    push_string(text, entry.id.scope.as_str());
    text.push_str(",\"value\":");
    text.push_str(without_margins(value));
    text.push_str(",\"userIds\":[");
    for (position, id) in entry.user_ids.as_slice().iter().enumerate() {
        text.push_str(if position > 0 { ",\"" } else { "\"" });
        text.push_str(&id.to_string());
        text.push('"');
    }
    text.push_str("],\"attributes\":");
    text.push_str(without_margins(entry.attributes.as_str()));
    text.push_str(",\"revision\":\"");
    text.push_str(entry.revision.name().as_str());
    text.push_str("\"}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use daemon_core::export::{RevisionView, ValueView};
    use daemon_core::metadata::{Attributes, UserIds};
    use daemon_core::names::{EntryId, Key, Scope};
    use daemon_core::revision::RevisionId;
    use daemon_core::time::Timestamp;
    use protocol::operations::entries::{EntriesExportResponse, ExportedEntry};

    #[test]
    fn pages_are_as_the_protocol_writes_them() {
        let cases: [(&str, &str, &[i64], &str); 3] = [
            ("a", "{\"x\": 1.0 , \"x\":12345678901234567890}", &[], "{}"),
            ("quote\"\\é🗝", " \r\n[1e999,\t-0] \n", &[-1, i64::MAX], " { \"a\": \"b\" } "),
            ("c", "\"\\u0000\\ud800 \u{2028}\"", &[156], "{\"level\": 3}"),
        ];
        for (count, next_cursor) in [(3, Some("01\"ab".to_owned())), (1, None), (0, None)] {
            let (mut exported, mut entries) = (ExportText::default(), Vec::new());
            for (key, value, user_ids, attributes) in &cases[..count] {
                let at = Timestamp::from_ticks(638_571_200_000_000_000);
                let entry = EntryView {
                    id: &EntryId { scope: Scope::parse("s\"é").unwrap(), key: Key::parse(key).unwrap() },
                    value: ValueView::stored(value),
                    user_ids: &UserIds::new(user_ids.to_vec()).unwrap(),
                    attributes: &Attributes::parse(attributes).unwrap(),
                    revision: RevisionView::Named(&RevisionId::new(at, 3, at).into()),
                };
                add_entry(&mut exported, &entry).unwrap();
                entries.push(ExportedEntry {
                    key: (*key).into(),
                    scope: entry.id.scope.as_str().into(),
                    value: convert::raw((*value).into()),
                    user_ids: convert::wire_user_ids(entry.user_ids),
                    attributes: convert::raw((*attributes).into()),
                    revision: convert::revision(&entry.revision.name()),
                });
            }
            let page = ExportedPage { entries: exported, next_cursor: next_cursor.clone() };
            let expected = EntriesExportResponse { has_more: next_cursor.is_some(), next_cursor, entries };
            assert_eq!(response(&page), serde_json::to_string(&expected).unwrap());
        }
    }
}
