//! The one way on which players' data changes.
//!
//! What a write replaces is read first, so that user ids and attributes are re-sent unless they are edited (S-30) and
//! the write is conditional on what was read (S-31). Intent and pre-image will be journalled here before a request
//! leaves.
//!
//! **Invariant:** a write without expectation of its own still never overwrites an unseen revision: it is repeated on
//! what is there now.

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, StoreName};
use daemon_core::revision::AnyRevision;
use daemon_core::value::JsonText;
use protocol::operations::entries::{EntryMetadata, EntryWritten};
use protocol::{ErrorCode, Revision};

use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::events::{EntryChange, EntryChangeKind, Event};
use crate::universes::{EntryWrite, Expectation, ImportItem, StoredEntry, UniverseError};

/// How often a write without expectation is repeated on what other writers left before it gives up.
///
/// Every repetition is one that another writer won, so this many writers of one entry at a time all get through.
const ATTEMPT_LIMIT: usize = 512;

/// What an entry is to become.
pub struct NewContent {
    /// The value.
    pub value: JsonText,
    /// The account ids tagged to it.
    pub user_ids: UserIds,
    /// Roblox's metadata.
    pub attributes: Attributes,
}

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

    fn check(&self, address: &EntryAddress, current: Option<&StoredEntry>) -> Result<(), UniverseError> {
        let holds = match self {
            Self::None => true,
            Self::Absent => current.is_none(),
            Self::Revision(expected) => current.is_some_and(|entry| entry.revision == *expected),
        };
        if holds {
            return Ok(());
        }
        Err(UniverseError::Conflict { current: current.map(|entry| (address.id(), Box::new(entry.clone()))) })
    }
}

/// Reads an entry, lets `change` make its new content of it, and writes that on exactly what was read.
pub async fn rewrite(
    context: &Context,
    connected: &Connected,
    address: EntryAddress,
    precondition: Precondition,
    change: impl Fn(Option<&StoredEntry>) -> Result<NewContent, CommandError>,
) -> Result<EntryWritten, CommandError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let current = match connected.universe.get(address.clone()).await {
            Err(UniverseError::StoreNotFound(_)) => None,
            other => other?,
        };
        precondition.check(&address, current.as_ref())?;
        let content = change(current.as_ref())?;
        let created = current.is_none();
        // What was read goes with this: a value has up to 4 MiB, and waits for the disk beside others.
        let expected = current.map_or(Expectation::Absent, |entry| Expectation::Revision(entry.revision));
        let size = content.value.len_bytes() as u64;
        let warnings = convert::value_warnings(&content.value);
        let write = EntryWrite {
            address: address.clone(),
            value: content.value,
            user_ids: content.user_ids,
            attributes: content.attributes,
            expected,
        };
        let receipt = match connected.universe.write(write).await {
            Err(UniverseError::Conflict { .. })
                if matches!(precondition, Precondition::None) && attempt < ATTEMPT_LIMIT =>
            {
                continue;
            }
            other => other?,
        };
        tell(context, connected, &address, false, written(created), Some(receipt.revision.clone()));
        return Ok(EntryWritten {
            key: address.key.as_str().into(),
            scope: address.scope.as_str().into(),
            revision: convert::revision(&receipt.revision),
            created,
            metadata: EntryMetadata {
                version: convert::revision(&receipt.revision),
                last_modified: convert::time(receipt.updated_at),
                created_at: convert::time(receipt.created_at),
                size,
            },
            warnings,
        });
    }
}

/// Removes an entry as it is now.
pub async fn remove(
    context: &Context,
    connected: &Connected,
    address: EntryAddress,
    precondition: Precondition,
) -> Result<AnyRevision, CommandError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let current = connected.universe.get(address.clone()).await?;
        precondition.check(&address, current.as_ref())?;
        let Some(current) = current else { return Err(UniverseError::EntryNotFound(address).into()) };
        match connected.universe.remove(address.clone(), Expectation::Revision(current.revision)).await {
            Err(UniverseError::Conflict { .. })
                if matches!(precondition, Precondition::None) && attempt < ATTEMPT_LIMIT => {}
            Err(error) => return Err(error.into()),
            Ok(revision) => {
                tell(context, connected, &address, false, EntryChangeKind::Removed, Some(revision.clone()));
                return Ok(revision);
            }
        }
    }
}

/// Writes entries, in one transaction where the source has them, each over whatever is there; answers their revisions in order.
pub async fn import(
    context: &Context,
    connected: &Connected,
    store: StoreName,
    items: Vec<ImportItem>,
) -> Result<Vec<AnyRevision>, CommandError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let outcome = connected.universe.import(store.clone(), items).await;
    // An import that is no single transaction may have written some before it failed.
    if matches!(outcome, Ok(_) | Err(UniverseError::ImportStopped { .. })) {
        let connection = connected.connection.id.clone();
        context.state.events().publish(Event::StoreChanged { connection, store: Some(store) });
    }
    Ok(outcome?)
}

/// Writes an ordered entry. Roblox keeps no revisions of those, so nothing can be expected of what is there.
pub async fn set_ordered(
    context: &Context,
    connected: &Connected,
    address: &EntryAddress,
    value: i64,
) -> Result<(), CommandError> {
    let created = connected.universe.set_ordered(address.clone(), value).await?;
    tell(context, connected, address, true, written(created), None);
    Ok(())
}

/// Adds to an ordered entry; answers the sum. Never repeated (S-32).
pub async fn increment_ordered(
    context: &Context,
    connected: &Connected,
    address: &EntryAddress,
    delta: i64,
) -> Result<i64, CommandError> {
    let (sum, created) = connected.universe.increment_ordered(address.clone(), delta).await?;
    tell(context, connected, address, true, written(created), None);
    Ok(sum)
}

/// Removes an ordered entry for good; answers the value it had.
pub async fn remove_ordered(
    context: &Context,
    connected: &Connected,
    address: &EntryAddress,
) -> Result<i64, CommandError> {
    let removed = connected.universe.remove_ordered(address.clone()).await?;
    tell(context, connected, address, true, EntryChangeKind::Removed, None);
    Ok(removed)
}

fn written(created: bool) -> EntryChangeKind {
    if created { EntryChangeKind::Created } else { EntryChangeKind::Updated }
}

/// Tells everybody who listens that an entry changed.
fn tell(
    context: &Context,
    connected: &Connected,
    address: &EntryAddress,
    ordered: bool,
    kind: EntryChangeKind,
    revision: Option<AnyRevision>,
) {
    let state = &context.state;
    state.events().publish(Event::EntryChanged(Box::new(EntryChange {
        connection: connected.connection.id.clone(),
        store: address.store.clone(),
        ordered,
        id: address.id(),
        kind,
        revision,
        by: context.caller.name.clone(),
        at: state.clock().now(),
    })));
}
