//! How domain types are stored in columns.

use daemon_core::export::{EntryView, RevisionView, ValueView};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryId, Key, Scope, StoreKind, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use rusqlite::Row;

use crate::database::failure::Failure;
use crate::universe::records::EntryRecord;

/// A row's columns, before they become an [`EntryRecord`].
pub(super) struct EntryColumns {
    pub(super) created_at: i64,
    pub(super) written_at: i64,
    pub(super) counter: u32,
    pub(super) user_ids: Option<String>,
    pub(super) attributes: Option<String>,
    pub(super) value: String,
}

impl EntryColumns {
    /// Reads `created_at, written_at, counter, user_ids, attributes, value` from column `first` on.
    pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            created_at: row.get(first)?,
            written_at: row.get(first + 1)?,
            counter: row.get(first + 2)?,
            user_ids: row.get(first + 3)?,
            attributes: row.get(first + 4)?,
            value: row.get(first + 5)?,
        })
    }

    /// Turns the columns into a record, checking what SQLite cannot.
    pub(super) fn into_record(self) -> Result<EntryRecord, Failure> {
        let created_at = time(self.created_at);
        let updated_at = time(self.written_at);
        Ok(EntryRecord {
            value: JsonText::parse(self.value).map_err(|_| Failure::unreadable("value"))?,
            user_ids: user_ids(self.user_ids.as_deref())?,
            attributes: attributes(self.attributes.as_deref())?,
            revision: RevisionId::new(created_at, self.counter, updated_at),
            created_at,
            updated_at,
        })
    }
}

/// Shows an entry where it lies in a row: `created_at, written_at, counter, user_ids, attributes, value` from column
/// `first` on. Whoever looks proves the value.
pub(super) fn view<T>(
    row: &Row<'_>,
    first: usize,
    id: &EntryId,
    look: impl FnOnce(&EntryView<'_>) -> T,
) -> Result<T, Failure> {
    let optional = |column| row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from);
    Ok(look(&EntryView {
        id,
        value: ValueView::stored(row.get_ref(first + 5)?.as_str().map_err(rusqlite::Error::from)?),
        user_ids: &user_ids(optional(first + 3)?)?,
        attributes: &attributes(optional(first + 4)?)?,
        revision: RevisionView::Ours {
            created: time(row.get(first)?),
            counter: row.get(first + 2)?,
            at: time(row.get(first + 1)?),
        },
    }))
}

fn user_ids(text: Option<&str>) -> Result<UserIds, Failure> {
    match text {
        Some(text) => UserIds::parse(text).map_err(|_| Failure::unreadable("list of user ids")),
        None => Ok(UserIds::default()),
    }
}

fn attributes(text: Option<&str>) -> Result<Attributes, Failure> {
    match text {
        Some(text) => Attributes::parse(text).map_err(|_| Failure::unreadable("set of attributes")),
        None => Ok(Attributes::default()),
    }
}

/// Stores a time; ticks fit 63 bits by [`Timestamp`]'s invariant.
pub(super) fn ticks(time: Timestamp) -> i64 {
    time.ticks().cast_signed()
}

/// Reads a time.
pub(super) fn time(ticks: i64) -> Timestamp {
    Timestamp::from_ticks(u64::try_from(ticks).unwrap_or(0))
}

/// Stores user ids; none when there are none.
pub(super) fn user_ids_text(user_ids: &UserIds) -> Option<String> {
    (!user_ids.as_slice().is_empty()).then(|| user_ids.to_json())
}

/// Stores attributes; none when they are the default, so that most rows have no such column.
pub(super) fn attributes_text(attributes: &Attributes) -> Option<&str> {
    (*attributes != Attributes::default()).then(|| attributes.as_str())
}

/// Stores a kind of data store.
pub(super) const fn kind_number(kind: StoreKind) -> i64 {
    match kind {
        StoreKind::Standard => 0,
        StoreKind::Ordered => 1,
    }
}

/// Reads the name of a data store.
pub(super) fn store_name(text: &str) -> Result<StoreName, Failure> {
    StoreName::parse(text).map_err(|_| Failure::unreadable("data store name"))
}

/// Reads a scope.
pub(super) fn scope(text: &str) -> Result<Scope, Failure> {
    Scope::parse(text).map_err(|_| Failure::unreadable("scope"))
}

/// Reads a key.
pub(super) fn key(text: &str) -> Result<Key, Failure> {
    Key::parse(text).map_err(|_| Failure::unreadable("key"))
}

/// Reads a count or size, which is never negative.
pub(super) fn size(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Turns a limit or a count of rows into SQLite's integer.
pub(super) fn row_count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
