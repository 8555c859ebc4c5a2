//! A plain WebSocket client that sends exactly what a test says.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use daemon::framing::fragments;
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::FRAME_LIMIT_BYTES;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a test waits for a message that must come.
const DEADLINE: Duration = Duration::from_secs(30);

/// An open socket.
#[derive(Debug)]
pub struct SocketClient {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u64,
    /// Events that came while an answer was waited for.
    events: Vec<Value>,
}

/// What a socket brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// A frame.
    Frame(Value),
    /// The end: the close code, or `None` when the link just broke.
    Closed(Option<u16>),
}

impl SocketClient {
    /// Opens a socket with a bearer token.
    pub async fn connect(address: SocketAddr, token: &str) -> Self {
        Self::try_connect(address, &[bearer(token)]).await.expect("the daemon upgrades")
    }

    /// Opens a socket with these headers, or says why not.
    pub async fn try_connect(address: SocketAddr, headers: &[(&'static str, String)]) -> Result<Self, Error> {
        let mut request: Request = format!("ws://{address}/api/v1/ws").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header value"));
        }
        // The daemon may send no larger frames than it takes.
        let config = WebSocketConfig::default().max_frame_size(Some(FRAME_LIMIT_BYTES));
        let (socket, _) = tokio_tungstenite::connect_async_with_config(request, Some(config), true).await?;
        Ok(Self { socket, next_id: 0, events: Vec::new() })
    }

    /// The status that an upgrade with these headers is refused with.
    pub async fn refused(address: SocketAddr, headers: &[(&'static str, String)]) -> u16 {
        match Self::try_connect(address, headers).await {
            Err(Error::Http(response)) => response.status().as_u16(),
            other => panic!("the upgrade must be refused: {other:?}"),
        }
    }

    /// Says `hello` and takes the answer.
    pub async fn greeted(mut self) -> Self {
        let answer = self.call(hello(1, 1)).await;
        assert_eq!(answer["type"], "hello", "{answer}");
        self
    }

    /// Listens to the events of all connections.
    pub async fn subscribed(mut self) -> Self {
        let answer = self.call(json!({ "type": "subscribe" })).await;
        assert_eq!(answer["type"], "subscribe", "{answer}");
        self
    }

    /// Sends a body as a request and answers with the body of its answer; events meanwhile are kept.
    pub async fn call(&mut self, body: Value) -> Value {
        let id = self.request(body).await;
        self.answer(&id).await
    }

    /// The body of the answer to a request; events before it are kept.
    pub async fn answer(&mut self, id: &str) -> Value {
        loop {
            let frame = self.next_frame().await.expect("the daemon answers");
            if frame["replyTo"] == id {
                return frame["body"].clone();
            }
            assert!(frame.get("replyTo").is_none_or(Value::is_null), "an answer to nothing: {frame}");
            self.events.push(frame["body"].clone());
        }
    }

    /// The bodies of the answers to several requests, by id; events meanwhile are kept.
    pub async fn answers(&mut self, ids: &[String]) -> HashMap<String, Value> {
        let mut answers = HashMap::new();
        while answers.len() < ids.len() {
            let frame = self.next_frame().await.expect("the daemon answers");
            match frame["replyTo"].as_str() {
                Some(id) => {
                    assert!(ids.iter().any(|wanted| wanted == id), "an answer to nothing: {frame}");
                    let before = answers.insert(id.to_owned(), frame["body"].clone());
                    assert_eq!(before, None, "a second answer: {frame}");
                }
                None => self.events.push(frame["body"].clone()),
            }
        }
        answers
    }

    /// Sends a body as a request and tells its id.
    pub async fn request(&mut self, body: Value) -> String {
        self.next_id += 1;
        let id = format!("t{}", self.next_id);
        self.send_text(json!({ "id": id, "body": body }).to_string()).await;
        id
    }

    /// Sends any text, in as many frames as the limit wants.
    pub async fn send_text(&mut self, text: String) {
        for message in fragments(text, FRAME_LIMIT_BYTES) {
            self.send(message).await;
        }
    }

    /// Sends any message as it is.
    pub async fn send(&mut self, message: Message) {
        // Whether the other side still listens shows when its answer is read.
        let _ = self.socket.send(message).await;
    }

    /// The next event of a type; others before it are kept.
    pub async fn event(&mut self, name: &str) -> Value {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(index) = self.events.iter().position(|event| event["type"] == name) {
                return self.events.remove(index);
            }
            assert!(Instant::now() < until, "no `{name}` came; these did: {:?}", self.events);
            let frame =
                self.next_frame().await.unwrap_or_else(|| panic!("the socket closed before `{name}` came"));
            self.events.push(frame["body"].clone());
        }
    }

    /// Every event that came and was not taken, after one more request has been answered.
    pub async fn events_so_far(&mut self) -> Vec<Value> {
        let answer = self.call(json!({ "type": "system.status" })).await;
        assert_eq!(answer["type"], "system.status", "{answer}");
        std::mem::take(&mut self.events)
    }

    /// The next frame; `None` once the socket is closed.
    pub async fn next_frame(&mut self) -> Option<Value> {
        match self.next().await {
            Incoming::Frame(frame) => Some(frame),
            Incoming::Closed(_) => None,
        }
    }

    /// The close code of a socket that ends before it brings another frame.
    pub async fn closed(&mut self) -> Option<u16> {
        match self.next().await {
            Incoming::Closed(code) => code,
            Incoming::Frame(frame) => panic!("the socket must close, but brought {frame}"),
        }
    }

    /// What comes next.
    pub async fn next(&mut self) -> Incoming {
        loop {
            let message = tokio::time::timeout(DEADLINE, self.socket.next())
                .await
                .expect("a message within the deadline");
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Incoming::Frame(serde_json::from_str(&text).expect("frames are JSON"));
                }
                Some(Ok(Message::Close(close))) => {
                    return Incoming::Closed(close.map(|close| close.code.into()));
                }
                Some(Err(Error::Capacity(error))) => panic!("the daemon broke its own limit: {error}"),
                Some(Err(_)) | None => return Incoming::Closed(None),
                Some(Ok(_)) => {}
            }
        }
    }
}

/// The header that carries an API token.
pub fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

/// A `hello` of a client that speaks these versions.
pub fn hello(oldest: u32, newest: u32) -> Value {
    json!({
        "type": "hello",
        "oldestVersion": oldest,
        "newestVersion": newest,
        "client": { "kind": "other", "version": "test" },
    })
}
