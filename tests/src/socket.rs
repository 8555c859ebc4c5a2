//! A plain WebSocket client that sends exactly what a test says.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a test waits for a message that must come.
const DEADLINE: Duration = Duration::from_secs(10);

/// An open socket.
#[derive(Debug)]
pub struct SocketClient {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u64,
    /// Events that came while an answer was waited for.
    events: Vec<Value>,
}

impl SocketClient {
    /// Opens a socket with a bearer token.
    pub async fn connect(address: SocketAddr, token: &str) -> Self {
        let headers = [("authorization", format!("Bearer {token}"))];
        Self::try_connect(address, &headers).await.expect("the daemon upgrades")
    }

    /// Opens a socket with these headers, or says why not.
    pub async fn try_connect(address: SocketAddr, headers: &[(&'static str, String)]) -> Result<Self, Error> {
        let mut request: Request = format!("ws://{address}/api/v1/ws").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header value"));
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self { socket, next_id: 0, events: Vec::new() })
    }

    /// Says `hello` and takes the answer.
    pub async fn greeted(mut self) -> Self {
        let body = json!({ "type": "hello", "oldestVersion": 1, "newestVersion": 1, "client": { "kind": "other", "version": "test" } });
        let answer = self.call(body).await;
        assert_eq!(answer["type"], "hello", "{answer}");
        self
    }

    /// Sends a body as a request and answers with the body of its answer; events meanwhile are kept.
    pub async fn call(&mut self, body: Value) -> Value {
        let id = self.request(body).await;
        loop {
            let frame = self.next_frame().await.expect("the daemon answers");
            if frame["replyTo"] == id.as_str() {
                return frame["body"].clone();
            }
            assert!(frame.get("replyTo").is_none_or(Value::is_null), "an answer to nothing: {frame}");
            self.events.push(frame["body"].clone());
        }
    }

    /// Sends a body as a request and tells its id.
    pub async fn request(&mut self, body: Value) -> String {
        self.next_id += 1;
        let id = format!("t{}", self.next_id);
        self.send_text(json!({ "id": id, "body": body }).to_string()).await;
        id
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: String) {
        self.send(Message::Text(text.into())).await;
    }

    /// Sends any message.
    pub async fn send(&mut self, message: Message) {
        // Whether the other side still listens shows when its answer is read.
        let _ = self.socket.send(message).await;
    }

    /// The next event of a type; others before it are passed over.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(index) = self.events.iter().position(|event| event["type"] == name) {
                return self.events.remove(index);
            }
            let frame =
                self.next_frame().await.unwrap_or_else(|| panic!("the socket closed before `{name}` came"));
            self.events.push(frame["body"].clone());
        }
    }

    /// The next frame; `None` once the socket is closed.
    pub async fn next_frame(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(DEADLINE, self.socket.next())
                .await
                .expect("a message within the deadline");
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(&text).expect("frames are JSON"));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}
