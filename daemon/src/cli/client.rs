//! One client for every command: the running daemon over its socket, or the data directory in this process.

use std::time::{Duration, Instant};

use protocol::{Operation, OperationName, leading_member};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cli::exit::{Exit, Failure};
use crate::cli::local::{Local, LocalCall};
use crate::cli::remote::{self, Remote, RemoteAnswer, RemoteCall};
use crate::config::{self, Config, ConfigError};

/// How long to wait for a data directory that another command holds for a moment, or for a daemon that is starting.
const HOLDER_PATIENCE: Duration = Duration::from_secs(10);

/// How often to look again meanwhile.
const HOLDER_POLL: Duration = Duration::from_millis(50);

/// Whoever answers operations.
#[derive(Debug)]
pub enum Client {
    /// A running daemon.
    Remote(Box<Remote>),
    /// The data directory, held by this process.
    Local(Local),
}

/// A request whose answer is still out.
#[derive(Debug)]
pub enum Call {
    /// Of a running daemon.
    Remote(RemoteCall),
    /// Of this process.
    Local(LocalCall),
}

impl Call {
    /// Waits for the answer, which is given once; may be dropped and called again meanwhile.
    pub async fn answer(&mut self) -> Result<Answer, Failure> {
        Ok(match self {
            Self::Remote(call) => Answer::Remote(call.answer().await?),
            Self::Local(call) => Answer::Local(call.answer().await?),
        })
    }
}

/// A response that is not read yet.
#[derive(Debug)]
pub enum Answer {
    /// A message of the daemon.
    Remote(RemoteAnswer),
    /// The response's JSON text.
    Local(String),
}

impl Answer {
    /// Reads the response of operation `O`, or what is needed of it.
    pub fn read<'a, O: Operation, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        let response = match self {
            Self::Remote(answer) => answer.read(),
            Self::Local(text) => serde_json::from_str(text),
        };
        response.map_err(|error| {
            let name = O::DECLARATION.name;
            Failure::other(format!(
                "the answer to `{name}` is not understood: {error}; use the same release everywhere"
            ))
        })
    }

    /// A member of the response that stands before all large ones.
    pub fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        match self {
            Self::Remote(answer) => answer.member(name),
            Self::Local(text) => leading_member(text, &[name]),
        }
    }

    fn into_text(self) -> Result<String, Failure> {
        match self {
            Self::Remote(answer) => answer.into_text(),
            Self::Local(text) => Ok(text),
        }
    }
}

impl Client {
    /// Reaches the running daemon, or opens the data directory when none runs.
    pub async fn connect(config: &Config) -> Result<Self, Failure> {
        let patience_ends = Instant::now() + HOLDER_PATIENCE;
        loop {
            let is_last_try = Instant::now() >= patience_ends;
            match config::running_daemon(&config.data_directory)? {
                Some(daemon) => match Remote::connect(&daemon).await? {
                    Some(remote) => return Ok(Self::Remote(Box::new(remote))),
                    // The notice of a daemon that was killed, while another command holds the directory.
                    None if is_last_try => return Err(remote::unheard(&daemon)),
                    None => {}
                },
                None => match Local::open(config).await {
                    Ok(local) => return Ok(Self::Local(local)),
                    Err(error) if is_locked(&error) && !is_last_try => {}
                    Err(error) => return Err(error.into()),
                },
            }
            tokio::time::sleep(HOLDER_POLL).await;
        }
    }

    /// Reaches the running daemon, and fails when none runs.
    pub async fn connect_to_daemon(config: &Config) -> Result<Self, Failure> {
        let Some(daemon) = config::running_daemon(&config.data_directory)? else {
            let message = format!(
                "no daemon runs on data directory `{}`; start one with `dsmp serve`",
                config.data_directory.display()
            );
            return Err(Failure::new(Exit::Unreachable, message));
        };
        match Remote::connect(&daemon).await? {
            Some(remote) => Ok(Self::Remote(Box::new(remote))),
            None => Err(remote::unheard(&daemon)),
        }
    }

    /// Whether a daemon goes on when this command has ended.
    pub fn is_daemon(&self) -> bool {
        matches!(self, Self::Remote(_))
    }

    /// Calls an operation.
    pub async fn call<O: Operation>(&mut self, request: &O) -> Result<O::Response, Failure> {
        self.begin::<O>(write_request(request)?).await?.answer().await?.read::<O, O::Response>()
    }

    /// Calls an operation with JSON text, and answers with the response's JSON text.
    pub async fn call_raw(&mut self, operation: OperationName, request: String) -> Result<String, Failure> {
        self.begin_raw(operation, request).await?.answer().await?.into_text()
    }

    /// Begins an operation with a request's JSON text. Several may be under way; imports are written in the order begun.
    pub async fn begin<O: Operation>(&mut self, request: String) -> Result<Call, Failure> {
        let name = O::DECLARATION.name;
        let operation = OperationName::from_name(name)
            .ok_or_else(|| Failure::other(format!("operation `{name}` is not in the catalogue")))?;
        self.begin_raw(operation, request).await
    }

    async fn begin_raw(&mut self, operation: OperationName, request: String) -> Result<Call, Failure> {
        Ok(match self {
            Self::Remote(remote) => Call::Remote(remote.begin(operation, &request).await?),
            Self::Local(local) => Call::Local(local.begin(operation, request)),
        })
    }

    /// Ends the work in order: closes the socket, or the databases.
    pub async fn close(self) {
        match self {
            Self::Remote(remote) => remote.close().await,
            Self::Local(local) => local.close().await,
        }
    }
}

/// A request's JSON text.
pub fn write_request<O: Operation>(request: &O) -> Result<String, Failure> {
    let name = O::DECLARATION.name;
    serde_json::to_string(request)
        .map_err(|error| Failure::other(format!("cannot write the request of `{name}`: {error}")))
}

fn is_locked(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ConfigError::Locked { .. }))
}
