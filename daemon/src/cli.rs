//! The command line: one subcommand per file, all speaking the catalogue's operations.
//!
//! A command asks the running daemon, or works on the data directory itself when none runs; either way it sends the same
//! requests through [`client::Client`]. It decides nothing about data: rules, rights and limits are the daemon's.
//!
//! **Invariant:** what a command answers goes to standard output, everything else (progress, notes, errors) to standard
//! error.
//!
//! **Invariant:** nothing secret is sent before the daemon has proven that it holds this data directory (S-12), and no
//! secret is taken from or passed on as an argument (S-10).

pub mod client;
pub mod exit;
pub mod output;

mod local;
mod remote;

mod autostart;
mod budget;
mod call;
mod changes;
mod completions;
mod confirm;
mod connections;
mod edit;
mod emulate;
mod export;
mod get;
mod import;
mod jobs;
mod logging;
mod ls;
mod memory;
mod messages;
mod open;
mod ordered;
mod player;
mod plugin;
mod progress;
mod put;
mod revisions;
mod rm;
mod secret_input;
mod serve;
mod serving;
mod status;
mod stores;
mod target;
mod token;
mod vault;
mod written;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use protocol::{ConnectionId, Operation};

use crate::cli::client::Client;
use crate::cli::exit::{EXIT_CODES, Failure};
use crate::cli::output::Output;
use crate::config::{self, Config};
use crate::keeper::KeySettings;
use crate::keeper::system::system_store;

/// See, change and restore what a Roblox game keeps in its data stores.
#[derive(Debug, Parser)]
#[command(name = "dsmp", version, after_help = EXIT_CODES, max_term_width = 110, propagate_version = true)]
pub struct Arguments {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Debug, clap::Args)]
struct Globals {
    /// The connection to work on, by name or id [default: the selected one]
    #[arg(long, global = true, value_name = "NAME")]
    connection: Option<String>,
    /// The scope of the entries [default: global]
    #[arg(long, global = true, value_name = "SCOPE")]
    scope: Option<String>,
    /// The directory that holds all state [default: this account's application data]
    #[arg(long, global = true, value_name = "DIRECTORY", env = "DSMP_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The file that opens the vault for keys, and makes one when there is none: for `serve`, and for other commands while no
    /// daemon runs
    #[arg(long, global = true, value_name = "FILE", env = "DSMP_VAULT_KEY_FILE")]
    vault_key_file: Option<PathBuf>,
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Open(open::Arguments),
    Status(status::Arguments),
    Ls(ls::Arguments),
    Get(get::Arguments),
    Put(put::Arguments),
    Edit(edit::Arguments),
    Rm(rm::Arguments),
    Revisions(revisions::Arguments),
    Ordered(ordered::Arguments),
    Changes(changes::Arguments),
    Jobs(jobs::Arguments),
    Import(import::Arguments),
    Export(export::Arguments),
    Connections(connections::Arguments),
    Stores(stores::Arguments),
    Memory(memory::Arguments),
    Messages(messages::Arguments),
    Player(player::Arguments),
    Budget(budget::Arguments),
    Token(token::Arguments),
    Vault(vault::Arguments),
    Call(call::Arguments),
    Plugin(plugin::Arguments),
    Autostart(autostart::Arguments),
    Emulate(emulate::Arguments),
    Completions(completions::Arguments),
}

/// What a command works with.
struct Session {
    globals: Globals,
    output: Output,
}

impl Session {
    /// The data directory, the one named or this account's, and where keys are kept.
    fn config(&self) -> Result<Config, Failure> {
        let data_directory = match &self.globals.data_dir {
            Some(directory) => directory.clone(),
            None => config::default_data_directory()?,
        };
        let keys = KeySettings { key_file: self.globals.vault_key_file.clone(), system: system_store() };
        Ok(Config { data_directory, keys })
    }

    /// The running daemon, or else the data directory itself.
    async fn connect(&self) -> Result<Client, Failure> {
        Client::connect(&self.config()?).await
    }

    /// As [`Self::connect`]; the running daemon alone, if something is to go on in it when this command has ended.
    async fn reach(&self, goes_on: bool) -> Result<Client, Failure> {
        if goes_on { Client::connect_to_daemon(&self.config()?).await } else { self.connect().await }
    }

    /// Calls one operation.
    async fn ask<O: Operation>(&self, request: &O) -> Result<O::Response, Failure> {
        let mut client = self.connect().await?;
        let answer = client.call(request).await;
        client.close().await;
        answer
    }

    /// The connection to work on, as requests have it.
    fn connection(&self) -> Option<ConnectionId> {
        self.globals.connection.clone().map(ConnectionId)
    }

    /// The scope, as requests have it.
    fn scope(&self) -> Option<String> {
        self.globals.scope.clone()
    }
}

/// Runs a command to its end, and tells what went wrong on standard error.
pub fn run(arguments: Arguments) -> ExitCode {
    let Arguments { globals, command } = arguments;
    let output = Output::new(globals.json);
    let mut session = Session { globals, output };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return session.output.fail(&Failure::other(format!("cannot start threads: {error}"))),
    };
    let result = runtime.block_on(dispatch(&mut session, command)).and_then(|code| {
        session.output.flush()?;
        Ok(code)
    });
    match result {
        Ok(code) => code,
        Err(failure) => session.output.fail(&failure),
    }
}

async fn dispatch(session: &mut Session, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(arguments) => serve::run(session, arguments).await?,
        Command::Open(arguments) => open::run(session, arguments).await?,
        Command::Status(arguments) => status::run(session, arguments).await?,
        Command::Ls(arguments) => ls::run(session, arguments).await?,
        Command::Get(arguments) => get::run(session, arguments).await?,
        Command::Put(arguments) => put::run(session, arguments).await?,
        Command::Edit(arguments) => edit::run(session, arguments).await?,
        Command::Rm(arguments) => rm::run(session, arguments).await?,
        Command::Revisions(arguments) => revisions::run(session, arguments).await?,
        Command::Ordered(arguments) => ordered::run(session, arguments).await?,
        Command::Changes(arguments) => return changes::run(session, arguments).await,
        Command::Jobs(arguments) => return jobs::run(session, arguments).await,
        Command::Import(arguments) => return import::run(session, arguments).await,
        Command::Export(arguments) => return export::run(session, arguments).await,
        Command::Connections(arguments) => connections::run(session, arguments).await?,
        Command::Stores(arguments) => stores::run(session, arguments).await?,
        Command::Memory(arguments) => memory::run(session, arguments).await?,
        Command::Messages(arguments) => messages::run(session, arguments).await?,
        Command::Player(arguments) => player::run(session, arguments).await?,
        Command::Budget(arguments) => budget::run(session, arguments).await?,
        Command::Token(arguments) => token::run(session, arguments).await?,
        Command::Vault(arguments) => vault::run(session, arguments).await?,
        Command::Call(arguments) => call::run(session, arguments).await?,
        Command::Plugin(arguments) => plugin::run(session, arguments).await?,
        Command::Autostart(arguments) => autostart::run(session, &arguments)?,
        Command::Emulate(arguments) => emulate::run(session, arguments).await?,
        Command::Completions(arguments) => completions::run(session, &arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
