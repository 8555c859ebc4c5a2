//! Behaviour of the journal, over real files in temporary folders; times are made up, nothing sleeps.

use std::path::PathBuf;
use std::sync::Arc;

use daemon_core::changes::attempt::{Intent, Outcome, Problem};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::ConflictPolicy;
use daemon_core::changes::state::ItemState;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, Key, Scope, StoreName};
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use tempfile::TempDir;

use crate::error::StoreError;
use crate::journal::records::{
    AuditPhase, AuditRecord, Difference, ItemId, ItemRecord, JobId, JobKind, JobProgress, JobRecord,
    JobState, NewItem, NewSet, Principal, SetId, SetQuery, SetRecord, StagedItem, WorkItem,
};
use crate::journal::{Begun, JournalStore};

mod audit;
mod blocking;
mod counts;
mod files;
mod history;
mod jobs;
mod sending;
mod sets;
mod staging;
mod undoing;
mod upkeep;

/// A journal in a temporary folder. Fields drop in order: the store lets go of the file before the folder goes.
struct Fixture {
    journal: JournalStore,
    folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = JournalStore::open(&folder.path().join("journal.db")).unwrap();
        Self { journal, folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    /// Closes the file and opens it again.
    async fn reopen(&mut self) {
        self.journal.close().await;
        self.journal = JournalStore::open(&self.path()).unwrap();
    }

    async fn create(&self, id: &str) -> SetRecord {
        self.journal.create_set(new_set(id), at(10)).await.unwrap()
    }

    async fn stage(&self, id: &str, items: Vec<NewItem>) -> (SetRecord, Vec<StagedItem>) {
        self.journal.stage(set_id(id), items, false, at(20)).await.unwrap()
    }

    /// A staged set of these items.
    async fn staged(&self, id: &str, items: Vec<NewItem>) -> SetRecord {
        self.create(id).await;
        self.stage(id, items).await.0
    }

    async fn commit(&self, id: &str) -> SetRecord {
        self.try_commit(id).await.unwrap()
    }

    async fn try_commit(&self, id: &str) -> Result<SetRecord, StoreError> {
        let line = line(id, None, AuditPhase::Attempt);
        self.journal.commit_set(set_id(id), committer(), None, None, line, at(30)).await
    }

    async fn begin(&self, id: &str, number: u32, intent: Intent) -> Begun {
        self.try_begin(id, number, intent).await.unwrap()
    }

    async fn try_begin(&self, id: &str, number: u32, intent: Intent) -> Result<Begun, StoreError> {
        let line = line(id, Some(number), AuditPhase::Attempt);
        self.journal.begin(item_id(id, number), Arc::new(intent), line, at(40)).await
    }

    /// Begins an item as it was staged, on its own base.
    async fn begin_as_staged(&self, id: &str, number: u32) -> Begun {
        let item = self.item(id, number).await;
        let images = item.images;
        let intent = Intent { before: images.base, after: images.after, increment: item.record.increment };
        self.begin(id, number, intent).await
    }

    async fn begin_direct(&self, id: &str, item: NewItem) -> Begun {
        let intent =
            Intent { before: item.base.clone(), after: item.after.clone(), increment: item.increment };
        let line = line(id, Some(1), AuditPhase::Attempt);
        self.journal.begin_direct(new_set(id), item, Arc::new(intent), line, at(40)).await.unwrap()
    }

    async fn settle(&self, id: &str, number: u32, outcome: Outcome) -> SetRecord {
        self.try_settle(id, number, outcome).await.unwrap()
    }

    async fn try_settle(&self, id: &str, number: u32, outcome: Outcome) -> Result<SetRecord, StoreError> {
        let line = line(id, Some(number), AuditPhase::Outcome);
        self.journal.settle(item_id(id, number), outcome, None, line, at(50)).await
    }

    /// Saves a change of one entry as a set of its own.
    async fn save(&self, id: &str, item: NewItem, became: Option<&str>) -> SetRecord {
        assert_eq!(self.begin_direct(id, item).await, Begun::Begun);
        self.settle(id, 1, saved(became)).await
    }

    /// A committed set whose items were all saved, item n as revision `{id}-{n}`.
    async fn saved(&self, id: &str, items: Vec<NewItem>) -> SetRecord {
        let count = items.len();
        self.staged(id, items).await;
        let mut set = self.commit(id).await;
        for number in 1..=u32::try_from(count).unwrap() {
            assert_eq!(self.begin_as_staged(id, number).await, Begun::Begun);
            set = self.settle(id, number, saved(Some(&format!("{id}-{number}")))).await;
        }
        set
    }

    async fn set(&self, id: &str) -> SetRecord {
        self.journal.get_set(set_id(id)).await.unwrap().unwrap()
    }

    async fn item(&self, id: &str, number: u32) -> WorkItem {
        self.journal.get_item(item_id(id, number)).await.unwrap().unwrap()
    }

    async fn state(&self, id: &str, number: u32) -> ItemState {
        self.item(id, number).await.record.state
    }

    async fn items(&self, id: &str) -> Vec<ItemRecord> {
        self.journal.list_items(set_id(id), None, 0, usize::MAX).await.unwrap()
    }

    async fn undo(&self, of: &str, id: &str, only: &[u32]) -> (SetRecord, u32) {
        self.journal.undo_set(set_id(of), new_set(id), only.to_vec(), at(60)).await.unwrap()
    }

    async fn audit_length(&self) -> usize {
        self.journal.list_audit(0, usize::MAX).await.unwrap().len()
    }

    /// How many rows a table has.
    async fn rows(&self, table: &'static str) -> usize {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 =
            self.journal.database.read(move |d| Ok(d.query_row(&sql, [], |row| row.get(0))?)).await.unwrap();
        usize::try_from(count).unwrap()
    }

    /// Runs SQL past the store.
    async fn tamper(&self, sql: &'static str) -> Result<(), StoreError> {
        self.journal.database.write(0, move |database| Ok(database.execute_batch(sql)?)).await
    }
}

fn at(ticks: u64) -> Timestamp {
    Timestamp::from_ticks(ticks)
}

fn set_id(id: &str) -> SetId {
    SetId(id.to_owned())
}

fn job_id(id: &str) -> JobId {
    JobId(id.to_owned())
}

fn item_id(set: &str, number: u32) -> ItemId {
    ItemId { set: set_id(set), number }
}

fn maker() -> Principal {
    Principal { id: "maker".to_owned(), name: "Mika".to_owned() }
}

fn committer() -> Principal {
    Principal { id: "committer".to_owned(), name: "Cleo".to_owned() }
}

fn new_set(id: &str) -> NewSet {
    NewSet {
        id: set_id(id),
        connection: "arena".to_owned(),
        title: format!("title of {id}"),
        reason: Some(format!("reason of {id}")),
        policy: ConflictPolicy::SmartMerge,
        by: maker(),
        undo_of: None,
    }
}

fn address(key: &str) -> EntryAddress {
    in_store("Saves", key)
}

fn in_store(store: &str, key: &str) -> EntryAddress {
    EntryAddress {
        store: StoreName::parse(store).unwrap(),
        scope: Scope::global(),
        key: Key::parse(key).unwrap(),
    }
}

fn revision(text: &str) -> AnyRevision {
    AnyRevision::parse(text).unwrap()
}

fn content(value: &str) -> Content {
    Content {
        value: JsonText::parse(value).unwrap(),
        user_ids: UserIds::default(),
        attributes: Attributes::default(),
    }
}

/// A content with user ids and attributes, each with bytes that a tidy writer would change.
fn tagged(value: &str, attributes: &str, user_ids: &[i64]) -> Content {
    Content {
        attributes: Attributes::parse(attributes).unwrap(),
        user_ids: UserIds::new(user_ids.to_vec()).unwrap(),
        ..content(value)
    }
}

fn image(content: Content, became: Option<&str>) -> Image {
    Image { content, revision: became.map(revision) }
}

fn change(key: &str, base: Option<Image>, after: Option<Content>) -> NewItem {
    NewItem {
        address: address(key),
        is_ordered: false,
        base,
        after,
        increment: None,
        difference: Difference { places: 3, user_ids: true, attributes: false },
    }
}

/// An item that changes an entry from one value to another.
fn update(key: &str) -> NewItem {
    let found = format!("{key}-1").replace(' ', "-");
    let base = image(content(&format!("\"{key} before\"")), Some(&found));
    change(key, Some(base), Some(content(&format!("\"{key} after\""))))
}

fn removal(key: &str) -> NewItem {
    NewItem { after: None, ..update(key) }
}

fn creation(key: &str) -> NewItem {
    NewItem { base: None, ..update(key) }
}

fn ordered(key: &str, before: Option<&str>, after: Option<&str>) -> NewItem {
    NewItem {
        address: in_store("Ranks", key),
        is_ordered: true,
        ..change(key, before.map(|value| image(content(value), None)), after.map(content))
    }
}

fn saved(became: Option<&str>) -> Outcome {
    Outcome::Saved { revision: became.map(revision), is_overwritten: false }
}

fn problem(code: &str) -> Problem {
    Problem { code: code.to_owned(), message: format!("message of {code}") }
}

fn unknown(may_be_told: bool) -> Outcome {
    Outcome::Unknown { problem: problem("DS007"), may_be_told }
}

fn line(set: &str, number: Option<u32>, phase: AuditPhase) -> AuditRecord {
    AuditRecord {
        at: at(35),
        by: committer(),
        operation: "changesets.commit".to_owned(),
        phase,
        connection: "arena".to_owned(),
        address: number.map(|_| address("key")),
        set: Some(set_id(set)),
        item: number,
        outcome: if phase == AuditPhase::Outcome { "saved".to_owned() } else { String::new() },
        reason: None,
    }
}

fn job(id: &str) -> JobRecord {
    JobRecord {
        id: job_id(id),
        kind: JobKind::Commit,
        connection: "arena".to_owned(),
        title: format!("title of {id}"),
        state: JobState::Queued,
        by: maker(),
        created_at: at(30),
        started_at: None,
        finished_at: None,
        progress: JobProgress::default(),
        set: None,
        file: None,
        plan: "{}".to_owned(),
        checkpoint: String::new(),
        message: None,
    }
}

fn all_sets() -> SetQuery {
    SetQuery {
        connection: None,
        states: Vec::new(),
        is_open: false,
        reader: "maker".to_owned(),
        before: None,
        limit: 100,
    }
}
