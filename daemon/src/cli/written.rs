//! What commands say about a write: that it was done and how to take it back, or that it waits for review.

use protocol::operations::entries::{EntryWritten, WriteOutcome};
use protocol::{ChangeSetId, ErrorCode};

use crate::cli::exit::Failure;
use crate::cli::output::{Output, shown};

/// Tells what a write of an entry did.
pub(super) fn report(output: &mut Output, written: &EntryWritten) -> Result<(), Failure> {
    if output.is_json() {
        return output.json(written);
    }
    for warning in &written.warnings {
        output.warn(&warning.message);
    }
    let verb = if written.created { "created" } else { "saved" };
    let revision = written.revision.as_ref().map(|revision| format!(", revision {revision}"));
    let done = format!("{verb} `{}`{}", shown(&written.key), revision.unwrap_or_default());
    tell(output, written.outcome, &written.change_set, &done, &written.key)
}

/// Tells that something was `done` to `key`, or waits for review.
pub(super) fn tell(
    output: &mut Output,
    outcome: WriteOutcome,
    set: &ChangeSetId,
    done: &str,
    key: &str,
) -> Result<(), Failure> {
    match outcome {
        WriteOutcome::Saved => {
            output.line(done)?;
            output.note(&format!("`dsmp changes undo {set} --commit` takes it back"));
        }
        WriteOutcome::Staged => {
            output.line(&format!("staged `{}` in set {set}; nothing was written yet", shown(key)))?;
            output.note(&format!(
                "look at it with `dsmp changes show {set} --item 1`, send it with `dsmp changes commit {set}`"
            ));
        }
    }
    Ok(())
}

/// Says what is possible while a connection is read-only.
pub(super) fn hint_at_staging(mut failure: Failure) -> Failure {
    if failure.refusal.as_ref().is_some_and(|refusal| refusal.code == ErrorCode::ReadOnly) {
        failure.message.push_str("; `dsmp changes stage` prepares it for review meanwhile");
    }
    failure
}
