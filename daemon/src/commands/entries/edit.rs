//! `entries.edit`: changes named places of an entry and nothing else in it.

use daemon_core::changes::content::Content;
use daemon_core::edit::{self, apply};
use daemon_core::pointer::Pointer;
use protocol::ErrorCode;
use protocol::operations::entries::{Edit, EditKind, EntriesEditRequest, EntryWritten};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::write_path::{Precondition, rewrite};
use crate::tasks::compute;
use crate::universes::UniverseError;

pub(crate) async fn run(context: Context, request: EntriesEditRequest) -> Result<EntryWritten, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let edits = request.edits.iter().map(domain_edit).collect::<Result<Vec<_>, _>>()?;
    let user_ids = request.user_ids.as_deref().map(convert::user_ids).transpose()?;
    let attributes = request.attributes.as_ref().map(convert::attributes).transpose()?;
    let precondition = Precondition::from_request(request.expected_revision.as_ref(), None, false)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    rewrite(&context, &connected, address.clone(), "entries.edit", precondition, |current| {
        let current = &current.ok_or_else(|| UniverseError::EntryNotFound(address.clone()))?.content;
        Ok(Content {
            value: compute(current.value.len_bytes(), || apply(&current.value, &edits))?,
            user_ids: user_ids.clone().unwrap_or_else(|| current.user_ids.clone()),
            attributes: attributes.clone().unwrap_or_else(|| current.attributes.clone()),
        })
    })
    .await
}

pub(crate) fn domain_edit(edit: &Edit) -> Result<edit::Edit, CommandError> {
    let path = Pointer::parse(&edit.path)?;
    Ok(match edit.op {
        EditKind::Set => {
            edit::Edit::Set { path, value: convert::value(needed(edit, "value", edit.value.as_ref())?)? }
        }
        EditKind::Insert => {
            edit::Edit::Insert { path, value: convert::value(needed(edit, "value", edit.value.as_ref())?)? }
        }
        EditKind::Remove => edit::Edit::Remove { path },
        EditKind::Rename => {
            edit::Edit::Rename { path, name: needed(edit, "name", edit.name.as_ref())?.clone() }
        }
    })
}

fn needed<'a, T>(edit: &Edit, member: &str, value: Option<&'a T>) -> Result<&'a T, CommandError> {
    value.ok_or_else(|| {
        let message = format!("the edit of `{}` has no `{member}`; give one", edit.path);
        CommandError::new(ErrorCode::RequestInvalid, message)
    })
}
