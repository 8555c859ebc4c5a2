//! Change sets over the wire: staging, review, commit, what became of it, and taking it back.
//!
//! **Invariant:** a staged set is its author's alone: others are told that there is none (S-15). What was committed is
//! everybody's history.

pub(crate) mod amend;
pub(crate) mod commit;
pub(crate) mod discard;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod propose;
pub(crate) mod resolve;
pub(crate) mod undo;

mod describe;
mod detail;
mod proposal;

use daemon_core::changes::state::SetState;
use daemon_store::journal::records::{SetId, SetRecord};
use protocol::{ChangeSetId, ErrorCode};

use crate::commands::context::Context;
use crate::commands::error::CommandError;

/// Longest title, in characters.
const TITLE_LIMIT: usize = 200;
/// Longest reason, in characters.
const REASON_LIMIT: usize = 1_000;

/// A set that the caller may see.
async fn visible(context: &Context, id: &ChangeSetId) -> Result<SetRecord, CommandError> {
    let journal = context.state.changes().journal()?;
    let found = journal.get_set(SetId(id.0.clone())).await?;
    found.filter(|set| is_visible(context, set)).ok_or_else(|| {
        let message = format!("no change set `{id}`; list the change sets to see which there are");
        CommandError::new(ErrorCode::NotFound, message)
    })
}

fn is_visible(context: &Context, set: &SetRecord) -> bool {
    set.created_by.id == context.caller.id || !matches!(set.state, SetState::Staged | SetState::Discarded)
}

/// A set of the caller's that is staged.
async fn staged(context: &Context, id: &ChangeSetId) -> Result<SetRecord, CommandError> {
    let set = visible(context, id).await?;
    if set.state == SetState::Staged {
        return Ok(set);
    }
    let message =
        format!("change set `{id}` is {}, no longer staged; stage the changes anew", set.state.as_str());
    Err(CommandError::new(ErrorCode::RequestInvalid, message))
}

/// A title or reason that is not too long; empty counts as none.
fn text(name: &str, text: Option<&str>, limit: usize) -> Result<Option<String>, CommandError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let characters = text.chars().count();
    if characters > limit {
        let message = format!("`{name}` has {characters} characters; shorten it to {limit}");
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    Ok(Some(text.to_owned()))
}
