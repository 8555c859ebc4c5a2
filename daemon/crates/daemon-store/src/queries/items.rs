//! Items of change sets.
//!
//! **Invariant:** an item's state changes through [`ItemRow::take`] alone, and so as [`ItemState::after`] says (S-34). The
//! exception is a whole set that is committed or stopped, which changes what its waiting items stand for.

use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::Clash;
use daemon_core::changes::state::{ItemEvent, ItemState};
use daemon_core::names::EntryAddress;
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::journal::records::{
    Difference, ItemId, ItemImages, ItemProblem, ItemRecord, NewItem, SetId, WorkItem,
};
use crate::queries::change_sets::SetRow;
use crate::queries::columns::{key, row_count, scope, size, store_name, ticks, time};
use crate::queries::contents;

/// A selection of items; `$hint` says which index is used, and `$rest` is `WHERE` and on.
macro_rules! select_items {
    ($hint:literal, $rest:literal) => {
        concat!(
            "SELECT i.number, i.state, i.changed_at, i.store, t.ordered, t.name, i.scope, i.key, i.increment, \
             i.places, i.user_ids_differ, i.attributes_differ, i.size_before, i.size_after, i.intent, \
             i.may_be_told, i.clash, i.base_content, i.after_content, i.before_content, i.theirs_content, \
             i.base_revision, i.before_revision, i.theirs_revision, i.revision, i.problem_code, \
             i.problem_message \
             FROM items i ",
            $hint,
            " CROSS JOIN data_stores t ON t.number = i.store ",
            $rest
        )
    };
}

/// The state of an item that waits, in its column.
pub(super) const WAITING: i64 = 0;

/// Where an item's values are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ImageRefs {
    /// See [`ItemImages::base`].
    pub(super) base: Option<ImageRef>,
    /// See [`ItemImages::after`].
    pub(super) after: Option<i64>,
    /// See [`ItemImages::before`].
    pub(super) before: Option<ImageRef>,
    /// See [`ItemImages::theirs`].
    pub(super) theirs: Option<ImageRef>,
}

/// Where an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImageRef {
    /// The number of its content.
    pub(super) content: i64,
    /// Its revision.
    pub(super) revision: Option<AnyRevision>,
}

/// An item as it is stored.
#[derive(Debug)]
pub(super) struct ItemRow {
    /// The number of its set.
    pub(super) set: i64,
    /// The number of its data store.
    pub(super) store: i64,
    /// Whether its set says where it stands.
    pub(super) waits: bool,
    /// What is known of it.
    pub(super) record: ItemRecord,
    /// Where its values are.
    pub(super) images: ImageRefs,
    /// See [`ItemImages::has_intent`].
    pub(super) has_intent: bool,
}

/// A [`Clash`] in its column.
struct ClashColumn(Clash);

impl ImageRefs {
    /// The numbers of the contents.
    pub(super) fn contents(&self) -> [Option<i64>; 4] {
        let content = |image: &Option<ImageRef>| image.as_ref().map(|image| image.content);
        [content(&self.base), self.after, content(&self.before), content(&self.theirs)]
    }
}

impl ItemRow {
    /// An item that is not stored yet; its values are.
    pub(super) fn new(set: &SetRow, number: u32, store: i64, item: NewItem, now: Timestamp) -> Self {
        let size = |content: &Content| content.value.len_bytes() as u64;
        Self {
            set: set.number,
            store,
            waits: true,
            record: ItemRecord {
                id: ItemId { set: set.record.id.clone(), number },
                connection: set.record.connection.clone(),
                address: item.address,
                is_ordered: item.is_ordered,
                increment: item.increment,
                state: set.waiting(),
                difference: item.difference,
                size_before: item.base.as_ref().map(|base| size(&base.content)),
                size_after: item.after.as_ref().map(size),
                problem: None,
                revision: None,
                changed_at: now,
            },
            images: ImageRefs::default(),
            has_intent: false,
        }
    }

    /// Finds an item of a set.
    pub(super) fn find(database: &Connection, set: &SetRow, number: u32) -> Result<Option<Self>, Failure> {
        let mut statement =
            database.prepare_cached(select_items!("", "WHERE i.change_set = ?1 AND i.number = ?2"))?;
        statement.query_and_then(params![set.number, number], |row| read(row, set))?.next().transpose()
    }

    /// Finds an item that must be there.
    pub(super) fn get(database: &Connection, set: &SetRow, number: u32) -> Result<Self, Failure> {
        Self::find(database, set, number)?.ok_or_else(|| {
            let item = ItemId { set: set.record.id.clone(), number };
            Failure::Rule(StoreError::ItemNotFound { item })
        })
    }

    /// Moves the item where the event leads, and answers where it stood.
    pub(super) fn take(&mut self, event: ItemEvent, now: Timestamp) -> Result<ItemState, Failure> {
        let from = self.record.state;
        self.record.state = from.after(event).map_err(|cause| {
            Failure::Rule(StoreError::IllegalEvent { item: self.record.id.clone(), cause })
        })?;
        self.record.changed_at = now;
        self.waits = false;
        Ok(from)
    }

    /// Stores an image, unless the item has the same.
    pub(super) fn keep_image(&self, database: &Connection, image: &Image) -> Result<ImageRef, Failure> {
        let content = contents::keep(database, self.set, self.images.contents(), &image.content)?;
        Ok(ImageRef { content, revision: image.revision.clone() })
    }

    /// Points to other images, and deletes what nothing points to any more.
    pub(super) fn replace_images(&mut self, database: &Connection, images: ImageRefs) -> Result<(), Failure> {
        let kept = images.contents();
        for content in self.images.contents().into_iter().flatten() {
            if !kept.contains(&Some(content)) {
                contents::forget(database, self.set, content)?;
            }
        }
        self.images = images;
        Ok(())
    }

    /// Gives the item another base, and another content to become.
    pub(super) fn rebase(
        &mut self,
        database: &Connection,
        base: Option<&Image>,
        after: Option<&Content>,
        difference: Difference,
    ) -> Result<(), Failure> {
        let base_ref = base.map(|base| self.keep_image(database, base)).transpose()?;
        let after_ref = after.map(|after| self.keep_content(database, after)).transpose()?;
        self.replace_images(
            database,
            ImageRefs { base: base_ref, after: after_ref, before: None, theirs: None },
        )?;
        self.has_intent = false;
        self.record.difference = difference;
        self.record.size_before = base.map(|base| base.content.value.len_bytes() as u64);
        self.record.size_after = after.map(|after| after.value.len_bytes() as u64);
        Ok(())
    }

    /// Stores a content, unless the item has the same.
    pub(super) fn keep_content(&self, database: &Connection, content: &Content) -> Result<i64, Failure> {
        contents::keep(database, self.set, self.images.contents(), content)
    }

    /// Stores the item for the first time.
    pub(super) fn insert(&self, database: &Connection) -> Result<(), Failure> {
        let record = &self.record;
        let [base, after, before, theirs] = self.images.contents();
        database
            .prepare_cached(
                "INSERT INTO items (change_set, number, state, changed_at, store, scope, key, increment, places, \
                     user_ids_differ, attributes_differ, size_before, size_after, intent, may_be_told, \
                     base_content, after_content, before_content, theirs_content, base_revision, before_revision)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16, ?17, ?18, ?19, \
                     ?20)",
            )?
            .execute(params![
                self.set,
                record.id.number,
                self.state_number(),
                ticks(record.changed_at),
                self.store,
                record.address.scope.as_str(),
                record.address.key.as_str(),
                record.increment,
                record.difference.places,
                record.difference.user_ids,
                record.difference.attributes,
                record.size_before.map(u64::cast_signed),
                record.size_after.map(u64::cast_signed),
                self.has_intent,
                base,
                after,
                before,
                theirs,
                revision_of(self.images.base.as_ref()),
                revision_of(self.images.before.as_ref()),
            ])?;
        Ok(())
    }

    /// Stores what changed.
    pub(super) fn save(&self, database: &Connection) -> Result<(), Failure> {
        let record = &self.record;
        let [base, after, before, theirs] = self.images.contents();
        let problem = record.problem.as_ref();
        database
            .prepare_cached(
                "UPDATE items SET state = ?3, changed_at = ?4, places = ?5, user_ids_differ = ?6, \
                     attributes_differ = ?7, size_before = ?8, size_after = ?9, intent = ?10, may_be_told = ?11, \
                     clash = ?12, base_content = ?13, after_content = ?14, before_content = ?15, \
                     theirs_content = ?16, base_revision = ?17, before_revision = ?18, theirs_revision = ?19, \
                     revision = ?20, problem_code = ?21, problem_message = ?22
                 WHERE change_set = ?1 AND number = ?2",
            )?
            .execute(params![
                self.set,
                record.id.number,
                self.state_number(),
                ticks(record.changed_at),
                record.difference.places,
                record.difference.user_ids,
                record.difference.attributes,
                record.size_before.map(u64::cast_signed),
                record.size_after.map(u64::cast_signed),
                self.has_intent,
                problem.is_some_and(|problem| problem.may_be_told),
                problem.and_then(|problem| problem.clash).map(clash_number),
                base,
                after,
                before,
                theirs,
                revision_of(self.images.base.as_ref()),
                revision_of(self.images.before.as_ref()),
                revision_of(self.images.theirs.as_ref()),
                record.revision.as_ref().map(AnyRevision::as_str),
                problem.map(|problem| &problem.code),
                problem.map(|problem| &problem.message),
            ])?;
        Ok(())
    }

    /// Takes the item out of its staged set, with its values.
    pub(super) fn remove(mut self, database: &Connection) -> Result<(), Failure> {
        self.replace_images(database, ImageRefs::default())?;
        database
            .prepare_cached("DELETE FROM items WHERE change_set = ?1 AND number = ?2")?
            .execute(params![self.set, self.record.id.number])?;
        Ok(())
    }

    /// Reads the item's values.
    pub(super) fn load(self, database: &Connection) -> Result<WorkItem, Failure> {
        let image = |image: Option<ImageRef>| -> Result<Option<Image>, Failure> {
            let Some(ImageRef { content, revision }) = image else { return Ok(None) };
            Ok(Some(Image { content: contents::load(database, content)?, revision }))
        };
        let images = ItemImages {
            after: self.images.after.map(|after| contents::load(database, after)).transpose()?,
            base: image(self.images.base)?,
            before: image(self.images.before)?,
            has_intent: self.has_intent,
            theirs: image(self.images.theirs)?,
        };
        Ok(WorkItem { record: self.record, images })
    }

    const fn state_number(&self) -> i64 {
        if self.waits { WAITING } else { state_number(self.record.state) }
    }
}

/// Lists the items of a set by number, without values.
pub(crate) fn list(
    database: &Connection,
    id: &SetId,
    state: Option<ItemState>,
    after: u32,
    limit: usize,
) -> Result<Vec<ItemRecord>, Failure> {
    let set = SetRow::get(database, id)?;
    let wanted = state.map(state_number);
    let with_waiting = state == Some(set.waiting());
    let sql = match state {
        None => {
            select_items!(
                "NOT INDEXED",
                "WHERE i.change_set = ?1 AND i.number > ?2 ORDER BY i.number LIMIT ?3"
            )
        }
        Some(_) if with_waiting => select_items!(
            "NOT INDEXED",
            "WHERE i.change_set = ?1 AND i.number > ?2 AND i.state IN (0, ?4) ORDER BY i.number LIMIT ?3"
        ),
        Some(ItemState::Staged) => return Ok(Vec::new()),
        Some(ItemState::Saved) => select_items!(
            "NOT INDEXED",
            "WHERE i.change_set = ?1 AND i.number > ?2 AND i.state = ?4 ORDER BY i.number LIMIT ?3"
        ),
        Some(ItemState::Sending) => select_items!(
            "INDEXED BY items_in_flight",
            "WHERE i.state IN (2, 3) AND i.state = ?4 AND i.change_set = ?1 AND i.number > ?2
             ORDER BY i.number LIMIT ?3"
        ),
        Some(_) => select_items!(
            "INDEXED BY items_by_state",
            "WHERE i.state IN (1, 3, 5, 6, 7) AND i.change_set = ?1 AND i.state = ?4 AND i.number > ?2
             ORDER BY i.number LIMIT ?3"
        ),
    };
    let mut statement = database.prepare_cached(sql)?;
    let mut rows = match wanted {
        None => statement.query(params![set.number, after, row_count(limit)])?,
        Some(wanted) => statement.query(params![set.number, after, row_count(limit), wanted])?,
    };
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(read(row, &set)?.record);
    }
    Ok(items)
}

/// Finds an item with its values.
pub(crate) fn get(database: &Connection, id: &ItemId) -> Result<Option<WorkItem>, Failure> {
    let Some(set) = SetRow::find(database, &id.set)? else { return Ok(None) };
    ItemRow::find(database, &set, id.number)?.map(|item| item.load(database)).transpose()
}

/// Finds the number of the item of a staged set that waits for an entry.
pub(super) fn find_waiting(
    database: &Connection,
    set: i64,
    store: i64,
    address: &EntryAddress,
) -> Result<Option<u32>, Failure> {
    Ok(database
        .prepare_cached(
            "SELECT number FROM items WHERE change_set = ?1 AND store = ?2 AND scope = ?3 AND key = ?4 AND state = 0",
        )?
        .query_row(params![set, store, address.scope.as_str(), address.key.as_str()], |row| row.get(0))
        .optional()?)
}

/// Finds set and number of the item that may have been sent for an entry, and of which nobody knows yet (S-37).
pub(super) fn find_in_flight(
    database: &Connection,
    store: i64,
    address: &EntryAddress,
) -> Result<Option<(i64, u32)>, Failure> {
    Ok(database
        .prepare_cached(
            "SELECT change_set, number FROM items
             WHERE store = ?1 AND scope = ?2 AND key = ?3 AND state IN (2, 3)",
        )?
        .query_row(params![store, address.scope.as_str(), address.key.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?)
}

/// Reads an item of `set`.
pub(super) fn read(row: &Row<'_>, set: &SetRow) -> Result<ItemRow, Failure> {
    let text = |column: usize| -> Result<&str, Failure> {
        Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
    };
    let number = row.get(1)?;
    let waits = number == WAITING;
    let image = |content: usize, revision: usize| -> Result<Option<ImageRef>, Failure> {
        let Some(content) = row.get(content)? else { return Ok(None) };
        Ok(Some(ImageRef { content, revision: read_revision(row, revision)? }))
    };
    let problem = match (row.get(25)?, row.get(26)?) {
        (Some(code), Some(message)) => Some(ItemProblem {
            code,
            message,
            clash: row.get::<_, Option<ClashColumn>>(16)?.map(|column| column.0),
            may_be_told: row.get(15)?,
        }),
        _ => None,
    };
    let mut record = ItemRecord {
        id: ItemId { set: set.record.id.clone(), number: row.get(0)? },
        connection: set.record.connection.clone(),
        address: EntryAddress { store: store_name(text(5)?)?, scope: scope(text(6)?)?, key: key(text(7)?)? },
        is_ordered: row.get(4)?,
        increment: row.get(8)?,
        state: if waits { set.waiting() } else { explicit_state(number)? },
        difference: Difference { places: row.get(9)?, user_ids: row.get(10)?, attributes: row.get(11)? },
        size_before: row.get::<_, Option<i64>>(12)?.map(size),
        size_after: row.get::<_, Option<i64>>(13)?.map(size),
        problem,
        revision: read_revision(row, 24)?,
        changed_at: time(row.get(2)?),
    };
    if waits {
        match (&set.stop, set.record.committed_at) {
            (Some((at, reason)), _) => {
                record.changed_at = *at;
                record.problem = Some(left_out(reason.clone()));
            }
            (None, Some(committed_at)) => record.changed_at = committed_at,
            (None, None) => {}
        }
    }
    Ok(ItemRow {
        set: set.number,
        store: row.get(3)?,
        waits,
        record,
        images: ImageRefs {
            base: image(17, 21)?,
            after: row.get(18)?,
            before: image(19, 22)?,
            theirs: image(20, 23)?,
        },
        has_intent: row.get(14)?,
    })
}

/// Why an item is not sent any more; a reason has no code.
pub(super) fn left_out(reason: String) -> ItemProblem {
    ItemProblem { code: String::new(), message: reason, clash: None, may_be_told: false }
}

fn revision_of(image: Option<&ImageRef>) -> Option<&str> {
    image.and_then(|image| image.revision.as_ref()).map(AnyRevision::as_str)
}

pub(super) fn read_revision(row: &Row<'_>, column: usize) -> Result<Option<AnyRevision>, Failure> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    text.map(|text| AnyRevision::parse(text).map_err(|_| Failure::unreadable("revision"))).transpose()
}

const fn state_number(state: ItemState) -> i64 {
    match state {
        ItemState::Staged => WAITING,
        ItemState::Queued => 1,
        ItemState::Sending => 2,
        ItemState::Unknown => 3,
        ItemState::Saved => 4,
        ItemState::Conflict => 5,
        ItemState::Refused => 6,
        ItemState::Superseded => 7,
    }
}

fn explicit_state(number: i64) -> Result<ItemState, Failure> {
    ItemState::ALL
        .into_iter()
        .find(|state| state_number(*state) == number)
        .ok_or_else(|| Failure::unreadable("state of an item"))
}

const fn clash_number(clash: Clash) -> i64 {
    match clash {
        Clash::Changed => 0,
        Clash::Overlap => 1,
        Clash::Gone => 2,
        Clash::Appeared => 3,
        Clash::TooLarge => 4,
    }
}

impl FromSql for ClashColumn {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        [Clash::Changed, Clash::Overlap, Clash::Gone, Clash::Appeared, Clash::TooLarge]
            .into_iter()
            .find(|clash| clash_number(*clash) == number)
            .map(Self)
            .ok_or(FromSqlError::OutOfRange(number))
    }
}
