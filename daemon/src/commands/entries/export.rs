//! `entries.export`: one page of entries with their values.

use daemon_core::names::{EntryId, StoreName};
use protocol::operations::entries::EntriesExportRequest;
use protocol::{RawJson, Revision, UserId};
use serde::Serialize;

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::{KeyQuery, Page, StoredEntry};

/// Bytes of an entry's text beside its value and attributes, about.
const ENTRY_BYTES: usize = 256;

/// Answers with the text of an [`EntriesExportResponse`](protocol::operations::entries::EntriesExportResponse).
pub(crate) async fn run(context: Context, request: EntriesExportRequest) -> Result<String, CommandError> {
    let query = KeyQuery {
        store: StoreName::parse(&request.store)?,
        scope: convert::scope_filter(request.scope.as_deref(), request.all_scopes)?,
        prefix: request.prefix.unwrap_or_default(),
        cursor: request.cursor,
        limit: convert::page_limit(request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page = connected.universe.export(query).await?;
    write_page(&page).map_err(|error| CommandError::internal("a page could not be written", error))
}

/// The members of a response before its entries.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<&'a str>,
    has_more: bool,
}

/// The members of an entry before its value.
#[derive(Serialize)]
struct Name<'a> {
    key: &'a str,
    scope: &'a str,
}

/// The members of an entry after its value.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    user_ids: Vec<UserId>,
    attributes: RawJson,
    revision: Revision,
}

/// Writes a page. The values are copied as the texts they are: as [`RawJson`] each would be proven to be JSON once more.
fn write_page(page: &Page<(EntryId, StoredEntry)>) -> Result<String, serde_json::Error> {
    let size_bytes = |(_, entry): &(EntryId, StoredEntry)| {
        ENTRY_BYTES + entry.value.len_bytes() + entry.attributes.as_str().len()
    };
    let mut text = String::with_capacity(ENTRY_BYTES + page.items.iter().map(size_bytes).sum::<usize>());
    let next_cursor = page.next_cursor.as_deref();
    push_open(&mut text, &Head { next_cursor, has_more: next_cursor.is_some() })?;
    text.push_str(",\"entries\":[");
    for (position, (id, entry)) in page.items.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        push_open(&mut text, &Name { key: id.key.as_str(), scope: id.scope.as_str() })?;
        text.push_str(",\"value\":");
        // White space around a value is not part of it.
        text.push_str(entry.value.as_str().trim_matches([' ', '\t', '\n', '\r']));
        text.push(',');
        let rest = serde_json::to_string(&Rest {
            user_ids: convert::wire_user_ids(&entry.user_ids),
            attributes: convert::raw(entry.attributes.as_str().into()),
            revision: convert::revision(&entry.revision),
        })?;
        text.push_str(rest.strip_prefix('{').unwrap_or(&rest));
    }
    text.push_str("]}");
    Ok(text)
}

/// Writes an object but for its end.
fn push_open(text: &mut String, object: &impl Serialize) -> Result<(), serde_json::Error> {
    let object = serde_json::to_string(object)?;
    text.push_str(object.strip_suffix('}').unwrap_or(&object));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use daemon_core::metadata::{Attributes, UserIds};
    use daemon_core::names::{Key, Scope};
    use daemon_core::revision::RevisionId;
    use daemon_core::time::Timestamp;
    use daemon_core::value::JsonText;
    use protocol::operations::entries::{EntriesExportResponse, ExportedEntry};

    fn item(key: &str, value: &str, ids: &[i64], attributes: &str) -> (EntryId, StoredEntry) {
        let at = Timestamp::from_ticks(638_571_200_000_000_000);
        let entry = StoredEntry {
            value: JsonText::parse(value).unwrap(),
            user_ids: UserIds::new(ids.to_vec()).unwrap(),
            attributes: Attributes::parse(attributes).unwrap(),
            revision: RevisionId::new(at, 3, at),
            created_at: at,
            updated_at: at,
        };
        (EntryId { scope: Scope::parse("s\"é").unwrap(), key: Key::parse(key).unwrap() }, entry)
    }

    #[test]
    fn pages_are_as_the_protocol_writes_them() {
        let items = [
            item("a", "{\"x\": 1.0 , \"x\":12345678901234567890}", &[], "{}"),
            item("quote\"\\é🗝", " \r\n[1e999,\t-0] \n", &[-1, i64::MAX], " { \"a\": \"b\" } "),
            item("c", "\"\\u0000\\ud800 \u{2028}\"", &[156], "{\"level\": 3}"),
        ];
        for (count, next_cursor) in [(3, Some("01\"ab".to_owned())), (1, None), (0, None)] {
            let page = Page { items: items[..count].to_vec(), next_cursor };
            let entries = page.items.iter().map(|(id, entry)| ExportedEntry {
                key: id.key.as_str().into(),
                scope: id.scope.as_str().into(),
                value: convert::raw(entry.value.as_str().into()),
                user_ids: convert::wire_user_ids(&entry.user_ids),
                attributes: convert::raw(entry.attributes.as_str().into()),
                revision: convert::revision(&entry.revision),
            });
            let response = EntriesExportResponse {
                next_cursor: page.next_cursor.clone(),
                has_more: page.next_cursor.is_some(),
                entries: entries.collect(),
            };
            assert_eq!(write_page(&page).unwrap(), serde_json::to_string(&response).unwrap());
        }
    }
}
