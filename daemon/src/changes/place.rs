//! An entry somewhere: how it is read and changed for an attempt, whatever its kind and source.

use std::sync::Arc;

use daemon_core::changes::attempt::{Input, Intent};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::history::{Listed, Successor, successor};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::EntryAddress;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_roblox::client::error::CloudError;
use daemon_store::error::StoreError;

use crate::changes::Explain;
use crate::universes::{
    EntryWrite, Expectation, RevisionQuery, RevisionState, StoredEntry, Universe, UniverseError,
};

/// The most revisions that are looked at to find the one that came after a pre-image.
const SEARCH_LIMIT: usize = 100;

/// An entry and the way to it.
#[derive(Clone)]
pub struct Place {
    /// The connection's id.
    pub connection: String,
    /// The universe it lies in.
    pub universe: Arc<dyn Universe>,
    /// The entry.
    pub address: EntryAddress,
    /// Whether its data store is ordered.
    pub is_ordered: bool,
}

/// What is known of an entry beside its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// When the key came into being.
    pub created_at: Timestamp,
    /// When this revision was written.
    pub updated_at: Timestamp,
}

/// What came of a step, with what the attempt does not need and the caller may.
pub struct Answer {
    /// For the attempt.
    pub input: Input,
    /// What the source told about the entry.
    pub facts: Option<Facts>,
    /// The sum of an increment.
    pub sum: Option<i64>,
    /// What went wrong.
    pub error: Option<UniverseError>,
}

impl Answer {
    fn plain(input: Input) -> Self {
        Self { input, facts: None, sum: None, error: None }
    }

    fn failed(error: UniverseError, input: Input) -> Self {
        Self { error: Some(error), ..Self::plain(input) }
    }
}

impl Place {
    /// Whether the source can be told to write only on what was read.
    pub fn is_conditional(&self, intent: &Intent) -> bool {
        is_conditional(self.universe.source().is_direct, self.is_ordered, intent.after.is_some())
    }

    /// The entry as it is now.
    pub async fn read(&self) -> Result<(Option<Image>, Option<Facts>), UniverseError> {
        if self.is_ordered {
            let value = match self.universe.get_ordered(self.address.clone()).await {
                Err(UniverseError::StoreNotFound(_)) => None,
                value => value?,
            };
            return Ok((value.map(|value| Image { content: number(value), revision: None }), None));
        }
        let entry = match self.universe.get(self.address.clone()).await {
            Err(UniverseError::StoreNotFound(_)) => None,
            entry => entry?,
        };
        Ok(match entry {
            Some(entry) => {
                let facts = Facts { created_at: entry.created_at, updated_at: entry.updated_at };
                (Some(image(entry)), Some(facts))
            }
            None => (None, None),
        })
    }

    /// As [`Self::read`], for an attempt.
    pub async fn found(&self, explain: Explain) -> Answer {
        match self.read().await {
            Ok((image, facts)) => Answer { facts, ..Answer::plain(Input::Found(image)) },
            Err(error) => {
                let problem = explain(&error);
                Answer::failed(error, Input::Unreadable(problem))
            }
        }
    }

    /// Sends a change, on exactly what its intent says was there.
    pub async fn send(&self, intent: &Intent, explain: Explain) -> Answer {
        match self.change(intent).await {
            Ok(answer) => answer,
            // Roblox has no conditional removal: the revision is looked at, and nothing is sent when it is another one.
            Err(error @ UniverseError::Conflict { .. }) if intent.after.is_none() => {
                Answer::failed(error, Input::FoundOther)
            }
            Err(error) => {
                let input = input_of(&error, explain);
                Answer::failed(error, input)
            }
        }
    }

    async fn change(&self, intent: &Intent) -> Result<Answer, UniverseError> {
        let address = self.address.clone();
        if self.is_ordered {
            if let Some(amount) = intent.increment {
                let (sum, _) = self.universe.increment_ordered(address, amount).await?;
                return Ok(Answer { sum: Some(sum), ..Answer::plain(Input::Confirmed(None)) });
            }
            match intent.after.as_ref().and_then(whole_number) {
                Some(value) => drop(self.universe.set_ordered(address, value).await?),
                None => drop(self.universe.remove_ordered(address).await?),
            }
            return Ok(Answer::plain(Input::Confirmed(None)));
        }
        let expected = match intent.before.as_ref().map(|before| before.revision.clone()) {
            Some(Some(revision)) => Expectation::Revision(revision),
            Some(None) | None => Expectation::Absent,
        };
        let Some(after) = &intent.after else {
            let revision = self.universe.remove(address, expected).await?;
            return Ok(Answer::plain(Input::Confirmed(Some(revision))));
        };
        let Content { value, user_ids, attributes } = after.clone();
        let written =
            self.universe.write(EntryWrite { address, value, user_ids, attributes, expected }).await?;
        let facts = Facts { created_at: written.created_at, updated_at: written.updated_at };
        Ok(Answer { facts: Some(facts), ..Answer::plain(Input::Confirmed(Some(written.revision))) })
    }

    /// Looks whether the revision that came after the pre-image reads as the intent.
    pub async fn search(&self, intent: &Intent, explain: Explain) -> Answer {
        match self.find(intent).await {
            Ok(input) => Answer::plain(input),
            Err(error) => {
                let problem = explain(&error);
                Answer::failed(error, Input::Unreadable(problem))
            }
        }
    }

    async fn find(&self, intent: &Intent) -> Result<Input, UniverseError> {
        let before = intent.before.as_ref().and_then(|before| before.revision.as_ref());
        let (Some(before), Some(after)) = (before, &intent.after) else { return Ok(Input::HistoryUntold) };
        let query = RevisionQuery { address: self.address.clone(), cursor: None, limit: SEARCH_LIMIT };
        let page = match self.universe.list_revisions(query).await {
            Err(UniverseError::EntryNotFound(_) | UniverseError::StoreNotFound(_)) => {
                return Ok(Input::HistoryUntold);
            }
            page => page?,
        };
        let listed: Vec<_> = page
            .items
            .into_iter()
            .map(|summary| Listed {
                is_removed: summary.state == RevisionState::Removed,
                revision: summary.revision,
            })
            .collect();
        let revision = match successor(before, &listed, page.next_cursor.is_none()) {
            Successor::Found(revision) => revision.clone(),
            Successor::None => return Ok(Input::NotInHistory),
            Successor::Untold => return Ok(Input::HistoryUntold),
        };
        let past = self.universe.get_revision(self.address.clone(), revision.clone()).await?;
        let is_it = past.is_some_and(|(entry, _)| image(entry).content.reads_as(after));
        Ok(if is_it { Input::InHistory(revision) } else { Input::NotInHistory })
    }
}

/// Whether a source can be told to do a change only on what was read: Roblox cannot for removals and ordered entries (S-31).
pub fn is_conditional(is_direct: bool, is_ordered: bool, is_write: bool) -> bool {
    !is_ordered && (is_write || is_direct)
}

/// An entry as attempts see it.
pub fn image(entry: StoredEntry) -> Image {
    let StoredEntry { value, user_ids, attributes, revision, .. } = entry;
    Image { content: Content { value, user_ids, attributes }, revision: Some(revision) }
}

/// The entry that an image and its facts describe; none for ordered entries.
pub fn stored_entry(image: Image, facts: &Facts) -> Option<StoredEntry> {
    let Content { value, user_ids, attributes } = image.content;
    let revision = image.revision?;
    let (created_at, updated_at) = (facts.created_at, facts.updated_at);
    Some(StoredEntry { value, user_ids, attributes, revision, created_at, updated_at })
}

/// The content of an ordered entry.
///
/// # Panics
///
/// When the digits of a whole number are not JSON, which they are.
pub fn number(value: i64) -> Content {
    #[expect(clippy::expect_used, reason = "the digits of a whole number are JSON")]
    let value = JsonText::parse(value.to_string()).expect("a number is JSON");
    Content { value, user_ids: UserIds::default(), attributes: Attributes::default() }
}

/// The value of an ordered entry.
pub fn whole_number(content: &Content) -> Option<i64> {
    content.value.as_str().trim().parse().ok()
}

/// What an error of a change means for the attempt.
fn input_of(error: &UniverseError, explain: Explain) -> Input {
    match error {
        UniverseError::Conflict { .. } | UniverseError::EntryNotFound(_) => Input::Rejected,
        // The removal itself was answered.
        UniverseError::RemovalUnseen { .. } => Input::Confirmed(None),
        // A commit that failed at the disk may be there all the same once the log is read again.
        UniverseError::Store(StoreError::Io { .. } | StoreError::Unexpected { .. })
        | UniverseError::Cloud(CloudError::OutcomeUnknown { .. }) => Input::Lost(explain(error)),
        UniverseError::Store(StoreError::Full { .. } | StoreError::Closed)
        | UniverseError::Key(_)
        | UniverseError::Cloud(
            CloudError::NoPermit(_)
            | CloudError::NotSent { .. }
            | CloudError::Throttled { .. }
            | CloudError::Unauthorised { .. }
            // Of the look before a change that cannot be conditional.
            | CloudError::Unanswered { .. }
            | CloudError::NotUnderstood { .. },
        ) => Input::NotSent(explain(error)),
        _ => Input::Refused(explain(error)),
    }
}
