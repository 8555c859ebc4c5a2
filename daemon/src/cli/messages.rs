//! `dsmp messages`: messages to live servers.

use std::io::{self, Read as _};

use clap::Subcommand;
use protocol::operations::messages::MessagesPublishRequest;

use crate::cli::Session;
use crate::cli::exit::Failure;

/// The most bytes read for one message: more than any message may have, so that the daemon names the limit.
const READ_LIMIT_BYTES: u64 = 64 << 10;

/// Publish messages to the live servers of a game
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish a message to every live server that subscribes to its topic
    Publish {
        /// The topic
        topic: String,
        /// The message; `-` or nothing reads it from standard input
        #[arg(default_value = "-", hide_default_value = true)]
        message: String,
    },
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let Command::Publish { topic, message } = arguments.command;
    let message = if message == "-" { read()? } else { message };
    let request = MessagesPublishRequest { connection: session.connection(), topic, message };
    let published = session.ask(&request).await?;
    if session.output.is_json() {
        return session.output.json(&published);
    }
    session.output.line(&format!("published to `{}`; whether any server heard it is not told", request.topic))
}

/// Standard input without the line break at its end.
fn read() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(READ_LIMIT_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::other(format!("cannot read standard input: {error}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::other("standard input is not UTF-8; a message must be"))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
