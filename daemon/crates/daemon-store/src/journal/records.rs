//! What the journal keeps.

use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::level::Extent;
use daemon_core::changes::policy::{Clash, ConflictPolicy};
use daemon_core::changes::state::{ItemState, SetState};
use daemon_core::names::EntryAddress;
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;

/// The id of a change set, globally unique; the caller draws it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub String);

/// The id of a job, globally unique; the caller draws it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub String);

/// An item of a change set: its number counts from 1 and is never given twice within the set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The set.
    pub set: SetId,
    /// Its number.
    pub number: u32,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The principal's id.
    pub id: String,
    /// A name for people.
    pub name: String,
}

/// A change set that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSet {
    /// Its id.
    pub id: SetId,
    /// The connection it changes, by id.
    pub connection: String,
    /// What it is called.
    pub title: String,
    /// Why.
    pub reason: Option<String>,
    /// What happens to items whose entry was changed meanwhile.
    pub policy: ConflictPolicy,
    /// Who makes it.
    pub by: Principal,
    /// The set it takes back.
    pub undo_of: Option<SetId>,
}

/// A change that is to be staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// The entry.
    pub address: EntryAddress,
    /// Whether the data store is ordered.
    pub is_ordered: bool,
    /// The entry as it was found; none when there is none.
    pub base: Option<Image>,
    /// What it is to become; none for a removal.
    pub after: Option<Content>,
    /// What is added, for an increment of an ordered entry.
    pub increment: Option<i64>,
    /// How `after` differs from `base`.
    pub difference: Difference,
}

impl Difference {
    /// Stands for a number of places that was not counted.
    pub const NOT_COUNTED: u32 = u32::MAX;
}

/// How much a change changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// How many places of the value, or [`Self::NOT_COUNTED`].
    pub places: u32,
    /// Whether the user ids.
    pub user_ids: bool,
    /// Whether the attributes.
    pub attributes: bool,
}

/// What became of an item that was to be staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StagedItem {
    /// It has this number.
    Added(u32),
    /// It took the place of another one, which had this number; its own is new.
    Replaced {
        /// The number of the one before.
        before: u32,
        /// Its number.
        number: u32,
    },
    /// The set has an item for this entry already, with this number.
    Duplicate(u32),
}

/// How many items stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// All of them.
    pub total: u32,
    /// [`ItemState::Staged`].
    pub staged: u32,
    /// [`ItemState::Queued`].
    pub queued: u32,
    /// [`ItemState::Sending`].
    pub sending: u32,
    /// [`ItemState::Saved`].
    pub saved: u32,
    /// [`ItemState::Conflict`].
    pub conflict: u32,
    /// [`ItemState::Refused`].
    pub refused: u32,
    /// [`ItemState::Unknown`].
    pub unknown: u32,
    /// [`ItemState::Superseded`].
    pub superseded: u32,
}

/// A change set without its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRecord {
    /// Its id.
    pub id: SetId,
    /// The connection's id.
    pub connection: String,
    /// What it is called.
    pub title: String,
    /// Why.
    pub reason: Option<String>,
    /// What happens to items whose entry was changed meanwhile.
    pub policy: ConflictPolicy,
    /// Where it stands.
    pub state: SetState,
    /// Who made it.
    pub created_by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// When its entries were last looked at.
    pub checked_at: Timestamp,
    /// Who committed it.
    pub committed_by: Option<Principal>,
    /// When.
    pub committed_at: Option<Timestamp>,
    /// When its last item was settled.
    pub finished_at: Option<Timestamp>,
    /// The set it takes back.
    pub undo_of: Option<SetId>,
    /// The latest set, not discarded, that takes it back.
    pub undone_by: Option<SetId>,
    /// The job that commits it.
    pub job: Option<JobId>,
    /// How many items stand where.
    pub counts: ItemCounts,
    /// What committing its items means; items that were dropped do not count.
    pub extent: Extent,
    /// Whether the images of its items were purged, so that it cannot be undone.
    pub is_purged: bool,
}

/// An item without values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRecord {
    /// Which one.
    pub id: ItemId,
    /// The connection's id.
    pub connection: String,
    /// The entry.
    pub address: EntryAddress,
    /// Whether the data store is ordered.
    pub is_ordered: bool,
    /// What is added, for an increment.
    pub increment: Option<i64>,
    /// Where it stands.
    pub state: ItemState,
    /// How `after` differs from `base`.
    pub difference: Difference,
    /// The length of the value it had when staged; none when there was no entry.
    pub size_before: Option<u64>,
    /// The length of the value it is to have; none for a removal.
    pub size_after: Option<u64>,
    /// Why it stands where it does, where a reason is needed.
    pub problem: Option<ItemProblem>,
    /// The revision it became.
    pub revision: Option<AnyRevision>,
    /// Since when it stands there.
    pub changed_at: Timestamp,
}

/// Why an item is in conflict, refused, unknown, or waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemProblem {
    /// The error code.
    pub code: String,
    /// In words.
    pub message: String,
    /// In a conflict: which kind.
    pub clash: Option<Clash>,
    /// Of an unknown one: whether reading back again may still tell.
    pub may_be_told: bool,
}

/// An item's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemImages {
    /// The entry when it was staged.
    pub base: Option<Image>,
    /// What it is to become.
    pub after: Option<Content>,
    /// The entry just before it was sent, the pre-image; none when nothing was sent yet, or there was no entry.
    pub before: Option<Image>,
    /// Whether an intent was made durable, so that `before` means something.
    pub has_intent: bool,
    /// In a conflict: the entry as someone else left it.
    pub theirs: Option<Image>,
}

/// An item with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItem {
    /// What is known of it.
    pub record: ItemRecord,
    /// Its values.
    pub images: ItemImages,
}

/// Which change sets to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetQuery {
    /// Only those of this connection, by id.
    pub connection: Option<String>,
    /// Only those that stand in one of these; wherever they stand when there are none.
    pub states: Vec<SetState>,
    /// Only those with items in conflict or unknown.
    pub is_open: bool,
    /// Staged and discarded sets of others than this principal are left out.
    pub reader: String,
    /// Only older ones than this.
    pub before: Option<SetId>,
    /// Most sets.
    pub limit: usize,
}

/// What becomes of a staged set; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetChanges {
    /// Items to take out; ones that are not there are passed over.
    pub drop: Vec<u32>,
    /// Another title.
    pub title: Option<String>,
    /// Another reason.
    pub reason: Option<String>,
    /// Another policy.
    pub policy: Option<ConflictPolicy>,
}

/// A line of the record of what was attempted and what came of it; lines are only ever added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Principal,
    /// What was asked for, by the operation's name.
    pub operation: String,
    /// Before it was sent, or after.
    pub phase: AuditPhase,
    /// The connection's id.
    pub connection: String,
    /// The entry, for a change of one.
    pub address: Option<EntryAddress>,
    /// The change set, where there is one.
    pub set: Option<SetId>,
    /// The item.
    pub item: Option<u32>,
    /// What came of it: the item's state, or an error code; empty before.
    pub outcome: String,
    /// Why, as whoever did it says; or what the source cannot promise.
    pub reason: Option<String>,
}

/// Whether an audit line was written before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditPhase {
    /// Before anything was sent.
    Attempt,
    /// After.
    Outcome,
}

/// Who wrote a revision of an entry, by the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// The revision.
    pub revision: AnyRevision,
    /// The item that wrote it.
    pub item: ItemId,
    /// Who committed it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
}

/// An entry's value that the journal keeps because a write of ours replaced it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalCopy {
    /// The revision it had.
    pub revision: AnyRevision,
    /// When it was replaced.
    pub replaced_at: Timestamp,
    /// Its value's length in bytes.
    pub size_bytes: u64,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Commits a set.
    Commit,
    /// Commits a set that takes another one back.
    Undo,
    /// Looks at the entries of a staged set again.
    DryRun,
    /// Writes the lines of a file.
    Import,
    /// Writes entries to a file.
    Export,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Works.
    Running,
    /// Finishes what it has begun, then pauses.
    Pausing,
    /// Waits to be resumed.
    Paused,
    /// Finishes what it has begun, then stops.
    Stopping,
    /// Was stopped.
    Stopped,
    /// Done as asked.
    Done,
    /// Done, with items that need someone.
    DoneWithProblems,
    /// Could not go on.
    Failed,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// How many items there are, where that is known.
    pub total: Option<u64>,
    /// Done as asked.
    pub saved: u64,
    /// Refused.
    pub refused: u64,
    /// In conflict.
    pub conflict: u64,
    /// Without a known outcome.
    pub unknown: u64,
    /// Left out.
    pub skipped: u64,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// The connection's id.
    pub connection: String,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// Who began it.
    pub by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// When it first ran.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How far it is.
    pub progress: JobProgress,
    /// The set it works on.
    pub set: Option<SetId>,
    /// The file it reads or writes.
    pub file: Option<String>,
    /// What it is to do, in a form of the runner's.
    pub plan: String,
    /// Where to go on, in a form of the runner's; empty at the beginning.
    pub checkpoint: String,
    /// What it waits for, or why it failed.
    pub message: Option<String>,
}

/// A line of a job's report, where the job has no change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// The item's number, from 1.
    pub number: u64,
    /// The data store's name.
    pub store: String,
    /// The scope.
    pub scope: String,
    /// The key; empty where it could not be read.
    pub key: String,
    /// The item's state.
    pub state: ItemState,
    /// The error code.
    pub code: Option<String>,
    /// In words.
    pub message: Option<String>,
}

impl ItemCounts {
    /// The count of a state.
    pub(crate) const fn of(&mut self, state: ItemState) -> &mut u32 {
        match state {
            ItemState::Staged => &mut self.staged,
            ItemState::Queued => &mut self.queued,
            ItemState::Sending => &mut self.sending,
            ItemState::Saved => &mut self.saved,
            ItemState::Conflict => &mut self.conflict,
            ItemState::Refused => &mut self.refused,
            ItemState::Unknown => &mut self.unknown,
            ItemState::Superseded => &mut self.superseded,
        }
    }
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Commit, Self::Undo, Self::DryRun, Self::Import, Self::Export];

    /// Returns the kind's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Undo => "undo",
            Self::DryRun => "dryRun",
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    /// Finds the kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Running,
        Self::Pausing,
        Self::Paused,
        Self::Stopping,
        Self::Stopped,
        Self::Done,
        Self::DoneWithProblems,
        Self::Failed,
    ];

    /// Returns the state's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Pausing => "pausing",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::DoneWithProblems => "doneWithProblems",
            Self::Failed => "failed",
        }
    }

    /// Finds the state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more will happen to the job.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Stopped | Self::Done | Self::DoneWithProblems | Self::Failed)
    }
}
