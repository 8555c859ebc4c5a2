//! One open socket, from `hello` to its end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use protocol::{
    Effect, ErrorCode, EventName, Frame, HEARTBEAT_SECONDS, Heartbeat, Hello, InstanceId,
    OLDEST_PROTOCOL_VERSION, OpenError, Opened, OperationName, PROTOCOL_VERSION, Principal, RawJson,
    RequestId, ResyncRequired, StudioSessionId, Subscribe, Subscribed, Unsubscribe, Unsubscribed, UtcTime,
    Welcome, open_frame, seal_frame,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

use crate::commands::context::{Turn, Turns};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::edge::convert::{body, concerns, event_body, event_connection, studio};
use crate::edge::error::ApiError;
use crate::events::Event;
use crate::framing::fragments;
use crate::gate;
use crate::gate::identity::{Caller, Credential};
use crate::gate::limits::REQUESTS_PER_SOCKET;
use crate::gate::policy;
use crate::state::AppState;
use crate::studio::registry::Linked;

/// How long a client may take to say `hello` (S-06).
const HELLO_DEADLINE: Duration = Duration::from_secs(5);

/// A client that sends nothing for so long, not even the answer to a ping, is gone (S-06).
const IDLE_LIMIT: Duration = Duration::from_mins(1);

/// How long one message may take to be written before the client counts as gone.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);

/// How long a request may take unless its frame says otherwise.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Why a socket closes whose credential opens nothing any more.
const CREDENTIAL_ENDED: &str = "the credential was revoked or has expired";

/// Answers that may wait to be written.
const ANSWER_QUEUE: usize = REQUESTS_PER_SOCKET;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// What a client listens to.
#[derive(Debug)]
enum Subscription {
    /// Nothing.
    None,
    /// The events of one connection, or of all.
    To { events: broadcast::Receiver<Event>, connection: Option<String> },
}

/// One open socket.
pub(super) struct Session {
    state: AppState,
    caller: Caller,
    socket: Socket,
    subscription: Subscription,
    last_heard: Instant,
    next_id: u64,
}

/// What became of a request.
struct Answer {
    id: RequestId,
    operation: OperationName,
    /// The text of the response.
    content: Result<String, ApiError>,
}

/// Why a session ends.
enum End {
    /// The other side closed, or the link broke.
    Gone,
    /// We close, and say why.
    Close(CloseCode, &'static str),
}

impl Session {
    pub(super) fn new(state: AppState, caller: Caller, socket: Socket) -> Self {
        Self {
            state,
            caller,
            socket,
            subscription: Subscription::None,
            last_heard: Instant::now(),
            next_id: 0,
        }
    }

    /// Serves the socket until it ends. `pending` is given back once the client has said `hello`.
    pub(super) async fn run(mut self, pending: OwnedSemaphorePermit) {
        let revoked = self.caller.revoked.clone();
        let stopping = self.state.tasks().stopping().clone();
        let greeted = tokio::select! {
            biased;
            () = revoked.cancelled() => Ok(Err(End::Close(CloseCode::Policy, CREDENTIAL_ENDED))),
            () = stopping.cancelled() => Ok(Err(End::Close(CloseCode::Away, "the daemon stops"))),
            greeted = tokio::time::timeout(HELLO_DEADLINE, self.greet()) => greeted,
        };
        drop(pending);
        let end = match greeted {
            Ok(Ok(linked)) => {
                let end = self.serve().await;
                if linked.is_some() {
                    drop(linked);
                    self.state.events().publish(Event::PairingsChanged);
                }
                end
            }
            Ok(Err(end)) => end,
            Err(_) => End::Close(CloseCode::Policy, "no hello within 5 seconds"),
        };
        if let End::Close(code, reason) = end {
            let close = CloseFrame { code, reason: reason.into() };
            // The other side may be gone already; there is nobody left to tell.
            let _ = tokio::time::timeout(Duration::from_secs(1), self.socket.close(Some(close))).await;
        }
    }

    /// Waits for `hello`, answers it, and takes a Studio into the list.
    async fn greet(&mut self) -> Result<Option<Linked>, End> {
        let frame = loop {
            if let Some(text) = self.next_text().await? {
                break open_frame(&text).map_err(|error| {
                    let reason = match error {
                        OpenError::Frame(_) => "the first message is no frame",
                        OpenError::Body(..) => "the first message has no type",
                    };
                    End::Close(CloseCode::Policy, reason)
                })?;
            }
        };
        if frame.name != "hello" {
            return Err(End::Close(CloseCode::Policy, "the first message must be hello"));
        }
        let hello: Hello = match read(&frame.payload) {
            Ok(hello) => hello,
            Err(error) => {
                self.refuse(frame.id, error).await?;
                return Err(End::Close(CloseCode::Policy, "the hello is not understood"));
            }
        };
        if hello.newest_version < OLDEST_PROTOCOL_VERSION || hello.oldest_version > PROTOCOL_VERSION {
            let outdated =
                if hello.newest_version < OLDEST_PROTOCOL_VERSION { "the client" } else { "the daemon" };
            let message = format!(
                "client {} speaks protocol {} to {}, daemon {} speaks {OLDEST_PROTOCOL_VERSION} to {PROTOCOL_VERSION}; update {outdated}",
                hello.client.version,
                hello.oldest_version,
                hello.newest_version,
                env!("CARGO_PKG_VERSION"),
            );
            self.refuse(frame.id, CommandError::new(ErrorCode::VersionMismatch, message)).await?;
            return Err(End::Close(CloseCode::Policy, "versions differ"));
        }
        let linked = match (self.caller.credential.clone(), hello.studio) {
            (Credential::Studio { token }, Some(identity)) => {
                let studio = match studio(identity) {
                    Ok(studio) => studio,
                    Err(error) => {
                        self.refuse(frame.id, error).await?;
                        return Err(End::Close(CloseCode::Policy, "the hello says too much"));
                    }
                };
                Some(self.state.studios().link(studio, token, self.state.clock().now()))
            }
            _ => None,
        };
        let welcome = Welcome {
            version: PROTOCOL_VERSION.min(hello.newest_version),
            daemon_version: env!("CARGO_PKG_VERSION").into(),
            instance: InstanceId(self.state.instance().into()),
            principal: Principal { name: self.caller.name.clone(), role: convert::role(self.caller.role) },
            heartbeat_seconds: HEARTBEAT_SECONDS,
            studio_session: linked.as_ref().map(|linked| StudioSessionId(linked.id().into())),
        };
        self.answer(frame.id, "hello", &welcome).await?;
        if linked.is_some() {
            self.state.events().publish(Event::PairingsChanged);
        }
        Ok(linked)
    }

    async fn serve(&mut self) -> End {
        let (answers, mut finished) = mpsc::channel::<Answer>(ANSWER_QUEUE);
        let mut turns = Turns::default();
        let places = Arc::new(Semaphore::new(REQUESTS_PER_SOCKET));
        let mut heartbeat = tokio::time::interval(Duration::from_secs(HEARTBEAT_SECONDS.into()));
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        let revoked = self.caller.revoked.clone();
        let stopping = self.state.tasks().stopping().clone();
        loop {
            let step = tokio::select! {
                biased;
                () = revoked.cancelled() => Err(End::Close(CloseCode::Policy, CREDENTIAL_ENDED)),
                () = stopping.cancelled() => Err(End::Close(CloseCode::Away, "the daemon stops")),
                Some(answer) = finished.recv() => self.finish(answer).await,
                _ = heartbeat.tick() => self.beat().await,
                event = next_event(&mut self.subscription) => self.forward(event).await,
                message = self.socket.next() => match self.received(message) {
                    Ok(Some(text)) => self.handle(&text, &answers, &places, &mut turns).await,
                    Ok(None) => Ok(()),
                    Err(end) => Err(end),
                },
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn next_text(&mut self) -> Result<Option<Utf8Bytes>, End> {
        let message = self.socket.next().await;
        self.received(message)
    }

    /// The text of a message; `None` for pings and pongs, which only show that somebody is there.
    fn received(&mut self, message: Option<Result<Message, Error>>) -> Result<Option<Utf8Bytes>, End> {
        self.last_heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) => Ok(Some(text)),
            Some(Ok(Message::Binary(_))) => Err(End::Close(CloseCode::Unsupported, "messages are JSON text")),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(None),
            Some(Err(Error::Capacity(_))) => Err(End::Close(CloseCode::Size, "the message is too large")),
            Some(Err(Error::Utf8(_))) => Err(End::Close(CloseCode::Invalid, "the message is not UTF-8")),
            Some(Err(Error::Protocol(_))) => {
                Err(End::Close(CloseCode::Protocol, "the frames break RFC 6455"))
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    /// Starts on a message: controls are answered at once, operations when they are done.
    async fn handle(
        &mut self,
        text: &str,
        answers: &mpsc::Sender<Answer>,
        places: &Arc<Semaphore>,
        turns: &mut Turns,
    ) -> Result<(), End> {
        let Opened { id, deadline_ms, name, payload, .. } = match open_frame(text) {
            Ok(opened) => opened,
            Err(OpenError::Frame(error)) => {
                return self.send_error(None, CommandError::unreadable(&error)).await;
            }
            Err(OpenError::Body(id, error)) => {
                return self.refuse(id, CommandError::unreadable(&error)).await;
            }
        };
        match name.as_str() {
            "subscribe" => return self.subscribe(id, &payload).await,
            "unsubscribe" => {
                return match read::<Unsubscribe>(&payload) {
                    Ok(Unsubscribe {}) => {
                        self.subscription = Subscription::None;
                        self.answer(id, "unsubscribe", &Unsubscribed {}).await
                    }
                    Err(error) => self.refuse(id, error).await,
                };
            }
            _ => {}
        }
        let Some(operation) = OperationName::from_name(&name) else {
            let message =
                format!("message type `{name}` is unsupported by daemon {}", env!("CARGO_PKG_VERSION"));
            return self.refuse(id, CommandError::new(ErrorCode::RequestInvalid, message)).await;
        };
        let Ok(place) = Arc::clone(places).try_acquire_owned() else {
            let message =
                format!("{REQUESTS_PER_SOCKET} requests are under way on this socket; wait for answers");
            return self.refuse(id, CommandError::new(ErrorCode::LimitReached, message)).await;
        };
        let deadline =
            deadline_ms.map_or(DEFAULT_DEADLINE, |milliseconds| Duration::from_millis(milliseconds.into()));
        let turn = if operation == OperationName::EntriesImport { turns.take() } else { Turn::free() };
        let (state, caller, answers) = (self.state.clone(), self.caller.clone(), answers.clone());
        self.state.tasks().spawn(async move {
            let _place = place;
            let content = perform(&state, &caller, operation, payload, turn, deadline, &id).await;
            // A socket that closed meanwhile has nobody to answer.
            let _ = answers.send(Answer { id, operation, content }).await;
        });
        Ok(())
    }

    async fn subscribe(&mut self, id: RequestId, payload: &str) -> Result<(), End> {
        let request: Subscribe = match read(payload) {
            Ok(request) => request,
            Err(error) => return self.refuse(id, error).await,
        };
        if !policy::may_listen(&self.caller) {
            let message =
                format!("role {} may not hear of changes: it lacks READ_DATA", self.caller.role.as_str());
            return self.refuse(id, CommandError::new(ErrorCode::PermissionDenied, message)).await;
        }
        let connection = match request.connection {
            None => None,
            Some(wanted) => match self.state.universes().find(wanted.as_str()).await {
                Ok(Some(connection)) => Some(connection.id),
                Ok(None) => {
                    let message =
                        format!("no connection `{wanted}`; list the connections to see which there are");
                    return self.refuse(id, CommandError::new(ErrorCode::NotFound, message)).await;
                }
                Err(error) => return self.refuse(id, error.into()).await,
            },
        };
        // Listening begins before it is confirmed, so that nothing is missed in between.
        self.subscription = Subscription::To { events: self.state.events().subscribe(), connection };
        self.answer(id, "subscribe", &Subscribed {}).await
    }

    async fn forward(&mut self, event: Result<Event, RecvError>) -> Result<(), End> {
        self.require_credential()?;
        let wanted = match &self.subscription {
            Subscription::To { connection, .. } => connection.clone(),
            Subscription::None => return Ok(()),
        };
        let event_body = match event {
            Ok(event) => {
                let concerns = concerns(&event, &self.caller.id)
                    && wanted
                        .is_none_or(|wanted| event_connection(&event).is_none_or(|about| about == wanted));
                if !concerns {
                    return Ok(());
                }
                event_body(&event)
            }
            Err(RecvError::Lagged(_)) => body(EventName::ResyncRequired, &ResyncRequired {}),
            Err(RecvError::Closed) => return Err(End::Close(CloseCode::Away, "the daemon stops")),
        };
        match event_body {
            Ok(body) => self.send(body).await,
            Err(error) => {
                tracing::error!(%error, "an event could not be written");
                Ok(())
            }
        }
    }

    /// Shows that the link is alive, and asks whether the other side is.
    async fn beat(&mut self) -> Result<(), End> {
        if self.last_heard.elapsed() > IDLE_LIMIT {
            return Err(End::Close(CloseCode::Policy, "nothing was heard for a minute"));
        }
        self.require_credential()?;
        let heartbeat = Heartbeat { at: UtcTime(self.state.clock().now().format_rfc3339()) };
        if let Ok(body) = body(EventName::Heartbeat, &heartbeat) {
            self.send(body).await?;
        }
        self.write(Message::Ping(Bytes::new())).await
    }

    /// Ends the session of a credential that has expired; one that is revoked ends it by itself.
    fn require_credential(&self) -> Result<(), End> {
        if policy::is_valid(&self.caller, self.state.clock().now()) {
            return Ok(());
        }
        Err(End::Close(CloseCode::Policy, CREDENTIAL_ENDED))
    }

    async fn finish(&mut self, answer: Answer) -> Result<(), End> {
        let Answer { id, operation, content } = answer;
        match content {
            Ok(payload) => self.send_payload(Some(&id), operation.declaration().name, &payload).await,
            Err(error) => self.send_refusal(Some(id), &error).await,
        }
    }

    async fn answer(&mut self, id: RequestId, name: &str, payload: &impl Serialize) -> Result<(), End> {
        match serde_json::to_string(payload) {
            Ok(payload) => self.send_payload(Some(&id), name, &payload).await,
            Err(error) => {
                self.refuse(id, CommandError::internal("an answer could not be written", error)).await
            }
        }
    }

    async fn refuse(&mut self, id: RequestId, error: CommandError) -> Result<(), End> {
        self.send_error(Some(id), error).await
    }

    async fn send_error(&mut self, reply_to: Option<RequestId>, error: CommandError) -> Result<(), End> {
        let error = match &reply_to {
            Some(id) => ApiError::for_request(error, id.clone()),
            None => error.into(),
        };
        self.send_refusal(reply_to, &error).await
    }

    async fn send_refusal(&mut self, reply_to: Option<RequestId>, error: &ApiError) -> Result<(), End> {
        match serde_json::to_string(&error.0) {
            Ok(payload) => self.send_payload(reply_to.as_ref(), "error", &payload).await,
            Err(_) => Err(End::Close(CloseCode::Error, "an answer could not be written")),
        }
    }

    /// Sends an event.
    async fn send(&mut self, body: RawJson) -> Result<(), End> {
        let frame = Frame { id: self.next_id(), reply_to: None, deadline_ms: None, body };
        self.send_text(serde_json::to_string(&frame)).await
    }

    /// Sends what serialising a message gave.
    async fn send_payload(
        &mut self,
        reply_to: Option<&RequestId>,
        name: &str,
        payload: &str,
    ) -> Result<(), End> {
        let text = seal_frame(&self.next_id(), reply_to, None, name, payload);
        self.send_text(text).await
    }

    fn next_id(&mut self) -> RequestId {
        self.next_id += 1;
        RequestId(format!("d{}", self.next_id))
    }

    async fn send_text(&mut self, text: Result<String, serde_json::Error>) -> Result<(), End> {
        let text = text.map_err(|_| End::Close(CloseCode::Error, "a message could not be written"))?;
        for message in fragments(text, protocol::FRAME_LIMIT_BYTES) {
            self.write(message).await?;
        }
        Ok(())
    }

    async fn write(&mut self, message: Message) -> Result<(), End> {
        let revoked = &self.caller.revoked;
        if revoked.is_cancelled() {
            return Err(End::Close(CloseCode::Policy, CREDENTIAL_ENDED));
        }
        tokio::select! {
            biased;
            // Half a message is out, and a client that does not read would hold it up: there is nothing to close in order.
            () = revoked.cancelled() => Err(End::Gone),
            sent = tokio::time::timeout(WRITE_DEADLINE, self.socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(End::Gone),
            },
        }
    }
}

/// Runs an operation within its deadline.
async fn perform(
    state: &AppState,
    caller: &Caller,
    operation: OperationName,
    payload: String,
    turn: Turn,
    deadline: Duration,
    id: &RequestId,
) -> Result<String, ApiError> {
    let refusal = |mut error: CommandError| {
        // Luau would round a value's numbers; the plugin reads rows instead.
        if matches!(caller.credential, Credential::Studio { .. }) {
            error.current = None;
        }
        ApiError::for_request(error, id.clone())
    };
    let call = gate::call_in_turn(state, caller, operation, payload, turn);
    let done = tokio::time::timeout(deadline, call).await;
    let answer = done.map_err(|_| refusal(late(operation, deadline)))?.map_err(refusal)?;
    Ok(answer.json)
}

fn late(operation: OperationName, deadline: Duration) -> CommandError {
    let declaration = operation.declaration();
    let milliseconds = deadline.as_millis();
    if declaration.effect == Effect::Read {
        let message =
            format!("`{}` took longer than {milliseconds} ms; ask again, or for less", declaration.name);
        return CommandError::new(ErrorCode::LimitReached, message);
    }
    let message = format!(
        "`{}` took longer than {milliseconds} ms, so whether it happened is not known; read again before repeating",
        declaration.name
    );
    CommandError::new(ErrorCode::OutcomeUnknown, message)
}

async fn next_event(subscription: &mut Subscription) -> Result<Event, RecvError> {
    match subscription {
        Subscription::None => std::future::pending().await,
        Subscription::To { events, .. } => events.recv().await,
    }
}

fn read<T: DeserializeOwned>(payload: &str) -> Result<T, CommandError> {
    serde_json::from_str(payload).map_err(|error| CommandError::unreadable(&error))
}
