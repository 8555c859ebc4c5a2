//! The running daemon, over its socket.
//!
//! First the daemon proves itself, then the command (S-12): the key in `daemon.json` never crosses the wire, and whoever
//! else may listen on the port learns nothing from being asked.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use protocol::{
    ClientKind, ErrorBody, Exchange, FRAME_LIMIT_BYTES, Hello, HelloClient, MESSAGE_LIMIT_BYTES,
    OLDEST_PROTOCOL_VERSION, OpenError, OperationName, PROTOCOL_VERSION, ProveRequest, ProveResponse,
    RequestId, leading_member, open_frame, proof_message, seal_frame,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_util::task::AbortOnDropHandle;

use crate::cli::exit::{Exit, Failure};
use crate::config::DaemonFile;
use crate::framing::fragments;
use crate::secret::{Secret, encode_hex, random_hex};

/// The name under which local commands prove themselves.
const PEER: &str = "cli";

/// How long reaching the daemon may take, up to its first answer.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// How long one request may take.
const CALL_DEADLINE: Duration = Duration::from_mins(2);

/// Largest answer to the request for a proof.
const PROOF_LIMIT_BYTES: usize = 16 << 10;

type Socket = WebSocketStream<TcpStream>;

/// An open socket to the running daemon.
#[derive(Debug)]
pub struct Remote {
    sink: SplitSink<Socket, Message>,
    waiting: Arc<Mutex<Waiting>>,
    /// Reads all the time, so that pings are answered and neither side waits for the other to read.
    _reader: AbortOnDropHandle<()>,
    last_id: u64,
}

/// Who waits for an answer.
#[derive(Debug, Default)]
struct Waiting {
    calls: HashMap<RequestId, oneshot::Sender<Result<Utf8Bytes, Failure>>>,
    /// Why there will be no more answers.
    ended: Option<String>,
}

/// A request whose answer is still out.
#[derive(Debug)]
pub struct RemoteCall {
    name: &'static str,
    answer: oneshot::Receiver<Result<Utf8Bytes, Failure>>,
    deadline: Instant,
}

impl RemoteCall {
    /// Waits for the answer, which is given once; may be dropped and called again meanwhile.
    pub(super) async fn answer(&mut self) -> Result<RemoteAnswer, Failure> {
        let text = match timeout_at(self.deadline, &mut self.answer).await {
            Ok(Ok(text)) => text?,
            Ok(Err(_)) => return Err(lost("the daemon closed it")),
            Err(_) => return Err(overdue(self.name)),
        };
        let answer = RemoteAnswer(text);
        if answer.member::<String>("type").is_none_or(|name| name != "error") {
            return Ok(answer);
        }
        let refusal: ErrorBody = answer.read().map_err(|error| malformed(&error))?;
        Err(refusal.into())
    }
}

/// The message that answers a request, read no further than to know which.
#[derive(Debug)]
pub struct RemoteAnswer(Utf8Bytes);

impl RemoteAnswer {
    /// Reads the response.
    pub(super) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        #[derive(Deserialize)]
        struct Answered<T> {
            body: T,
        }
        serde_json::from_str(&self.0).map(|answered: Answered<T>| answered.body)
    }

    /// A member of the response that stands before all large ones.
    pub(super) fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        leading_member(&self.0, &["body", name])
    }

    /// The response's JSON text.
    pub(super) fn into_text(self) -> Result<String, Failure> {
        match open_frame(&self.0) {
            Ok(opened) => Ok(opened.payload),
            Err(OpenError::Frame(error) | OpenError::Body(_, error)) => Err(malformed(&error)),
        }
    }
}

impl Remote {
    /// Connects to the daemon that wrote `daemon.json`, each side proving itself to the other; `None` when nothing
    /// listens there.
    pub(super) async fn connect(daemon: &DaemonFile) -> Result<Option<Self>, Failure> {
        let opened = async {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, daemon.port)).await {
                Ok(stream) => Self::open(daemon, stream).await.map(Some),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(None),
                Err(error) => Err(unreachable(daemon, &error.to_string())),
            }
        };
        match timeout(CONNECT_DEADLINE, opened).await {
            Ok(result) => result,
            Err(_) => Err(unreachable(daemon, "it does not answer")),
        }
    }

    async fn open(daemon: &DaemonFile, stream: TcpStream) -> Result<Self, Failure> {
        let credential = prove(daemon, stream).await?;
        let url = format!("ws://{}:{}/api/v1/ws", Ipv4Addr::LOCALHOST, daemon.port);
        let mut request =
            url.into_client_request().map_err(|error| unreachable(daemon, &error.to_string()))?;
        let mut header =
            HeaderValue::try_from(credential).map_err(|error| unreachable(daemon, &error.to_string()))?;
        header.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, header);
        let config = WebSocketConfig::default()
            .max_frame_size(Some(MESSAGE_LIMIT_BYTES))
            .max_message_size(Some(2 * MESSAGE_LIMIT_BYTES));
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, daemon.port))
            .await
            .map_err(|error| unreachable(daemon, &error.to_string()))?;
        // Requests wait for their answers, so holding small packets back only costs time.
        let _ = stream.set_nodelay(true);
        let (socket, _) = tokio_tungstenite::client_async_with_config(request, stream, Some(config))
            .await
            .map_err(|error| unreachable(daemon, &format!("it refuses the connection: {error}")))?;
        let (sink, stream) = socket.split();
        let waiting = Arc::<Mutex<Waiting>>::default();
        let reader = AbortOnDropHandle::new(tokio::spawn(read(stream, Arc::clone(&waiting))));
        let mut remote = Self { sink, waiting, _reader: reader, last_id: 0 };
        let hello = Hello {
            oldest_version: OLDEST_PROTOCOL_VERSION,
            newest_version: PROTOCOL_VERSION,
            client: HelloClient { kind: ClientKind::Cli, version: env!("CARGO_PKG_VERSION").into() },
            studio: None,
        };
        let hello = serde_json::to_string(&hello).map_err(|error| malformed(&error))?;
        remote.send("hello", &hello).await?.answer().await?;
        Ok(remote)
    }

    /// Sends an operation's request. Several may be under way; the daemon writes imports in the order they were sent.
    pub(super) async fn begin(
        &mut self,
        operation: OperationName,
        request: &str,
    ) -> Result<RemoteCall, Failure> {
        self.send(operation.declaration().name, request).await
    }

    pub(super) async fn close(mut self) {
        // The command has its answers; how the socket ends changes nothing any more.
        let _ = timeout(Duration::from_secs(1), self.sink.close()).await;
    }

    async fn send(&mut self, name: &'static str, payload: &str) -> Result<RemoteCall, Failure> {
        self.last_id += 1;
        let id = RequestId(self.last_id.to_string());
        let deadline = Instant::now() + CALL_DEADLINE;
        let deadline_ms = u32::try_from(CALL_DEADLINE.as_millis()).ok();
        let text = seal_frame(&id, None, deadline_ms, name, payload).map_err(|error| malformed(&error))?;
        let answer = self.wait_for(id)?;
        let sent = async {
            for message in fragments(text, FRAME_LIMIT_BYTES) {
                self.sink.feed(message).await?;
            }
            self.sink.flush().await
        };
        match timeout_at(deadline, sent).await {
            Ok(Ok(())) => Ok(RemoteCall { name, answer, deadline }),
            Ok(Err(error)) => {
                let ended = lock(&self.waiting).ended.clone();
                Err(lost(&ended.unwrap_or_else(|| error.to_string())))
            }
            Err(_) => Err(overdue(name)),
        }
    }

    /// Waits for an answer from now on.
    fn wait_for(&self, id: RequestId) -> Result<oneshot::Receiver<Result<Utf8Bytes, Failure>>, Failure> {
        let mut waiting = lock(&self.waiting);
        if let Some(ended) = &waiting.ended {
            return Err(lost(ended));
        }
        let (sender, answer) = oneshot::channel();
        waiting.calls.insert(id, sender);
        Ok(answer)
    }
}

/// Hands answers to those who wait for them, and passes over everything else that arrives, until the socket ends.
async fn read(mut stream: SplitStream<Socket>, waiting: Arc<Mutex<Waiting>>) {
    let ended = loop {
        let text = match stream.next().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(Some(reason)))) if !reason.reason.is_empty() => {
                break reason.reason.to_string();
            }
            Some(Ok(Message::Close(_)) | Err(Error::ConnectionClosed)) | None => {
                break "the daemon closed it".into();
            }
            Some(Ok(_)) => continue,
            Some(Err(error)) => break error.to_string(),
        };
        let Some(id) = leading_member::<RequestId>(&text, &["replyTo"]) else {
            match open_frame(&text) {
                Ok(_) => continue,
                Err(OpenError::Frame(error) | OpenError::Body(_, error)) => {
                    break format!("its message is malformed: {error}");
                }
            }
        };
        let call = lock(&waiting).calls.remove(&id);
        if let Some(call) = call {
            // Whoever has stopped waiting needs no answer.
            let _ = call.send(Ok(text));
        }
    };
    let mut waiting = lock(&waiting);
    for (_, call) in waiting.calls.drain() {
        let _ = call.send(Err(lost(&ended)));
    }
    waiting.ended = Some(ended);
}

fn lock(waiting: &Mutex<Waiting>) -> std::sync::MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the daemon prove that it holds the key of `daemon.json`, then answers with the proof that this command does.
async fn prove(daemon: &DaemonFile, stream: TcpStream) -> Result<String, Failure> {
    let key = Secret::from_hex(&daemon.pairing_key)
        .ok_or_else(|| unreachable(daemon, "`daemon.json` is damaged; restart the daemon"))?;
    let nonce = random_hex(16);
    let answer: ProveResponse =
        post(daemon, stream, &ProveRequest { peer: PEER.into(), nonce: nonce.clone() }).await?;
    let is_nonce =
        (16..=128).contains(&answer.nonce.len()) && answer.nonce.bytes().all(|byte| byte.is_ascii_hexdigit());
    let expected = proof_message("server", PEER, daemon.port, &nonce, &answer.nonce);
    if !is_nonce || !key.verifies(expected.as_bytes(), &answer.proof) {
        return Err(unreachable(
            daemon,
            "another program answers there and cannot prove to be it; nothing was sent to it: find out what it is, then restart the daemon",
        ));
    }
    let own = proof_message("client", PEER, daemon.port, &nonce, &answer.nonce);
    Ok(format!("Proof {PEER}.{}.{}", answer.nonce, encode_hex(&key.sign(own.as_bytes()))))
}

async fn post<E: Exchange>(
    daemon: &DaemonFile,
    stream: TcpStream,
    request: &E,
) -> Result<E::Response, Failure> {
    let failed =
        |error: &dyn std::error::Error| unreachable(daemon, &format!("it does not answer as one: {error}"));
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
    let body = serde_json::to_vec(request).map_err(|error| malformed(&error))?;
    let request = http::Request::post(E::PATH)
        .header(HOST, format!("{}:{}", Ipv4Addr::LOCALHOST, daemon.port))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::<bytes::Bytes>::from(body))
        .map_err(|error| failed(&error))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(|error| failed(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), PROOF_LIMIT_BYTES)
            .collect()
            .await
            .map_err(|error| unreachable(daemon, &format!("it does not answer as one: {error}")))?
            .to_bytes();
        if !status.is_success() {
            return Err(unreachable(daemon, &format!("it answers {status}")));
        }
        serde_json::from_slice(&body).map_err(|error| failed(&error))
    };
    let mut exchange = std::pin::pin!(exchange);
    tokio::select! {
        answer = &mut exchange => answer,
        // The other side hung up; the answer may be there all the same.
        _ = connection => exchange.await,
    }
}

/// Nothing listens where the daemon should.
pub(super) fn unheard(daemon: &DaemonFile) -> Failure {
    unreachable(daemon, "nothing listens there; wait until it has stopped, or end its process")
}

fn unreachable(daemon: &DaemonFile, why: &str) -> Failure {
    let message = format!(
        "the daemon (process {}) cannot be reached at `{}:{}`: {why}",
        daemon.process,
        Ipv4Addr::LOCALHOST,
        daemon.port
    );
    Failure::new(Exit::Unreachable, message)
}

fn lost(why: &str) -> Failure {
    let message = format!(
        "the connection to the daemon was lost ({why}) before it answered; whether the last request was done is not known: look before you repeat it"
    );
    Failure::new(Exit::Unreachable, message)
}

fn overdue(name: &str) -> Failure {
    let seconds = CALL_DEADLINE.as_secs();
    let message = format!(
        "no answer to `{name}` within {seconds} seconds; whether it was done is not known: look before you repeat it"
    );
    Failure::new(Exit::Unreachable, message)
}

fn malformed(error: &serde_json::Error) -> Failure {
    Failure::other(format!(
        "a message of the daemon or to it is malformed: {error}; use the same release everywhere"
    ))
}
