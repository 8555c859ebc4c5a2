//! `HttpService`: requests over real sockets to this machine only, JSON, and small text functions.
//!
//! Requests run on one background thread and come back as [`Arrival`]s, which the harness delivers between frames.
//!
//! **Invariant:** no request leaves this machine, whatever a script asks for.
//! **Invariant:** an HTTP error status is an answer; only a failed exchange raises.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use mlua::{Lua, LuaString, Table, Value};
use tokio::net::TcpStream;
use tokio::runtime::{Handle, Runtime};

use crate::studio::instance::InstanceRef;
use crate::studio::json;
use crate::studio::sched::{CallToken, complete};
use crate::studio::services::web_stream::{self, StreamEvent, StreamSender};
use crate::studio::world::{World, world_of};

/// What happens to a request when its options name no time-out, in seconds. Studio's own default is not documented.
const DEFAULT_TIMEOUT_SECONDS: f64 = 30.0;

/// How long virtual time waits for a request's answer or a stream's opening.
const CONNECTION_SETTLE_LIMIT: Duration = Duration::from_secs(1);

/// How long virtual time waits for the answer to a stream's message.
const MESSAGE_SETTLE_LIMIT: Duration = Duration::from_millis(250);

/// Headers a script may not set.
const FORBIDDEN_HEADERS: &[&str] = &["content-length", "host", "roblox-id", "user-agent"];

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"];

/// Whom requests may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpPolicy {
    /// This machine only.
    LocalhostOnly,
    /// Nobody: the user has denied the plugin's permission prompt.
    Deny,
}

/// A finished exchange.
pub(crate) struct Response {
    status: u16,
    reason: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Something the background thread has to tell the scripts.
pub(crate) enum Arrival {
    Response(CallToken, Result<Response, String>),
    Stream(InstanceRef, StreamEvent),
}

/// The background thread and what it has delivered.
pub(crate) struct Network {
    runtime: Option<Runtime>,
    sender: mpsc::Sender<Arrival>,
    receiver: mpsc::Receiver<Arrival>,
    /// Requests sent and not answered yet.
    requests_in_flight: Cell<usize>,
    /// Whether a stream has sent something and nothing has come back since.
    stream_awaits_answer: Cell<bool>,
    /// Until when virtual time waits for what is under way.
    settle_by: Cell<Instant>,
    /// Stream clients that have not closed.
    pub(crate) streams: RefCell<HashMap<InstanceRef, StreamSender>>,
}

impl Network {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (sender, receiver) = mpsc::channel();
        Self {
            runtime: Some(runtime.expect("the system gives a thread")),
            sender,
            receiver,
            requests_in_flight: Cell::new(0),
            stream_awaits_answer: Cell::new(false),
            settle_by: Cell::new(Instant::now()),
            streams: RefCell::default(),
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.as_ref().expect("the runtime lives as long as the network").handle()
    }

    pub(crate) fn sender(&self) -> mpsc::Sender<Arrival> {
        self.sender.clone()
    }

    /// The next arrival, waiting for it in real time.
    pub(crate) fn receive(&self, wait: Duration) -> Option<Arrival> {
        // Waiting for no time would still give up the processor, once a frame.
        let arrival = if wait.is_zero() {
            self.receiver.try_recv().ok()?
        } else {
            self.receiver.recv_timeout(wait).ok()?
        };
        match arrival {
            Arrival::Response(..) => self.requests_in_flight.update(|count| count - 1),
            // What was sent before the stream opened goes out now, so its answer is still to come.
            Arrival::Stream(_, StreamEvent::Opened { .. }) => self.extend_settling(MESSAGE_SETTLE_LIMIT),
            Arrival::Stream(..) => self.stream_awaits_answer.set(false),
        }
        Some(arrival)
    }

    /// Whether nothing can arrive: no request is in flight and no stream is open.
    pub(crate) fn is_silent(&self) -> bool {
        self.requests_in_flight.get() == 0 && self.streams.borrow().is_empty()
    }

    /// How long virtual time should still wait for answers that are under way.
    pub(crate) fn settle_time(&self) -> Duration {
        let opening = self.streams.borrow().values().any(|stream| stream.opening);
        if self.requests_in_flight.get() > 0 || opening || self.stream_awaits_answer.get() {
            self.settle_by.get().saturating_duration_since(Instant::now())
        } else {
            Duration::ZERO
        }
    }

    /// A request has been sent, or a stream is being opened.
    pub(crate) fn await_connection(&self) {
        self.extend_settling(CONNECTION_SETTLE_LIMIT);
    }

    /// A stream has sent something, which usually has an answer.
    pub(crate) fn await_message(&self) {
        self.stream_awaits_answer.set(true);
        self.extend_settling(MESSAGE_SETTLE_LIMIT);
    }

    fn extend_settling(&self, limit: Duration) {
        self.settle_by.set(self.settle_by.get().max(Instant::now() + limit));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Hands an arrival to the scripts.
pub(crate) fn deliver(lua: &Lua, arrival: Arrival) -> mlua::Result<()> {
    match arrival {
        Arrival::Response(token, Ok(response)) => complete(lua, token, Ok(response_table(lua, &response)?)),
        Arrival::Response(token, Err(message)) => complete(lua, token, Err::<(), _>(message)),
        Arrival::Stream(client, event) => web_stream::deliver(lua, client, event),
    }
}

fn response_table(lua: &Lua, response: &Response) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.set("Success", (200..300).contains(&response.status))?;
    table.set("StatusCode", response.status)?;
    table.set("StatusMessage", response.reason.as_str())?;
    table.set(
        "Headers",
        lua.create_table_from(response.headers.iter().map(|(name, value)| (&**name, &**value)))?,
    )?;
    table.set("Body", lua.create_string(&response.body)?)?;
    Ok(table)
}

/// Registers the methods.
pub(crate) fn install(lua: &Lua, world: &World) -> mlua::Result<()> {
    const CLASS: &str = "HttpService";
    world.add_method(lua, CLASS, "JSONEncode", |_, _, value: Value| json::encode(&value))?;
    world.add_method(lua, CLASS, "JSONDecode", |lua, _, text: LuaString| {
        json::decode(lua, &text.as_bytes())
    })?;
    world.add_method(lua, CLASS, "GenerateGUID", |lua, _, wrapped: Option<bool>| {
        let world = world_of(lua);
        let number = world.next_guid.replace(world.next_guid.get() + 1);
        let guid = format!("00000000-0000-4000-8000-{number:012X}");
        Ok(if wrapped == Some(false) { guid } else { format!("{{{guid}}}") })
    })?;
    world.add_method(lua, CLASS, "UrlEncode", |_, _, text: LuaString| Ok(url_encode(&text.as_bytes())))?;
    world.add_yielding_method(lua, CLASS, "RequestAsync", |lua, _, options: Table, token| {
        let (request, timeout) = read_options(lua, &options)?;
        let network = &world_of(lua).network;
        let sender = network.sender();
        network.requests_in_flight.update(|count| count + 1);
        network.await_connection();
        network.handle().spawn(async move {
            let outcome = tokio::time::timeout(timeout, exchange(request)).await;
            let outcome = outcome.unwrap_or_else(|_| Err("HttpError: Timedout".to_owned()));
            // The receiver is gone only when the simulator is.
            let _ = sender.send(Arrival::Response(token, outcome));
        });
        Ok(())
    })?;
    web_stream::install(lua, world)
}

fn url_encode(bytes: &[u8]) -> String {
    let encode = |byte: &u8| match byte {
        letter if letter.is_ascii_alphanumeric() => char::from(*letter).to_string(),
        other => format!("%{other:02X}"),
    };
    bytes.iter().map(encode).collect::<Vec<_>>().concat()
}

/// The address of request options, checked against the policy.
pub(crate) fn permitted_url(lua: &Lua, options: &Table, schemes: &[&str]) -> mlua::Result<Uri> {
    let url: String = options.get::<Option<String>>("Url")?.unwrap_or_default();
    let uri: Uri = url.parse().map_err(|_| mlua::Error::runtime(format!("{url:?} is not a valid URL")))?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(mlua::Error::runtime(format!("{url:?} is not a valid URL")));
    };
    let world = world_of(lua);
    if world.config.http == HttpPolicy::Deny {
        let message =
            format!("HTTP requests to {host} are not allowed: the user denied this plugin the permission");
        return Err(mlua::Error::runtime(message));
    }
    let local = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    if !local || !schemes.contains(&scheme) {
        return Err(world.unsimulated(format!("a connection to {scheme}://{host}")));
    }
    Ok(uri)
}

/// The headers of request options, checked against those a script may not set.
pub(crate) fn permitted_headers(options: &Table) -> mlua::Result<Vec<(String, String)>> {
    let Some(headers) = options.get::<Option<Table>>("Headers")? else { return Ok(Vec::new()) };
    let headers = headers.pairs::<String, String>().collect::<mlua::Result<Vec<_>>>()?;
    match headers.iter().find(|(name, _)| FORBIDDEN_HEADERS.contains(&name.to_lowercase().as_str())) {
        Some((name, _)) => Err(mlua::Error::runtime(format!("Header \"{name}\" is not allowed!"))),
        None => Ok(headers),
    }
}

fn read_options(lua: &Lua, options: &Table) -> mlua::Result<(Request<Full<Bytes>>, Duration)> {
    let uri = permitted_url(lua, options, &["http"])?;
    let method = options.get::<Option<String>>("Method")?.unwrap_or_else(|| "GET".to_owned());
    if !METHODS.contains(&method.as_str()) {
        return Err(mlua::Error::runtime(format!("{method:?} is not a valid HTTP method")));
    }
    let body = options.get::<Option<LuaString>>("Body")?;
    if body.is_some() && matches!(method.as_str(), "GET" | "HEAD") {
        return Err(mlua::Error::runtime(format!("{method} requests cannot have a body")));
    }
    let mut request = Request::builder().uri(uri.clone()).method(method_of(&method));
    if let Some(authority) = uri.authority() {
        request = request.header("host", authority.as_str());
    }
    for (name, value) in permitted_headers(options)? {
        request = request.header(name, value);
    }
    let body = body.map(|body| Bytes::copy_from_slice(&body.as_bytes())).unwrap_or_default();
    let request = request.body(Full::new(body)).map_err(|error| mlua::Error::runtime(error.to_string()))?;
    let timeout_seconds = options.get::<Option<f64>>("Timeout")?.unwrap_or(DEFAULT_TIMEOUT_SECONDS);
    let timeout = Duration::try_from_secs_f64(timeout_seconds);
    Ok((request, timeout.map_err(|error| mlua::Error::runtime(error.to_string()))?))
}

fn method_of(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap_or_default()
}

async fn exchange(mut request: Request<Full<Bytes>>) -> Result<Response, String> {
    let uri = request.uri().clone();
    let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80));
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await;
    let stream = stream.map_err(|_| "HttpError: ConnectFail".to_owned())?;
    let failed = |error: hyper::Error| format!("HttpError: {error}");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // Ends with the exchange; its errors also reach the request.
    tokio::spawn(connection);
    *request.uri_mut() = uri.path_and_query().map(|path| Uri::from(path.clone())).unwrap_or_default();
    let response = sender.send_request(request).await.map_err(failed)?;
    let status = response.status();
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = response.into_body().collect().await.map_err(failed)?.to_bytes().to_vec();
    let reason = status.canonical_reason().unwrap_or_default().to_owned();
    Ok(Response { status: status.as_u16(), reason, headers, body })
}
