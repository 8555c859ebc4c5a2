//! A daemon that says what a test wants: it can prove itself or lie, refuse, fall silent, and tell of changes.
//!
//! It holds one small universe without any of the real rules; what the plugin shows of real data is for `real_daemon`.
//!
//! **Invariant:** everything that reaches it is kept, so that a test can look for what must not have been sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use daemon::secret::{Secret, encode_hex};
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use protocol::proof_message;
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::universe::Universe;

/// The id of the credential it knows.
pub(super) const TOKEN: &str = "0198a-token";

/// That credential's secret.
pub(super) const SECRET: &str = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2";

/// The code of every pairing.
pub(super) const CODE: &str = "K7F-29Q";

/// Who it proves to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// Our daemon.
    Genuine,
    /// A program that answers like our daemon and does not hold the key.
    Impostor,
    /// Some other web server.
    WebServer,
    /// Our daemon, which takes no more requests.
    Busy,
}

/// What it does with a socket whose proof is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reception {
    Welcome,
    /// Refuses the upgrade with this status.
    Status(u16),
    /// Refuses the hello with this code.
    Code(&'static str),
    /// Accepts the socket and never says a word.
    Silence,
}

/// How one kind of request is answered, in place of the universe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Refused(&'static str),
    /// Carries the request out and loses the answer with the link.
    Lost,
}

struct State {
    nature: Nature,
    reception: Reception,
    /// What the person in the dashboard has decided of a pairing.
    decision: &'static str,
    answers: Vec<(&'static str, Answer)>,
    universe: Universe,
    /// The body or `Authorization` header of everything that came, in order.
    heard: Vec<String>,
    nonces: Vec<(String, String)>,
    sockets: Vec<UnboundedSender<Message>>,
    socket_count: usize,
}

/// A port of ours at which nobody answers yet: connections are refused, and nobody else can take it.
pub(super) struct Port {
    socket: TcpSocket,
    pub(super) number: u16,
}

impl Port {
    pub(super) fn reserve() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let number = socket.local_addr().expect("the socket is bound").port();
        Self { socket, number }
    }
}

/// A running one. Dropping it closes its sockets and frees its port.
pub(super) struct FakeDaemon {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl FakeDaemon {
    pub(super) fn start() -> Self {
        Self::start_on(Port::reserve())
    }

    pub(super) fn start_as(nature: Nature) -> Self {
        let daemon = Self::start();
        daemon.lock().nature = nature;
        daemon
    }

    /// Starts one on a port at which nobody answered so far.
    pub(super) fn start_on(port: Port) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(async { port.socket.listen(64) }).expect("the port is ours");
        let address = listener.local_addr().expect("the listener is bound");
        let state = Arc::new(Mutex::new(State {
            nature: Nature::Genuine,
            reception: Reception::Welcome,
            decision: "pending",
            answers: Vec::new(),
            universe: Universe::default(),
            heard: Vec::new(),
            nonces: Vec::new(),
            sockets: Vec::new(),
            socket_count: 0,
        }));
        let shared = Arc::clone(&state);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| serve(Arc::clone(&shared), address.port(), request));
                let connection = hyper::server::conn::http1::Builder::new();
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service).with_upgrades());
            }
        });
        Self { state, address, runtime: Some(runtime) }
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(super) fn receive(&self, reception: Reception) {
        self.lock().reception = reception;
    }

    /// Decides of every pairing as the person in the dashboard would: `approved`, `refused`, `expired`.
    pub(super) fn decide(&self, decision: &'static str) {
        self.lock().decision = decision;
    }

    /// From now on answers requests of this name so.
    pub(super) fn answer(&self, name: &'static str, answer: Answer) {
        self.lock().answers.push((name, answer));
    }

    pub(super) fn answer_all_again(&self) {
        self.lock().answers.clear();
    }

    /// Changes the universe as another face of the daemon would, and tells of it by the event that `change` answers.
    pub(super) fn change(&self, change: impl FnOnce(&mut Universe) -> Value) {
        let mut state = self.lock();
        let event = change(&mut state.universe);
        state.push(&event);
    }

    /// The value of an entry, as it is now.
    pub(super) fn value(&self, key: &str) -> Value {
        self.lock().universe.value(key).clone()
    }

    /// Everything that was sent to it.
    pub(super) fn heard(&self) -> Vec<String> {
        self.lock().heard.clone()
    }

    /// How many messages of this type came over sockets.
    pub(super) fn heard_count(&self, name: &str) -> usize {
        let wanted = format!("\"type\":\"{name}\"");
        self.lock().heard.iter().filter(|text| text.contains(&wanted)).count()
    }

    /// How many sockets were ever opened, and how many are open.
    pub(super) fn sockets(&self) -> (usize, usize) {
        let state = self.lock();
        (state.socket_count, state.sockets.iter().filter(|socket| !socket.is_closed()).count())
    }

    /// Says something that is no message.
    pub(super) fn babble(&self) {
        for socket in &self.lock().sockets {
            drop(socket.send(Message::text("no message of ours")));
        }
    }

    /// Ends every link, as a daemon that is killed does.
    pub(super) fn drop_links(&self) {
        self.lock().sockets.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked while it held the daemon")
    }
}

impl Drop for FakeDaemon {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl State {
    fn push(&mut self, event: &Value) {
        let frame = json!({ "id": "e", "body": event }).to_string();
        self.sockets.retain(|socket| socket.send(Message::text(frame.clone())).is_ok());
    }

    fn prove(&mut self, port: u16, request: &Value) -> Value {
        let (peer, nonce) = (text(request, "peer"), text(request, "nonce"));
        let own = format!("{:032x}", self.nonces.len() + 1);
        let key = if self.nature == Nature::Genuine { SECRET.to_owned() } else { "00".repeat(32) };
        let proof = sign(&key, &proof_message("server", &peer, port, &nonce, &own));
        self.nonces.push((own.clone(), nonce));
        json!({ "instance": "instance", "nonce": own, "proof": proof })
    }

    fn admits(&self, port: u16, authorization: &str) -> bool {
        let Some(credential) = authorization.strip_prefix("Proof ") else { return false };
        let parts: Vec<_> = credential.split('.').collect();
        let [peer, own, proof] = parts[..] else { return false };
        let known = self.nonces.iter().find(|(nonce, _)| nonce == own);
        known.is_some_and(|(own, theirs)| {
            proof == sign(SECRET, &proof_message("client", peer, port, theirs, own))
        })
    }
}

fn sign(key: &str, message: &str) -> String {
    encode_hex(&Secret::from_hex(key).expect("64 hex digits").sign(message.as_bytes()))
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

type Reply = Response<Full<Bytes>>;

fn reply(status: u16, body: &str) -> Reply {
    let status = StatusCode::from_u16(status).expect("a status");
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Full::from(body.to_owned())).expect("the response is well formed")
}

async fn serve(
    state: Arc<Mutex<State>>,
    port: u16,
    request: Request<Incoming>,
) -> Result<Reply, hyper::Error> {
    if request.uri().path() == "/api/v1/ws" {
        return Ok(upgrade(&state, port, request));
    }
    let (parts, body) = request.into_parts();
    let body = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    let mut state = state.lock().expect("no test panicked while it held the daemon");
    state.heard.push(body);
    if state.nature == Nature::WebServer {
        return Ok(reply(404, "<h1>Not found</h1>"));
    } else if state.nature == Nature::Busy {
        return Ok(reply(429, r#"{"code":"GEN010","message":"wait","requestId":"r"}"#));
    }
    let answer = match parts.uri.path() {
        "/api/v1/prove" => state.prove(port, &message),
        "/api/v1/pairings" => json!({
            "pairing": "pairing", "code": CODE, "claim": "claim", "expiresAt": "2026-01-01T00:10:00.0000000Z",
        }),
        "/api/v1/pairings/claim" if state.decision == "approved" => {
            json!({ "state": "approved", "token": TOKEN, "secret": SECRET })
        }
        "/api/v1/pairings/claim" => json!({ "state": state.decision }),
        _ => return Ok(reply(200, "{}")),
    };
    Ok(reply(200, &answer.to_string()))
}

fn upgrade(shared: &Arc<Mutex<State>>, port: u16, request: Request<Incoming>) -> Reply {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let authorization = header(AUTHORIZATION).to_owned();
    let accept = derive_accept_key(header(SEC_WEBSOCKET_KEY).as_bytes());
    let mut state = shared.lock().expect("no test panicked while it held the daemon");
    state.heard.push(authorization.clone());
    if let Reception::Status(status) = state.reception {
        return reply(status, r#"{"code":"GEN008","message":"no","requestId":"r"}"#);
    } else if !state.admits(port, &authorization) {
        return reply(401, r#"{"code":"GEN008","message":"no","requestId":"r"}"#);
    }
    let (outgoing, to_send) = unbounded_channel();
    // Only the state holds the strong end, so that clearing it there ends the link.
    let weak = outgoing.downgrade();
    state.sockets.push(outgoing);
    state.socket_count += 1;
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
            converse(shared, socket, weak, to_send).await;
        }
    });
    let mut response = reply(101, "");
    let headers = response.headers_mut();
    headers.insert(CONNECTION, "Upgrade".parse().expect("a header"));
    headers.insert(UPGRADE, "websocket".parse().expect("a header"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept.parse().expect("a header"));
    response
}

async fn converse(
    shared: Arc<Mutex<State>>,
    mut socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>,
    outgoing: WeakUnboundedSender<Message>,
    mut to_send: UnboundedReceiver<Message>,
) {
    loop {
        tokio::select! {
            message = to_send.recv() => {
                let Some(message) = message else { break };
                if socket.send(message).await.is_err() { break }
            }
            message = socket.next() => {
                let Some(Ok(message)) = message else { break };
                let Ok(text) = message.to_text().map(str::to_owned) else { continue };
                if text.is_empty() { continue }
                let answer = shared.lock().expect("no test panicked while it held the daemon").answer(&text);
                if let (Some(answer), Some(outgoing)) = (answer, outgoing.upgrade()) {
                    drop(outgoing.send(Message::text(answer.to_string())));
                }
            }
        }
    }
    // The plugin sees the link end, whether or not this message still reaches it.
    drop(socket.close(None).await);
}

impl State {
    fn answer(&mut self, frame: &str) -> Option<Value> {
        self.heard.push(frame.to_owned());
        let frame: Value = serde_json::from_str(frame).expect("the plugin sends JSON");
        let body = &frame["body"];
        let name = text(body, "type");
        let refusal = |code: &str| json!({ "type": "error", "code": code, "message": "in the daemon's words", "requestId": "r" });
        let mut answer = match (name.as_str(), self.reception) {
            (_, Reception::Silence) => return None,
            ("hello", Reception::Code(code)) => refusal(code),
            ("hello", _) => json!({
                "version": 1, "daemonVersion": "0.1.0", "instance": "instance", "heartbeatSeconds": 10,
                "principal": { "name": "Studio", "role": "EDITOR" },
            }),
            ("subscribe", _) => json!({}),
            _ => match self.answers.iter().find(|(wanted, _)| *wanted == name).map(|(_, answer)| *answer) {
                Some(Answer::Refused(code)) => refusal(code),
                Some(Answer::Lost) => {
                    self.universe.answer(body).expect("the request is carried out");
                    self.sockets.clear();
                    return None;
                }
                None => self.universe.answer(body).unwrap_or_else(refusal),
            },
        };
        if answer["type"].is_null() {
            answer["type"] = Value::from(name);
        }
        Some(json!({ "id": "a", "replyTo": frame["id"], "body": answer }))
    }
}
