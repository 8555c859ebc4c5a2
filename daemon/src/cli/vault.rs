//! `dsmp vault`: the vault that the keys of cloud connections lie in.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use daemon_store::vault::secret::SecretText;
use protocol::Operation;
use protocol::operations::vault::{
    VaultCloseRequest, VaultCreateRequest, VaultOpenRequest, VaultPlace, VaultState, VaultStatus,
    VaultStatusRequest,
};
use serde_json::json;

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::exit::Failure;
use crate::cli::secret_input::{self, Source};
use crate::config::create_private;
use crate::secret::Secret;

/// Make, open and close the vault for keys
///
/// The keys of cloud connections lie in the system's key store on Windows and macOS, and in a vault in the data directory on
/// Linux, or wherever `--vault-key-file` is given: a file that nobody can read without its passphrase or its key file.
/// Nobody can open it if these are lost.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell where keys lie, and whether they can be used
    Status,
    /// Make a vault under a passphrase, which is asked for
    Create(Passphrase),
    /// Open the vault of the running daemon, until it is closed or the daemon stops
    Open(Passphrase),
    /// Close the vault of the running daemon
    Close,
    /// Write a key file of your account alone, for `--vault-key-file`
    NewKeyFile {
        /// The file to write; it must not exist
        file: PathBuf,
    },
}

/// Where the passphrase comes from.
#[derive(Debug, clap::Args)]
struct Passphrase {
    /// Read it from the first line of standard input
    #[arg(long)]
    passphrase_stdin: bool,
    /// Read it from the environment variable of this name
    #[arg(long, value_name = "NAME", conflicts_with = "passphrase_stdin")]
    passphrase_from_env: Option<String>,
}

impl Passphrase {
    fn read(self, is_new: bool) -> Result<SecretText, Failure> {
        let source = match self.passphrase_from_env {
            Some(name) => Source::Variable(name),
            None if self.passphrase_stdin => Source::StandardInput,
            None => Source::Prompt { twice: is_new },
        };
        secret_input::read(&source, "passphrase", "`--passphrase-stdin` or `--passphrase-from-env NAME`")
    }
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let status = match arguments.command {
        Command::Status => session.ask(&VaultStatusRequest {}).await?,
        Command::Create(passphrase) => {
            let passphrase = sent(&passphrase.read(true)?);
            let mut client = session.connect().await?;
            let status = client.call(&VaultCreateRequest { passphrase }).await;
            let is_closed_again = matches!(client, Client::Local(_));
            client.close().await;
            let status = status?;
            if is_closed_again && !session.output.is_json() {
                let text = "the vault is made, and closed again: no daemon runs that would keep it open; start one with `dsmp serve`, then `dsmp vault open`";
                return session.output.line(text);
            }
            status
        }
        Command::Open(passphrase) => {
            let passphrase = sent(&passphrase.read(false)?);
            ask_daemon(session, &VaultOpenRequest { passphrase }).await?
        }
        Command::Close => ask_daemon(session, &VaultCloseRequest {}).await?,
        Command::NewKeyFile { file } => return new_key_file(session, &file),
    };
    report(session, &status)
}

/// Asks the daemon, for what opens or closes in this process alone is of no use.
async fn ask_daemon<O: Operation>(session: &Session, request: &O) -> Result<O::Response, Failure> {
    let mut client = Client::connect_to_daemon(&session.config()?).await?;
    let answer = client.call(request).await;
    client.close().await;
    answer
}

fn sent(passphrase: &SecretText) -> protocol::SecretText {
    protocol::SecretText::new(passphrase.expose().to_owned())
}

fn report(session: &mut Session, status: &VaultStatus) -> Result<(), Failure> {
    let output = &mut session.output;
    if output.is_json() {
        return output.json(status);
    }
    let place = match status.place {
        VaultPlace::System => "the system's key store",
        VaultPlace::Vault => "a vault in the data directory",
    };
    let state = match (status.state, status.key_file) {
        (VaultState::Absent, _) => "not made yet",
        (VaultState::Locked, false) => "locked",
        (VaultState::Locked, true) => "locked; it opens with its key file",
        (VaultState::Open, false) => "open",
        (VaultState::Open, true) => "open, with its key file",
    };
    output.line(&format!("keys lie in  {place}"))?;
    output.line(&format!("state        {state}"))?;
    match &status.remedy {
        Some(remedy) => output.line(&format!("to use them  {remedy}")),
        None => Ok(()),
    }
}

fn new_key_file(session: &mut Session, file: &Path) -> Result<(), Failure> {
    let key = zeroize::Zeroizing::new(Secret::random().to_hex());
    let written = create_private(file).and_then(|mut file| {
        file.write_all(key.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::other(format!(
            "`{}` is there already, and a vault may need it; choose another name",
            file.display()
        )),
        _ => Failure::file("write", file, &error),
    })?;
    let output = &mut session.output;
    if output.is_json() {
        return output.json(&json!({ "file": file.display().to_string() }));
    }
    output.note("keep a copy of it elsewhere: without it, nobody can open the vault it makes");
    output.line(&format!("wrote `{}`", file.display()))
}
