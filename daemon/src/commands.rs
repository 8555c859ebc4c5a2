//! What the product can do: one file per operation, and the table that finds it.
//!
//! A command takes the request as the protocol has it, checks it against the domain's rules, asks a universe or the
//! state, and answers. It knows neither HTTP nor sockets; the gate has already decided that the caller may.
//!
//! **Invariant:** every operation of the catalogue has one arm in [`dispatch`], and there is no `_` arm.
//!
//! **Invariant:** players' data changes only through [`write_path`].

pub mod context;
pub mod convert;
pub mod error;
pub mod write_path;

mod budget;
mod connections;
mod datastores;
mod entries;
mod keys;
mod memory;
mod messages;
mod ordered;
mod players;
mod revisions;
mod sessions;
mod studio;
mod system;
mod tokens;
mod vault;

use std::future::Future;

use daemon_core::export::AddEntry;
use protocol::{Operation, OperationName};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::universes::{ExportText, ExportedPage};

/// Runs an operation on a request's JSON text and answers with the response's.
pub async fn dispatch(
    context: Context,
    operation: OperationName,
    request: &str,
) -> Result<String, CommandError> {
    match operation {
        OperationName::SystemStatus => run(context, request, system::status::run).await,
        OperationName::ConnectionsList => run(context, request, connections::list::run).await,
        OperationName::ConnectionsSelect => run(context, request, connections::select::run).await,
        OperationName::ConnectionsRemoveSample => {
            run(context, request, connections::remove_sample::run).await
        }
        OperationName::ConnectionsCheck => run(context, request, connections::check::run).await,
        OperationName::ConnectionsCreate => run(context, request, connections::create::run).await,
        OperationName::ConnectionsUpdate => run(context, request, connections::update::run).await,
        OperationName::ConnectionsTest => run(context, request, connections::test::run).await,
        OperationName::ConnectionsRemove => run(context, request, connections::remove::run).await,
        OperationName::ConnectionsUnlock => run(context, request, connections::unlock::run).await,
        OperationName::ConnectionsLock => run(context, request, connections::lock::run).await,
        OperationName::DatastoresList => run(context, request, datastores::list::run).await,
        OperationName::DatastoresSnapshot => run(context, request, datastores::snapshot::run).await,
        OperationName::DatastoresDelete => run(context, request, datastores::delete::run).await,
        OperationName::DatastoresUndelete => run(context, request, datastores::undelete::run).await,
        OperationName::KeysList => run(context, request, keys::list::run).await,
        OperationName::EntriesGet => run(context, request, entries::get::run).await,
        OperationName::EntriesRows => run(context, request, entries::rows::run).await,
        OperationName::EntriesSet => run(context, request, entries::set::run).await,
        OperationName::EntriesEdit => run(context, request, entries::edit::run).await,
        OperationName::EntriesRemove => run(context, request, entries::remove::run).await,
        OperationName::EntriesImport => run(context, request, entries::import::run).await,
        OperationName::EntriesExport => run_written(context, request, entries::export::run).await,
        OperationName::RevisionsList => run(context, request, revisions::list::run).await,
        OperationName::RevisionsGet => run(context, request, revisions::get::run).await,
        OperationName::RevisionsRestore => run(context, request, revisions::restore::run).await,
        OperationName::OrderedList => run(context, request, ordered::list::run).await,
        OperationName::OrderedGet => run(context, request, ordered::get::run).await,
        OperationName::OrderedSet => run(context, request, ordered::set::run).await,
        OperationName::OrderedIncrement => run(context, request, ordered::increment::run).await,
        OperationName::OrderedRemove => run(context, request, ordered::remove::run).await,
        OperationName::MemoryListItems => run(context, request, memory::list_items::run).await,
        OperationName::MemoryGetItem => run(context, request, memory::get_item::run).await,
        OperationName::MemorySetItem => run(context, request, memory::set_item::run).await,
        OperationName::MemoryRemoveItem => run(context, request, memory::remove_item::run).await,
        OperationName::MemoryEnqueue => run(context, request, memory::enqueue::run).await,
        OperationName::MemoryDequeue => run(context, request, memory::dequeue::run).await,
        OperationName::MemoryDiscard => run(context, request, memory::discard::run).await,
        OperationName::MemoryFlush => run(context, request, memory::flush::run).await,
        OperationName::MessagesPublish => run(context, request, messages::publish::run).await,
        OperationName::PlayersFind => run(context, request, players::find::run).await,
        OperationName::BudgetStatus => run(context, request, budget::status::run).await,
        OperationName::BudgetStop => run(context, request, budget::stop::run).await,
        OperationName::BudgetResume => run(context, request, budget::resume::run).await,
        OperationName::BudgetConfigure => run(context, request, budget::configure::run).await,
        OperationName::BudgetEstimate => run(context, request, budget::estimate::run).await,
        OperationName::TokensCreate => run(context, request, tokens::create::run).await,
        OperationName::TokensList => run(context, request, tokens::list::run).await,
        OperationName::TokensRevoke => run(context, request, tokens::revoke::run).await,
        OperationName::SessionsInvite => run(context, request, sessions::invite::run).await,
        OperationName::SessionsOpenTab => run(context, request, sessions::open_tab::run).await,
        OperationName::SessionsEnd => run(context, request, sessions::end::run).await,
        OperationName::StudioList => run(context, request, studio::list::run).await,
        OperationName::StudioApprove => run(context, request, studio::approve::run).await,
        OperationName::StudioRefuse => run(context, request, studio::refuse::run).await,
        OperationName::StudioCreateInstall => run(context, request, studio::create_install::run).await,
        OperationName::VaultStatus => run(context, request, vault::status::run).await,
        OperationName::VaultCreate => run(context, request, vault::create::run).await,
        OperationName::VaultOpen => run(context, request, vault::open::run).await,
        OperationName::VaultClose => run(context, request, vault::close::run).await,
    }
}

async fn run<O, F, Fut>(context: Context, request: &str, command: F) -> Result<String, CommandError>
where
    O: Operation,
    F: FnOnce(Context, O) -> Fut,
    Fut: Future<Output = Result<O::Response, CommandError>>,
{
    let response = command(context, read(request)?).await?;
    serde_json::to_string(&response)
        .map_err(|error| CommandError::internal("answer could not be written", error))
}

/// As [`run`], for a command that writes the text of its response itself.
async fn run_written<O, F, Fut>(context: Context, request: &str, command: F) -> Result<String, CommandError>
where
    O: Operation,
    F: FnOnce(Context, O) -> Fut,
    Fut: Future<Output = Result<String, CommandError>>,
{
    command(context, read(request)?).await
}

/// A page of an export as `add` writes it, for whoever needs no answer's text; the request is that of `entries.export`.
pub(crate) async fn export(
    context: Context,
    request: &str,
    add: AddEntry<ExportText>,
) -> Result<ExportedPage, CommandError> {
    entries::export::page(context, read(request)?, add).await
}

fn read<O: Operation>(request: &str) -> Result<O, CommandError> {
    serde_json::from_str(request).map_err(|error| CommandError::unreadable(&error))
}
