//! `dsmp stores`: what is done to whole data stores.

use clap::Subcommand;
use protocol::operations::datastores::{
    DatastoresDeleteRequest, DatastoresSnapshotRequest, DatastoresUndeleteRequest,
};

use crate::cli::Session;
use crate::cli::confirm::typed_name;
use crate::cli::exit::Failure;
use crate::cli::output::moment;

/// Delete a whole data store, bring it back, or take a snapshot
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the next write to every key keep the value before it; once a UTC day for all data stores together
    Snapshot,
    /// Delete a data store with everything in it; for 30 days it can be brought back
    Delete {
        /// The data store
        store: String,
        /// Its name again, instead of being asked for it
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
    /// Bring a deleted data store back; `dsmp ls --deleted` shows which there are
    Undelete {
        /// The data store
        store: String,
    },
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let connection = session.connection();
    match arguments.command {
        Command::Snapshot => {
            let snapshot = session.ask(&DatastoresSnapshotRequest { connection }).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&snapshot);
            }
            let latest = snapshot.latest_at.as_ref().map_or_else(|| "unknown".into(), moment);
            if snapshot.taken {
                output.line(&format!("took a snapshot at {latest}"))
            } else {
                output.line(&format!("there is a snapshot of this UTC day already, of {latest}"))
            }
        }
        Command::Delete { store, confirm } => {
            let confirm_name = typed_name(confirm, &format!("data store `{store}`"))?;
            let request = DatastoresDeleteRequest { connection, store, confirm_name };
            let deleted = session.ask(&request).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&deleted);
            }
            let until = deleted.expires_at.as_ref().map_or_else(|| "30 days from now".into(), moment);
            output.line(&format!(
                "deleted `{}`; until {until} `dsmp stores undelete` brings it back",
                request.store
            ))
        }
        Command::Undelete { store } => {
            let request = DatastoresUndeleteRequest { connection, store };
            let restored = session.ask(&request).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&restored);
            }
            output.line(&format!("brought `{}` back", request.store))
        }
    }
}
