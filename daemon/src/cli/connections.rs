//! `dsmp connections`: universes at Roblox, and how they are guarded.

mod report;
pub(super) mod words;

use clap::Subcommand;
use protocol::operations::cloud_connections::{
    ConnectionsCreateRequest, ConnectionsLockRequest, ConnectionsRemoveRequest, ConnectionsTestRequest,
    ConnectionsUnlockRequest, ConnectionsUpdateRequest, KeyState,
};
use protocol::operations::connections::{Connection, ConnectionsListRequest, ConnectionsSelectRequest};
use protocol::{ConnectionId, Operation, SecretText};

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::connections::words::{ColourName, EnvironmentName, environment_name};
use crate::cli::exit::Failure;
use crate::cli::output::{Output, moment};
use crate::cli::secret_input::{self, Source};

/// Connect universes at Roblox by API key, and guard what is written to them
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List all connections
    List,
    /// Connect a universe; Roblox is asked about the key first
    Add(Add),
    /// Change a connection
    Edit(Edit),
    /// Ask Roblox what a connection's key may do
    Test(Named),
    /// Remove a connection and its key; nothing changes at Roblox
    Remove(Named),
    /// End your unlock of a connection
    Lock(Named),
    /// Unlock writing to a read-only connection for you, for a while
    Unlock(Unlock),
    /// Choose the connection that counts when a command names none
    Select(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The connection's name or id
    #[arg(value_name = "CONNECTION")]
    name: String,
}

impl Named {
    fn id(self) -> ConnectionId {
        ConnectionId(self.name)
    }
}

#[derive(Debug, clap::Args)]
struct Add {
    /// What to call it
    #[arg(long)]
    name: String,
    /// The universe's id, from Creator Hub (not a place's)
    #[arg(long, value_name = "ID")]
    universe: String,
    #[command(flatten)]
    key: KeyInput,
    /// What its data is to the people who play [default: not chosen, which is guarded as production]
    #[arg(long, ignore_case = true)]
    environment: Option<EnvironmentName>,
    /// The colour of its dot
    #[arg(long, ignore_case = true)]
    colour: Option<ColourName>,
    #[command(flatten)]
    guard: Guard,
    /// Where requests go, such as an emulator's `http://127.0.0.1:23768` [default: Roblox]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Save without asking Roblox about the key
    #[arg(long)]
    skip_check: bool,
}

#[derive(Debug, clap::Args)]
struct Edit {
    #[command(flatten)]
    connection: Named,
    /// A new name
    #[arg(long = "name", id = "new_name", value_name = "NAME")]
    name: Option<String>,
    /// What its data is to the people who play
    #[arg(long, ignore_case = true)]
    environment: Option<EnvironmentName>,
    /// The colour of its dot
    #[arg(long, ignore_case = true)]
    colour: Option<ColourName>,
    /// Take its colour away
    #[arg(long, conflicts_with = "colour")]
    no_colour: bool,
    #[command(flatten)]
    guard: Guard,
    /// Ask for a new key at a prompt
    #[arg(long, conflicts_with_all = ["key_from_env", "key_stdin"])]
    new_key: bool,
    #[command(flatten)]
    key: KeyInput,
    /// Where requests go from now on; needs a new key, for a stored one never goes to a new host
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// Where the key comes from.
#[derive(Debug, clap::Args)]
struct KeyInput {
    /// Read the API key from the environment variable of this name
    #[arg(long, value_name = "NAME")]
    key_from_env: Option<String>,
    /// Read the API key from the first line of standard input
    #[arg(long, conflicts_with = "key_from_env")]
    key_stdin: bool,
}

impl KeyInput {
    fn source(self) -> Option<Source> {
        let from_stdin = self.key_stdin.then_some(Source::StandardInput);
        self.key_from_env.map(Source::Variable).or(from_stdin)
    }
}

/// Whether writes need to be unlocked.
#[derive(Debug, clap::Args)]
struct Guard {
    /// Refuse writes until they are unlocked [default for production, staging and not chosen]
    #[arg(long)]
    read_only: bool,
    /// Let writes through
    #[arg(long, conflicts_with = "read_only")]
    writable: bool,
}

impl Guard {
    fn choice(&self) -> Option<bool> {
        (self.read_only || self.writable).then_some(self.read_only)
    }
}

#[derive(Debug, clap::Args)]
struct Unlock {
    #[command(flatten)]
    connection: Named,
    /// For how many minutes: 5, 15 or 60 [default: 60 for staging, else 15]
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u32>,
    /// Why, for the record; needed for production and where nothing was chosen
    #[arg(long)]
    reason: Option<String>,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::List => list(session).await,
        Command::Add(add) => create(session, add).await,
        Command::Edit(edit) => update(session, edit).await,
        Command::Test(named) => {
            let tested = session.ask(&ConnectionsTestRequest { connection: named.id() }).await?;
            let output = &mut session.output;
            if output.is_json() { output.json(&tested) } else { report::print(output, &tested.report) }
        }
        Command::Remove(named) => {
            let line = format!("removed `{}` and its key", named.name);
            let removed = session.ask(&ConnectionsRemoveRequest { connection: named.id() }).await?;
            let output = &mut session.output;
            if output.is_json() { output.json(&removed) } else { output.line(&line) }
        }
        Command::Lock(named) => {
            let locked = ask_daemon(session, &ConnectionsLockRequest { connection: named.id() }).await?;
            let output = &mut session.output;
            if output.is_json() { output.json(&locked) } else { tell_guard(output, &locked.connection) }
        }
        Command::Unlock(Unlock { connection, minutes, reason }) => {
            let request = ConnectionsUnlockRequest { connection: connection.id(), minutes, reason };
            let unlocked = ask_daemon(session, &request).await?;
            let output = &mut session.output;
            if output.is_json() { output.json(&unlocked) } else { tell_guard(output, &unlocked.connection) }
        }
        Command::Select(named) => {
            let selected = session.ask(&ConnectionsSelectRequest { connection: named.id() }).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&selected);
            }
            output.line(&format!("selected `{}`", selected.connection.name))
        }
    }
}

async fn list(session: &mut Session) -> Result<(), Failure> {
    let list = session.ask(&ConnectionsListRequest {}).await?;
    let output = &mut session.output;
    if output.is_json() {
        return output.json(&list);
    }
    let heading = ["", "NAME", "ENVIRONMENT", "LEADS TO", "WRITING", "KEY", "ID"];
    output.table(&heading, list.connections.iter().map(row))
}

fn row(connection: &Connection) -> Vec<String> {
    let (leads_to, key) = match &connection.cloud {
        None => ("this machine".to_owned(), ""),
        Some(cloud) => {
            let host = cloud.base_url.as_deref().unwrap_or("Roblox");
            let universe = match &cloud.universe_name {
                Some(name) => format!("{name} ({}) at {host}", cloud.universe_id),
                None => format!("universe {} at {host}", cloud.universe_id),
            };
            let key = match cloud.key_state {
                KeyState::Ready => "ready",
                KeyState::Locked => "locked",
                KeyState::Missing => "missing",
            };
            (universe, key)
        }
    };
    vec![
        if connection.selected { "*" } else { "" }.into(),
        connection.name.clone(),
        environment_name(connection.environment).into(),
        leads_to,
        guard(connection),
        key.into(),
        connection.id.to_string(),
    ]
}

fn guard(connection: &Connection) -> String {
    match (connection.read_only, &connection.unlocked_until) {
        (false, _) => "open".into(),
        (true, None) => "read-only".into(),
        (true, Some(until)) => format!("unlocked until {}", moment(until)),
    }
}

fn tell_guard(output: &mut Output, connection: &Connection) -> Result<(), Failure> {
    output.line(&format!("writing to `{}`: {}", connection.name, guard(connection)))
}

async fn create(session: &mut Session, add: Add) -> Result<(), Failure> {
    let source = add.key.source().unwrap_or(Source::Prompt { twice: false });
    let request = ConnectionsCreateRequest {
        name: add.name,
        universe_id: add.universe,
        api_key: read_key(&source)?,
        environment: add.environment.map(Into::into),
        colour: add.colour.map(Into::into),
        read_only: add.guard.choice(),
        base_url: add.base_url,
        skip_check: add.skip_check,
    };
    let created = session.ask(&request).await?;
    let output = &mut session.output;
    if output.is_json() {
        return output.json(&created);
    }
    if let Some(report) = &created.report {
        report::print(output, report)?;
    }
    let Connection { name, environment, .. } = &created.connection;
    let environment = environment_name(*environment);
    output.line(&format!("connected `{name}` ({environment}), writing: {}", guard(&created.connection)))
}

async fn update(session: &mut Session, edit: Edit) -> Result<(), Failure> {
    let asked = edit.new_key.then_some(Source::Prompt { twice: false });
    let api_key = edit.key.source().or(asked).map(|source| read_key(&source)).transpose()?;
    let chosen = edit.colour.map(|colour| Some(colour.into()));
    let request = ConnectionsUpdateRequest {
        connection: edit.connection.id(),
        name: edit.name,
        environment: edit.environment.map(Into::into),
        colour: if edit.no_colour { Some(None) } else { chosen },
        read_only: edit.guard.choice(),
        api_key,
        base_url: edit.base_url,
    };
    let updated = session.ask(&request).await?;
    let output = &mut session.output;
    if output.is_json() {
        return output.json(&updated);
    }
    let Connection { name, environment, .. } = &updated.connection;
    let environment = environment_name(*environment);
    output.line(&format!("changed `{name}` ({environment}), writing: {}", guard(&updated.connection)))
}

/// Asks the running daemon, for an unlock that ends with this command is of no use.
async fn ask_daemon<O: Operation>(session: &Session, request: &O) -> Result<O::Response, Failure> {
    let mut client = Client::connect_to_daemon(&session.config()?).await?;
    let answer = client.call(request).await;
    client.close().await;
    answer
}

fn read_key(source: &Source) -> Result<SecretText, Failure> {
    let key = secret_input::read(source, "API key", "`--key-stdin` or `--key-from-env NAME`")?;
    Ok(SecretText::new(key.expose().to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli;

    #[track_caller]
    fn check(line: &str, is_understood: bool) {
        let words = line.split_whitespace();
        assert_eq!(cli::Arguments::try_parse_from(words).is_ok(), is_understood, "{line}");
    }

    #[test]
    fn commands_are_understood() {
        let add = "dsmp connections add --name Prod --universe 123";
        check(&format!("{add} --key-from-env K --environment production"), true);
        check(&format!("{add} --key-stdin --colour red --writable --base-url http://127.0.0.1:1"), true);
        check(add, true);
        check(&format!("{add} --key-stdin --key-from-env K"), false);
        check(&format!("{add} --read-only --writable"), false);
        check("dsmp connections edit Prod --name Live --no-colour", true);
        check("dsmp connections edit Prod --colour red --no-colour", false);
        check("dsmp connections unlock Prod --minutes 15 --reason ticket", true);
        check("dsmp connections remove", false);
    }

    #[test]
    fn s_10_no_key_is_taken_from_the_command_line() {
        check("dsmp connections add --name Prod --universe 123 --key canary", false);
        check("dsmp connections add --name Prod --universe 123 canary", false);
    }
}
