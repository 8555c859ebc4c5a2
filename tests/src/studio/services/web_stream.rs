//! `HttpService:CreateWebStreamClient` for the type `WebSocket`, over real sockets to this machine.
//!
//! Event streams and raw streams are not simulated.
//!
//! **Invariant:** at most six clients exist at one time in a Studio; a client counts until it is closed by either side.
//! **Invariant:** after `Close()` no more messages arrive, and `Closed` fires once.

use futures_util::{SinkExt, StreamExt};
use hyper::header::{HeaderName, HeaderValue};
use mlua::{AnyUserData, Lua, LuaString, Table};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::client::{ClientRequestBuilder, IntoClientRequest};
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::studio::instance::{InstanceRef, userdata};
use crate::studio::members::enum_item_name;
use crate::studio::services::http::{Arrival, permitted_headers, permitted_url};
use crate::studio::signal::fire;
use crate::studio::value::enum_item;
use crate::studio::world::{World, world_of};

/// How many clients one Studio may hold, roblox-apis §5.2.
const CLIENT_LIMIT: usize = 6;

/// The status Studio reports for a connection that failed without an HTTP answer.
const STATUS_OF_BROKEN_CONNECTION: u16 = 400;

/// `Enum.WebStreamClientState`.
#[derive(Clone, Copy)]
enum State {
    Connecting = 0,
    Open = 1,
    Error = 2,
    Closed = 3,
}

/// What the socket's task reports.
pub(crate) enum StreamEvent {
    Opened { status: u16, headers: String },
    Message(Vec<u8>),
    Failed { status: u16, message: String },
    Closed,
}

/// The script's side of a client: texts to send; dropping it closes the socket.
pub(crate) struct StreamSender {
    outgoing: UnboundedSender<String>,
    /// Whether the server has not answered the handshake yet.
    pub(crate) opening: bool,
}

/// Registers the methods.
pub(crate) fn install(lua: &Lua, world: &World) -> mlua::Result<()> {
    type Arguments = (AnyUserData, Table);
    world.add_method(lua, "HttpService", "CreateWebStreamClient", |lua, _, (kind, options): Arguments| {
        let client = create(lua, &kind, &options)?;
        userdata(lua, client)
    })?;
    world.add_method(lua, "WebStreamClient", "Send", |lua, client, text: LuaString| {
        let world = world_of(lua);
        if let Some(stream) = world.network.streams.borrow().get(&client) {
            // A socket that has just failed no longer takes messages; its `Closed` is on the way.
            let _ = stream.outgoing.send(text.to_str()?.to_owned());
            world.network.await_message();
        }
        Ok(())
    })?;
    world.add_method(lua, "WebStreamClient", "Close", |lua, client, ()| close(lua, client))
}

fn create(lua: &Lua, kind: &AnyUserData, options: &Table) -> mlua::Result<InstanceRef> {
    let world = world_of(lua);
    let kind = enum_item_name(lua, "WebStreamClientType", kind)?;
    if kind != "WebSocket" {
        return Err(world.unsimulated(format!("a web stream of type {kind}")));
    }
    let request = client_request(lua, options)?;
    if world.network.streams.borrow().len() >= CLIENT_LIMIT {
        return Err(mlua::Error::runtime(format!("Cannot create more than {CLIENT_LIMIT} WebStreamClients")));
    }
    let client = world.create("WebStreamClient");
    set_state(lua, client, State::Connecting)?;
    let (outgoing, to_send) = unbounded_channel();
    world.network.streams.borrow_mut().insert(client, StreamSender { outgoing, opening: true });
    world.network.await_connection();
    let arrivals = world.network.sender();
    world.network.handle().spawn(run(request, to_send, move |event| {
        // The receiver is gone only when the simulator is.
        let _ = arrivals.send(Arrival::Stream(client, event));
    }));
    Ok(client)
}

fn client_request(lua: &Lua, options: &Table) -> mlua::Result<Request> {
    let uri = permitted_url(lua, options, &["ws"])?;
    let invalid = |error: &dyn std::fmt::Display| mlua::Error::runtime(error.to_string());
    let mut request =
        ClientRequestBuilder::new(uri).into_client_request().map_err(|error| invalid(&error))?;
    for (name, value) in permitted_headers(options)? {
        let name: HeaderName = name.parse().map_err(|error| invalid(&error))?;
        let value: HeaderValue = value.parse().map_err(|error| invalid(&error))?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn run(request: Request, to_send: UnboundedReceiver<String>, report: impl Fn(StreamEvent)) {
    match connect_async(request).await {
        Ok((socket, response)) => {
            let lines = response
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes())));
            let headers = lines.collect::<Vec<_>>().concat();
            report(StreamEvent::Opened { status: response.status().as_u16(), headers });
            if let Err(error) = converse(socket, to_send, &report).await {
                report(failure(&error));
            }
        }
        Err(error) => report(failure(&error)),
    }
    report(StreamEvent::Closed);
}

fn failure(error: &Error) -> StreamEvent {
    let status = match error {
        Error::Http(response) => response.status().as_u16(),
        _ => STATUS_OF_BROKEN_CONNECTION,
    };
    StreamEvent::Failed { status, message: error.to_string() }
}

async fn converse(
    mut socket: Socket,
    mut to_send: UnboundedReceiver<String>,
    report: &impl Fn(StreamEvent),
) -> Result<(), Error> {
    loop {
        tokio::select! {
            outgoing = to_send.recv() => match outgoing {
                Some(text) => socket.send(Message::text(text)).await?,
                None => return socket.close(None).await,
            },
            incoming = socket.next() => match incoming {
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(message) => {
                    let message = message?;
                    if message.is_text() || message.is_binary() {
                        report(StreamEvent::Message(message.into_data().to_vec()));
                    }
                }
            },
        }
    }
}

/// Hands an event of the socket to the scripts.
pub(crate) fn deliver(lua: &Lua, client: InstanceRef, event: StreamEvent) -> mlua::Result<()> {
    let world = world_of(lua);
    let open = world.network.streams.borrow_mut().get_mut(&client).map(|stream| stream.opening = false);
    match event {
        // `Close()` has ended the conversation for the script already.
        _ if open.is_none() => Ok(()),
        StreamEvent::Opened { status, headers } => {
            set_state(lua, client, State::Open)?;
            fire(lua, client, "Opened", (status, headers))
        }
        StreamEvent::Message(bytes) => fire(lua, client, "MessageReceived", lua.create_string(bytes)?),
        StreamEvent::Failed { status, message } => {
            set_state(lua, client, State::Error)?;
            fire(lua, client, "Error", (status, message))
        }
        StreamEvent::Closed => close(lua, client),
    }
}

/// Ends a client from either side. Its connections end with it, after `Closed`.
fn close(lua: &Lua, client: InstanceRef) -> mlua::Result<()> {
    let world = world_of(lua);
    if world.network.streams.borrow_mut().remove(&client).is_none() {
        return Ok(());
    }
    set_state(lua, client, State::Closed)?;
    fire(lua, client, "Closed", ())?;
    let mut arena = world.arena.borrow_mut();
    let node = arena.node_mut(client);
    node.destroyed = true;
    let signals: Vec<_> = node.signals.drain().map(|(_, signal)| signal).collect();
    drop(arena);
    for signal in signals {
        signal.end();
    }
    Ok(())
}

fn set_state(lua: &Lua, client: InstanceRef, state: State) -> mlua::Result<()> {
    let state = enum_item(lua, "WebStreamClientState", state as u32)?;
    world_of(lua).supply(client, "ConnectionState", state);
    Ok(())
}
