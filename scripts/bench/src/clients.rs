//! One client as scripts and faces are: REST on a connection kept alive, or a WebSocket; one request at a time.

use std::net::Ipv4Addr;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, Method};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use protocol::operations::entries::{EntriesEditRequest, EntriesGetRequest, EntriesSetRequest};
use protocol::operations::keys::KeysListRequest;
use protocol::{
    ClientKind, Frame, Hello, HelloClient, OLDEST_PROTOCOL_VERSION, Operation, PROTOCOL_VERSION, RequestId,
    join_body, split_body,
};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// A way to the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Rest,
    Socket,
}

impl Transport {
    /// Both ways.
    pub(crate) const ALL: [Self; 2] = [Self::Rest, Self::Socket];

    /// The name in files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Socket => "socket",
        }
    }

    /// The name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Rest => "REST",
            Self::Socket => "WebSocket",
        }
    }
}

/// What is asked, in both transports' forms, so that asking costs the client little.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    operation: &'static str,
    method: Method,
    path: String,
    body: Bytes,
    message: String,
}

impl Request {
    /// Asks for an entry.
    pub(crate) fn get(request: &EntriesGetRequest) -> anyhow::Result<Self> {
        let path = entry_path(&request.store, &request.key);
        Self::new(request, Method::GET, path, Bytes::new())
    }

    /// Asks for a page of keys.
    pub(crate) fn list(request: &KeysListRequest) -> anyhow::Result<Self> {
        let mut path =
            format!("/api/v1/datastores/{}/keys?limit={}", request.store, request.limit.unwrap_or(100));
        if let Some(cursor) = &request.cursor {
            // Cursors are made of characters that need no escaping; should that change, the daemon refuses this.
            path.push_str("&cursor=");
            path.push_str(cursor);
        }
        Self::new(request, Method::GET, path, Bytes::new())
    }

    /// Writes an entry.
    pub(crate) fn set(request: &EntriesSetRequest) -> anyhow::Result<Self> {
        let body = format!(r#"{{"value":{}}}"#, request.value.as_str());
        Self::new(request, Method::PUT, entry_path(&request.store, &request.key), body.into())
    }

    /// Changes an entry.
    pub(crate) fn edit(request: &EntriesEditRequest) -> anyhow::Result<Self> {
        let body = format!(r#"{{"edits":{}}}"#, serde_json::to_string(&request.edits)?);
        Self::new(request, Method::PATCH, entry_path(&request.store, &request.key), body.into())
    }

    /// Asks the emulator, by REST alone; `operation` is what to call it should it fail.
    pub(crate) fn open_cloud(
        operation: &'static str,
        method: Method,
        path: String,
        body: impl Into<Bytes>,
    ) -> Self {
        Self { operation, method, path, body: body.into(), message: String::new() }
    }

    fn new<O: Operation + Serialize>(
        request: &O,
        method: Method,
        path: String,
        body: Bytes,
    ) -> anyhow::Result<Self> {
        let operation = O::DECLARATION.name;
        let message = join_body(operation, &serde_json::to_string(request)?)?.as_str().to_owned();
        Ok(Self { operation, method, path, body, message })
    }
}

/// The names used here need no escaping.
fn entry_path(store: &str, key: &str) -> String {
    format!("/api/v1/datastores/{store}/keys/{key}")
}

/// An open connection.
#[derive(Debug)]
pub(crate) enum Client {
    Rest(Rest),
    Socket(Box<Socket>),
}

impl Client {
    /// Connects to the daemon on `port`.
    pub(crate) async fn connect(transport: Transport, port: u16, token: &str) -> anyhow::Result<Self> {
        let stream = open(port).await?;
        let authorization = format!("Bearer {token}");
        match transport {
            Transport::Rest => Rest::open(stream, port, (AUTHORIZATION, authorization)).await.map(Self::Rest),
            Transport::Socket => {
                Socket::open(stream, port, &authorization).await.map(|socket| Self::Socket(Box::new(socket)))
            }
        }
    }

    /// Connects to the emulator on `port` as clients of Open Cloud do; it takes any key.
    pub(crate) async fn connect_to_emulator(port: u16) -> anyhow::Result<Self> {
        let key = (HeaderName::from_static("x-api-key"), "bench".to_owned());
        Rest::open(open(port).await?, port, key).await.map(Self::Rest)
    }

    /// Asks, and waits for the answer; an answer that is a refusal is an error.
    pub(crate) async fn call(&mut self, request: &Request) -> anyhow::Result<Bytes> {
        let answer = match self {
            Self::Rest(rest) => rest.call(request).await,
            Self::Socket(socket) => socket.call(request.operation, &request.message).await,
        };
        answer.with_context(|| format!("`{}` failed", request.operation))
    }

    /// Asks, and decodes the answer.
    pub(crate) async fn ask<O: Operation>(&mut self, request: &Request) -> anyhow::Result<O::Response> {
        let answer = self.call(request).await?;
        match self {
            Self::Rest(_) => Ok(serde_json::from_slice(&answer)?),
            Self::Socket(_) => {
                let (_, payload) = split_body(std::str::from_utf8(&answer)?)?;
                Ok(serde_json::from_str(&payload)?)
            }
        }
    }
}

async fn open(port: u16) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    // Requests wait for their answers, so holding small packets back only costs time.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// An HTTP connection that is kept alive.
#[derive(Debug)]
pub(crate) struct Rest {
    sender: SendRequest<Full<Bytes>>,
    connection: JoinHandle<()>,
    host: String,
    /// The header that tells who asks.
    credential: (HeaderName, String),
}

impl Rest {
    async fn open(stream: TcpStream, port: u16, credential: (HeaderName, String)) -> anyhow::Result<Self> {
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // How it ended shows at the next request.
        let connection = tokio::spawn(async move { _ = connection.await });
        Ok(Self { sender, connection, host: format!("127.0.0.1:{port}"), credential })
    }

    async fn call(&mut self, request: &Request) -> anyhow::Result<Bytes> {
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(&request.path)
            .header(HOST, &self.host)
            .header(&self.credential.0, &self.credential.1);
        if !request.body.is_empty() {
            builder = builder.header(CONTENT_TYPE, "application/json");
        }
        self.sender.ready().await?;
        let response = self.sender.send_request(builder.body(Full::new(request.body.clone()))?).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// A WebSocket that has been greeted.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: WebSocketStream<TcpStream>,
    last_id: u64,
}

impl Socket {
    async fn open(stream: TcpStream, port: u16, authorization: &str) -> anyhow::Result<Self> {
        let mut request = format!("ws://127.0.0.1:{port}/api/v1/ws").into_client_request()?;
        request.headers_mut().insert(AUTHORIZATION, authorization.parse()?);
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        let mut socket = Self { socket, last_id: 0 };
        let hello = Hello {
            oldest_version: OLDEST_PROTOCOL_VERSION,
            newest_version: PROTOCOL_VERSION,
            client: HelloClient { kind: ClientKind::Other, version: env!("CARGO_PKG_VERSION").into() },
            studio: None,
        };
        let hello = join_body("hello", &serde_json::to_string(&hello)?)?;
        socket.call("hello", hello.as_str()).await?;
        Ok(socket)
    }

    async fn call(&mut self, operation: &str, body: &str) -> anyhow::Result<Bytes> {
        self.last_id += 1;
        let id = RequestId(format!("b{}", self.last_id));
        self.socket.send(Message::text(format!(r#"{{"id":"{id}","body":{body}}}"#))).await?;
        loop {
            let message = self.socket.next().await.context("the socket closed")??;
            let text = match message {
                Message::Text(text) => text,
                Message::Close(close) => bail!("the socket closed: {close:?}"),
                _ => continue,
            };
            let frame: Frame = serde_json::from_str(&text)?;
            // Heartbeats answer nothing.
            if frame.reply_to.as_ref() == Some(&id) {
                let body = frame.body.as_str();
                let is_answer = body.strip_prefix(r#"{"type":""#).is_some_and(|rest| {
                    rest.strip_prefix(operation).is_some_and(|rest| rest.starts_with('"'))
                });
                ensure!(is_answer, "{body}");
                return Ok(Bytes::copy_from_slice(body.as_bytes()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::RawJson;
    use protocol::operations::entries::SetOptions;

    use super::*;

    #[test]
    fn both_transports_ask_the_same() {
        let set = EntriesSetRequest {
            connection: None,
            store: "Bench".into(),
            scope: None,
            key: "Player_1".into(),
            value: RawJson::from_text(r#"{"a": 1.0}"#.into()).unwrap(),
            user_ids: None,
            attributes: None,
            expected_revision: None,
            create_only: false,
            options: SetOptions::default(),
        };
        let request = Request::set(&set).unwrap();
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("PUT", "/api/v1/datastores/Bench/keys/Player_1")
        );
        assert_eq!(&request.body[..], br#"{"value":{"a": 1.0}}"#);
        let (name, payload) = split_body(&request.message).unwrap();
        assert_eq!(name, "entries.set");
        assert_eq!(serde_json::from_str::<EntriesSetRequest>(&payload).unwrap(), set);
    }
}
