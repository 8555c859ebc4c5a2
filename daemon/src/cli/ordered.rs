//! `dsmp ordered`: entries of ordered data stores, which are whole numbers.

use clap::Subcommand;
use protocol::Integer64;
use protocol::operations::ordered::{
    OrderedGetRequest, OrderedIncrementRequest, OrderedRemoveRequest, OrderedSetRequest, OrderedWritten,
};

use crate::cli::Session;
use crate::cli::confirm::confirmed;
use crate::cli::exit::Failure;
use crate::cli::output::{Output, shown};
use crate::cli::written::{hint_at_staging, tell};

/// See and change entries of ordered data stores; `dsmp ls STORE --ordered` lists them
///
/// They are whole numbers of 64 bits. Roblox keeps no revisions of them; what they were is kept by `dsmp changes`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print an entry's value
    Get {
        /// The data store
        store: String,
        /// The entry's key
        key: String,
    },
    /// Write an entry's value
    Set {
        /// The data store
        store: String,
        /// The entry's key
        key: String,
        /// The value
        #[arg(allow_hyphen_values = true)]
        value: i64,
    },
    /// Add to an entry, which begins at 0; never repeated when its answer is lost
    Add {
        /// The data store
        store: String,
        /// The entry's key
        key: String,
        /// What to add
        #[arg(allow_hyphen_values = true, default_value_t = 1)]
        amount: i64,
    },
    /// Remove an entry, of which Roblox keeps nothing; on a terminal it asks first
    Rm {
        /// The data store
        store: String,
        /// The entry's key
        key: String,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let (connection, scope) = (session.connection(), session.scope());
    match arguments.command {
        Command::Get { store, key } => {
            let entry = session.ask(&OrderedGetRequest { connection, store, scope, key }).await?;
            let output = &mut session.output;
            if output.is_json() { output.json(&entry) } else { output.line(&entry.value.to_string()) }
        }
        Command::Set { store, key, value } => {
            let request = OrderedSetRequest { connection, store, scope, key, value: Integer64(value) };
            let written = session.ask(&request).await.map_err(hint_at_staging)?;
            report(&mut session.output, &written)
        }
        Command::Add { store, key, amount } => {
            let delta = Some(Integer64(amount));
            let request = OrderedIncrementRequest { connection, store, scope, key, delta };
            let written = session.ask(&request).await.map_err(hint_at_staging)?;
            report(&mut session.output, &written)
        }
        Command::Rm { store, key, yes } => {
            let question =
                format!("remove `{key}` from ordered data store `{store}`, of which Roblox keeps nothing?");
            if !yes && !confirmed(&question)? {
                return Err(Failure::other("nothing was removed"));
            }
            let request = OrderedRemoveRequest { connection, store, scope, key };
            let removed = session.ask(&request).await.map_err(hint_at_staging)?;
            if session.output.is_json() {
                return session.output.json(&removed);
            }
            let key = &request.key;
            let done = format!("removed `{}`, which was {}", shown(key), removed.removed_value);
            tell(&mut session.output, removed.outcome, &removed.change_set, &done, key)
        }
    }
}

fn report(output: &mut Output, written: &OrderedWritten) -> Result<(), Failure> {
    if output.is_json() {
        return output.json(written);
    }
    let done = format!("`{}` is {}", shown(&written.key), written.value);
    tell(output, written.outcome, &written.change_set, &done, &written.key)
}
