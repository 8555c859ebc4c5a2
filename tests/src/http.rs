//! A plain HTTP client that sends exactly what a test says: it adds no header but Host, and follows nothing.

use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a test waits for an answer that must come.
const DEADLINE: Duration = Duration::from_secs(30);

/// Sends requests to one daemon, each on a connection of its own.
#[derive(Clone, Debug)]
pub struct HttpClient {
    address: SocketAddr,
    headers: HeaderMap,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// The status and the error code, for asserting both.
    pub fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The body of a 200.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.json()
    }

    /// A header's text, empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl HttpClient {
    /// Without any credential.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, headers: HeaderMap::new() }
    }

    /// The same credential for another daemon, or the same one after a restart.
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// With an API token or a tab token.
    pub fn with_token(self, token: impl AsRef<str>) -> Self {
        self.with_header("authorization", &format!("Bearer {}", token.as_ref()))
    }

    /// With one more header on every request.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().expect("a header value"));
        self
    }

    /// Without a header on any request.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// `PUT` of JSON text.
    pub async fn put(&self, path: &str, body: &str) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// `PATCH` of JSON text.
    pub async fn patch(&self, path: &str, body: &str) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// `POST` of JSON text.
    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Runs an operation by its name.
    pub async fn call(&self, operation: &str, request: &Value) -> Answer {
        self.post(&format!("/api/v1/call/{operation}"), &request.to_string()).await
    }

    /// Any request; a body is sent as `application/json` unless a content type was set.
    pub async fn send(&self, method: Method, path: &str, body: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        let headers = request.headers_mut().expect("a well-formed request");
        headers.extend(self.headers.clone());
        if !headers.contains_key(header::HOST) {
            headers.insert(header::HOST, self.address.to_string().parse().expect("a header value"));
        }
        if body.is_some() && !headers.contains_key(header::CONTENT_TYPE) {
            headers.insert(header::CONTENT_TYPE, "application/json".parse().expect("a header value"));
        }
        let body = Full::new(Bytes::from(body.unwrap_or_default().to_owned()));
        let request = request.body(body).expect("a well-formed request");
        tokio::time::timeout(DEADLINE, self.exchange(request)).await.expect("an answer within the deadline")
    }

    /// Sends any bytes and takes what comes until the daemon closes; `None` when it closes without an answer.
    pub async fn send_bytes(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).await.expect("the daemon listens");
        stream.write_all(bytes).await.expect("the daemon reads");
        let mut answer = Vec::new();
        tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer))
            .await
            .expect("the daemon closes within the deadline")
            .expect("the daemon closes in order");
        parse(&String::from_utf8_lossy(&answer))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Answer {
        let stream = TcpStream::connect(self.address).await.expect("the daemon listens");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        connection.abort();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// A name as it stands in a path: everything but letters and digits escaped.
pub fn escaped(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

/// Where an entry of a standard store is, its names escaped.
pub fn entry_path(store: &str, key: &str) -> String {
    format!("/api/v1/datastores/{}/keys/{}", escaped(store), escaped(key))
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name: header::HeaderName = name.parse().expect("a header name");
        headers.append(name, value.trim().parse().expect("a header value"));
    }
    Some(Answer { status, headers, body: body.to_owned() })
}
