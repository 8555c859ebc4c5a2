//! Plain saves: change sets of one that are committed at once, or in production staged for review.
//!
//! What a save replaces is read first, so that user ids and attributes are re-sent unless they are edited (S-30) and the
//! write is conditional on what was read (S-31).
//!
//! **Invariant:** a save without expectation of its own still never overwrites an unseen revision: it is decided anew on what
//! is there now.

use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::changes::attempt::{Attempt, Outcome, Problem};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::{ConflictPolicy, Decision};
use daemon_core::names::EntryAddress;
use daemon_core::revision::AnyRevision;
use daemon_store::journal::records::NewSet;
use protocol::operations::entries::{EntriesRemoveResponse, EntryMetadata, EntryWritten, WriteOutcome};
use protocol::{ChangeSetId, ErrorCode, Revision};

use crate::changes::drive::Driven;
use crate::changes::place::{Facts, Place, number, stored_entry, whole_number};
use crate::changes::run::sum;
use crate::changes::stage::new_item;
use crate::changes::{Author, new_set_id};
use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::UniverseError;

/// What the caller takes for granted.
#[derive(Clone, Debug)]
pub enum Precondition {
    /// Nothing.
    None,
    /// That there is no entry.
    Absent,
    /// That this revision is current.
    Revision(AnyRevision),
}

impl Precondition {
    /// From the request's members, of which at most one may be given.
    pub fn from_request(
        expected: Option<&Revision>,
        also_expected: Option<&Revision>,
        create_only: bool,
    ) -> Result<Self, CommandError> {
        let both = |first: &str, second: &str| {
            let message = format!("`{first}` and `{second}` exclude each other; give one of them");
            CommandError::new(ErrorCode::RequestInvalid, message)
        };
        if let (Some(first), Some(second)) = (expected, also_expected)
            && first != second
        {
            return Err(both("expectedRevision", "options.expectedRevision"));
        }
        match (expected.or(also_expected), create_only) {
            (Some(_), true) => Err(both("expectedRevision", "createOnly")),
            (Some(revision), false) => Ok(Self::Revision(convert::revision_id(revision)?)),
            (None, true) => Ok(Self::Absent),
            (None, false) => Ok(Self::None),
        }
    }

    fn check(&self, now: Option<&Image>) -> Result<(), CommandError> {
        let holds = match self {
            Self::None => true,
            Self::Absent => now.is_none(),
            Self::Revision(expected) => now.is_some_and(|now| now.revision.as_ref() == Some(expected)),
        };
        if holds { Ok(()) } else { Err(UniverseError::Conflict { current: None }.into()) }
    }
}

/// Tells that the entry is not what the caller took for granted, with the entry as it is now.
fn conflict(place: &Place, now: Option<Image>, facts: Option<Facts>) -> CommandError {
    let stored = now.zip(facts).and_then(|(image, facts)| stored_entry(image, &facts));
    UniverseError::Conflict { current: stored.map(|entry| (place.address.id(), Box::new(entry))) }.into()
}

/// A plain save of one entry.
struct Save<'a> {
    context: &'a Context,
    connected: &'a Connected,
    place: Place,
    operation: &'static str,
    title: String,
}

/// What came of a save.
struct Saved {
    set: ChangeSetId,
    outcome: WriteOutcome,
    /// Whether there was no entry before.
    created: bool,
    /// What the entry is now, or is to become.
    after: Option<Content>,
    /// What it was before.
    before: Option<Image>,
    revision: Option<AnyRevision>,
    facts: Option<Facts>,
    sum: Option<i64>,
}

impl Save<'_> {
    /// Lets `decide` make of the entry what it is to become, and does that on exactly what was read, or stages it.
    async fn run(
        self,
        increment: Option<i64>,
        decide: impl FnMut(Option<&Image>) -> Result<Decision, CommandError> + Send,
    ) -> Result<Saved, CommandError> {
        if self.connected.connection.environment.is_treated_as_production() {
            return self.stage(increment, decide).await;
        }
        self.commit(increment, decide).await
    }

    async fn commit(
        self,
        increment: Option<i64>,
        mut decide: impl FnMut(Option<&Image>) -> Result<Decision, CommandError> + Send,
    ) -> Result<Saved, CommandError> {
        let changes = self.context.state.changes();
        changes.journal()?;
        // What refused it, in full: an attempt is told no more than a code and a sentence.
        let refusal = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&refusal);
        let place = self.place.clone();
        let decide = Box::new(move |now: Option<&Image>| {
            decide(now).map_err(|error| {
                let problem = Problem { code: error.code.code().to_owned(), message: error.message.clone() };
                let seen = now.filter(|_| error.code == ErrorCode::Conflict).cloned();
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some((error, seen));
                problem
            })
        });
        let source = place.universe.source();
        let attempt = match increment {
            Some(amount) => Attempt::incrementing(decide, source, amount),
            None => Attempt::new(decide, source),
        };
        let set = self.new_set();
        let id = ChangeSetId(set.id.0.clone());
        let driven = changes.save(&place, &self.author(), set, attempt).await;
        let refusal = refusal.lock().unwrap_or_else(PoisonError::into_inner).take();
        match refusal {
            Some((refusal, seen)) if refusal.code == ErrorCode::Conflict => {
                return Err(conflict(&place, seen, driven.facts));
            }
            Some((refusal, _)) => return Err(refusal),
            None => {}
        }
        self.answer(id, driven)
    }

    fn answer(&self, set: ChangeSetId, driven: Driven) -> Result<Saved, CommandError> {
        let Driven { outcome, facts, sum, error, intent, journal_error, is_blocked } = driven;
        if let Some(error) = journal_error {
            return Err(error.into());
        }
        let (before, after) = match intent {
            Some(intent) => (intent.before.clone(), intent.after.clone()),
            None => (None, None),
        };
        match outcome {
            Outcome::Saved { revision, .. } => Ok(Saved {
                set,
                outcome: WriteOutcome::Saved,
                created: before.is_none(),
                after,
                before,
                revision,
                facts,
                sum,
            }),
            Outcome::Conflict { theirs, .. } => Err(conflict(&self.place, theirs, facts)),
            Outcome::Unknown { problem, .. } => Err(unknown(&set, &problem)),
            Outcome::Postponed(problem) if is_blocked => Err(told(&problem)),
            Outcome::Refused(problem) | Outcome::Postponed(problem) => {
                Err(error.map_or_else(|| told(&problem), CommandError::from))
            }
            // A save decides to write or is refused; there is nothing else.
            Outcome::Superseded => Err(CommandError::internal("a save came to nothing", "superseded")),
        }
    }

    async fn stage(
        self,
        increment: Option<i64>,
        mut decide: impl FnMut(Option<&Image>) -> Result<Decision, CommandError> + Send,
    ) -> Result<Saved, CommandError> {
        let changes = self.context.state.changes();
        let journal = changes.journal()?;
        let (before, facts) = self.place.read().await?;
        let decided = decide(before.as_ref()).map_err(|error| {
            if error.code == ErrorCode::Conflict {
                conflict(&self.place, before.clone(), facts)
            } else {
                error
            }
        })?;
        let after = match decided {
            Decision::Write(content) => Some(content),
            Decision::Remove => None,
            Decision::Nothing | Decision::Clash(_) => {
                return Err(CommandError::internal("a save came to nothing", "nothing was decided"));
            }
        };
        let item = new_item(&self.place, before.clone(), after.clone(), increment);
        let now = changes.now();
        let set = self.new_set();
        let id = set.id.clone();
        journal.create_set(set, now).await?;
        let (record, _) = journal.stage(id.clone(), vec![item], false, now).await?;
        changes.tell_set(&record);
        Ok(Saved {
            set: ChangeSetId(id.0),
            outcome: WriteOutcome::Staged,
            created: before.is_none(),
            sum: after.as_ref().and_then(whole_number),
            after,
            before,
            revision: None,
            facts: None,
        })
    }

    fn author(&self) -> Author {
        Author { by: convert::principal(&self.context.caller), operation: self.operation, reason: None }
    }

    fn new_set(&self) -> NewSet {
        NewSet {
            id: new_set_id(),
            connection: self.connected.connection.id.clone(),
            title: self.title.clone(),
            reason: None,
            policy: ConflictPolicy::default(),
            by: convert::principal(&self.context.caller),
            undo_of: None,
        }
    }
}

/// An outcome that nobody knows.
fn unknown(set: &ChangeSetId, problem: &Problem) -> CommandError {
    let message = format!(
        "the change was sent, and its outcome is not known ({}); it is being read back: look at change set {set}",
        problem.message
    );
    CommandError::new(ErrorCode::OutcomeUnknown, message)
}

pub(super) fn told(problem: &Problem) -> CommandError {
    let code = ErrorCode::from_code(&problem.code).unwrap_or(ErrorCode::Internal);
    CommandError::new(code, problem.message.clone())
}

fn save<'a>(
    context: &'a Context,
    connected: &'a Connected,
    address: EntryAddress,
    is_ordered: bool,
    operation: &'static str,
    what: &str,
) -> Save<'a> {
    let title = format!("{what} {}/{}/{}", address.store, address.scope, address.key);
    let place = Place {
        connection: connected.connection.id.clone(),
        universe: Arc::clone(&connected.universe),
        address,
        is_ordered,
    };
    Save { context, connected, place, operation, title }
}

/// Reads an entry, lets `change` make its new content of it, and writes that on exactly what was read.
pub async fn rewrite(
    context: &Context,
    connected: &Connected,
    address: EntryAddress,
    operation: &'static str,
    precondition: Precondition,
    change: impl Fn(Option<&Image>) -> Result<Content, CommandError> + Send,
) -> Result<EntryWritten, CommandError> {
    let save = save(context, connected, address.clone(), false, operation, "Save");
    let saved = save
        .run(None, move |now| {
            precondition.check(now)?;
            change(now).map(Decision::Write)
        })
        .await?;
    let (size, warnings) = saved.after.as_ref().map_or_else(
        || (0, Vec::new()),
        |after| (after.value.len_bytes() as u64, convert::value_warnings(&after.value)),
    );
    let revision = saved.revision.as_ref().map(convert::revision);
    let metadata = match (&revision, saved.facts) {
        (Some(revision), Some(facts)) => Some(EntryMetadata {
            version: revision.clone(),
            last_modified: convert::time(facts.updated_at),
            created_at: convert::time(facts.created_at),
            size,
        }),
        _ => None,
    };
    Ok(EntryWritten {
        key: address.key.as_str().into(),
        scope: address.scope.as_str().into(),
        outcome: saved.outcome,
        change_set: saved.set,
        revision,
        created: saved.created,
        metadata,
        warnings,
    })
}

/// Removes an entry as it is now.
pub async fn remove(
    context: &Context,
    connected: &Connected,
    address: EntryAddress,
    precondition: Precondition,
) -> Result<EntriesRemoveResponse, CommandError> {
    let save = save(context, connected, address.clone(), false, "entries.remove", "Remove");
    let place = save.place.clone();
    let saved = save
        .run(None, move |now| {
            precondition.check(now)?;
            require_entry(&place, now).map(|()| Decision::Remove)
        })
        .await?;
    Ok(EntriesRemoveResponse {
        outcome: saved.outcome,
        change_set: saved.set,
        revision: saved.revision.as_ref().map(convert::revision),
    })
}

fn require_entry(place: &Place, now: Option<&Image>) -> Result<(), CommandError> {
    if now.is_some() { Ok(()) } else { Err(UniverseError::EntryNotFound(place.address.clone()).into()) }
}

/// What a write of an ordered entry did.
pub struct OrderedSaved {
    /// The value now, or to be; of a removal the one it had.
    pub value: i64,
    /// Whether it was done.
    pub outcome: WriteOutcome,
    /// Its change set.
    pub set: ChangeSetId,
}

/// Writes an ordered entry. Roblox keeps no revisions of those, so nothing can be expected of what is there.
pub async fn set_ordered(
    context: &Context,
    connected: &Connected,
    address: &EntryAddress,
    value: i64,
) -> Result<OrderedSaved, CommandError> {
    let save = save(context, connected, address.clone(), true, "ordered.set", "Save");
    let saved = save.run(None, move |_| Ok(Decision::Write(number(value)))).await?;
    Ok(OrderedSaved { value, outcome: saved.outcome, set: saved.set })
}

/// Adds to an ordered entry; answers the sum. Never repeated (S-32).
pub async fn increment_ordered(
    context: &Context,
    connected: &Connected,
    address: &EntryAddress,
    delta: i64,
) -> Result<OrderedSaved, CommandError> {
    let save = save(context, connected, address.clone(), true, "ordered.increment", "Add to");
    let saved = save.run(Some(delta), move |now| sum(now, delta).map_err(|problem| told(&problem))).await?;
    let value = saved.sum.or_else(|| saved.after.as_ref().and_then(whole_number)).unwrap_or_default();
    Ok(OrderedSaved { value, outcome: saved.outcome, set: saved.set })
}

/// Removes an ordered entry for good; answers the value it had.
pub async fn remove_ordered(
    context: &Context,
    connected: &Connected,
    address: &EntryAddress,
) -> Result<OrderedSaved, CommandError> {
    let save = save(context, connected, address.clone(), true, "ordered.remove", "Remove");
    let place = save.place.clone();
    let saved = save.run(None, move |now| require_entry(&place, now).map(|()| Decision::Remove)).await?;
    let value = saved.before.as_ref().and_then(|before| whole_number(&before.content)).unwrap_or_default();
    Ok(OrderedSaved { value, outcome: saved.outcome, set: saved.set })
}
