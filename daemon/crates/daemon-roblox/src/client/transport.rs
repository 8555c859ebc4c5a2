//! Sends one request and takes its reply, within deadlines and size limits.
//!
//! **Invariant:** no redirect is followed, no reply is held beyond its limit, and what may have been executed is never
//! reported as certain to have failed (S-20, S-24, S-32).

use std::error::Error as _;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Url, redirect};

use crate::client::endpoint::{Endpoint, Target};
use crate::client::error::{CloudError, NotSent};
use crate::client::secret::ApiKey;
use crate::governor::budget::{Ending, Report, Request};
use crate::governor::class::{Class, Priority};
use crate::governor::headers::Advice;
use crate::governor::window::Cost;
use crate::governor::{Governor, Permit};

/// The most bytes of a value's reply: the largest value (`roblox-apis.md §4.8`) and some slack.
pub const VALUE_REPLY_LIMIT: usize = 4_194_304 + 65_536;

/// The most bytes of any other reply.
pub const REPLY_LIMIT: usize = (1 << 20) + 65_536;

/// How long an idle connection is kept: shorter than servers do, so that a write does not meet one just being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long and how often a request is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendSettings {
    /// Until there is a connection.
    pub connect_timeout: Duration,
    /// Until the whole reply is there.
    pub total_timeout: Duration,
    /// How long a person's request waits for its turn in the budget; a job's waits as long as it takes.
    pub person_patience: Duration,
    /// How often a read is tried before its failure is reported, at least once.
    pub read_attempts: u32,
}

impl Default for SendSettings {
    /// Ten seconds to connect, a minute for all, 25 seconds for a turn, four attempts.
    ///
    /// The turn comes before the 30 seconds that a request on a socket of ours has, so that a budget that is used up is told
    /// as such.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_mins(1),
            person_patience: Duration::from_secs(25),
            read_attempts: 4,
        }
    }
}

/// A request to be sent.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) class: Class,
    /// The entry it is about.
    pub(super) key: Option<String>,
    /// What it counts as.
    pub(super) requests: u32,
    /// The permission that the key needs for it, if any (`roblox-apis.md §0.5`).
    pub(super) permission: Option<&'static str>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
    pub(super) reply_limit: usize,
    /// Whether it names what it expects, so that 412 tells what is there instead.
    pub(super) is_conditional: bool,
    /// Whether repeating it changes nothing.
    pub(super) is_read: bool,
}

impl Call {
    /// A read.
    pub(super) fn read(class: Class, permission: &'static str, target: Target) -> Self {
        Self {
            method: Method::GET,
            target,
            class,
            key: None,
            requests: 1,
            permission: Some(permission),
            headers: HeaderMap::new(),
            body: None,
            reply_limit: REPLY_LIMIT,
            is_conditional: false,
            is_read: true,
        }
    }

    /// A look-up that every key may do, and that sends what it looks for if `body` is there.
    pub(super) fn look_up(target: Target, body: Option<&serde_json::Value>) -> Self {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let body = body.map(|body| body.to_string().into_bytes());
        Self { method, body, permission: None, ..Self::read(Class::Other, "", target) }
    }

    /// A change.
    pub(super) fn change(method: Method, class: Class, permission: &'static str, target: Target) -> Self {
        Self { method, is_read: false, ..Self::read(class, permission, target) }
    }

    pub(super) fn about(mut self, key: String) -> Self {
        self.key = Some(key);
        self
    }

    pub(super) fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// What it may cost: what it sends, or for reads what may come back.
    fn cost(&self) -> Cost {
        let bytes = if self.is_read { self.reply_limit } else { self.body.as_ref().map_or(0, Vec::len) };
        Cost { requests: self.requests, bytes: u64::try_from(bytes).unwrap_or(u64::MAX) }
    }
}

/// A whole reply.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// How sending ended without a whole reply.
enum Failure {
    NotSent(NotSent),
    /// The reply is there in part or not at all.
    Lost(String),
    /// The reply is longer than it may be.
    TooLong(usize),
}

/// Sends to one endpoint; with a key, or never with one.
#[derive(Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    endpoint: Endpoint,
    key: Option<ApiKey>,
    governor: Governor,
    read_attempts: u32,
    person_patience: Duration,
    /// Answers everything, so that nothing is sent.
    #[cfg(test)]
    canned: Option<Arc<CannedReply>>,
}

/// A reply that comes from nowhere.
#[cfg(test)]
pub(super) struct CannedReply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Transport {
    pub(super) fn new(
        endpoint: Endpoint,
        key: Option<ApiKey>,
        governor: Governor,
        settings: SendSettings,
    ) -> Result<Self, CloudError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("dsmp/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .https_only(!endpoint.is_plain())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.total_timeout)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .dns_resolver(Arc::new(SystemResolver { is_this_machine: endpoint.is_plain() }));
        if endpoint.is_plain() {
            // An emulator on this machine is reached directly; a proxy would be given the key in plain text.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| CloudError::NotSent {
            host: endpoint.authority().to_owned(),
            reason: NotSent::Request(chain(&error)),
        })?;
        let SendSettings { read_attempts, person_patience, .. } = settings;
        Ok(Self {
            http,
            endpoint,
            key,
            governor,
            read_attempts,
            person_patience,
            #[cfg(test)]
            canned: None,
        })
    }

    /// The same with a governor of its own, answered by a reply and nobody else.
    #[cfg(test)]
    pub(super) fn answered_by(&self, reply: CannedReply, governor: Governor) -> Self {
        Self { canned: Some(Arc::new(reply)), governor, ..self.clone() }
    }

    /// Sends a request and gives its reply of success, or the conflict of a conditional one. Reads are repeated after
    /// faults and refusals for too many requests.
    pub(super) async fn send(&self, priority: Priority, call: &Call) -> Result<Reply, CloudError> {
        let mut failures = 0;
        loop {
            let error = match self.send_once(priority, call).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            failures += 1;
            let is_worth_it = matches!(error, CloudError::Throttled { .. } | CloudError::Unanswered { .. });
            if !call.is_read || !is_worth_it || failures >= self.read_attempts {
                return Err(error);
            }
            tokio::time::sleep(self.governor.retry_delay(failures)).await;
        }
    }

    async fn send_once(&self, priority: Priority, call: &Call) -> Result<Reply, CloudError> {
        let Some(url) = self.endpoint.url(&call.target) else {
            return Err(self.not_sent(NotSent::Request("its path cannot be addressed".to_owned())));
        };
        let asked = Request { class: call.class, priority, key: call.key.clone(), cost: call.cost() };
        let permit = match priority {
            Priority::Person => self.governor.permit_within(asked, self.person_patience).await?,
            Priority::Job => self.governor.permit(asked).await?,
        };
        match self.exchange(self.request(call, url), call.reply_limit).await {
            Ok(reply) => {
                finish(permit, call, &reply);
                self.check(call, reply)
            }
            Err(Failure::NotSent(reason)) => {
                permit.finish(&Report::of(Ending::NotSent));
                Err(self.not_sent(reason))
            }
            Err(Failure::Lost(cause)) => {
                permit.finish(&Report::of(Ending::Failed));
                let cause = self.redact(&cause);
                Err(if call.is_read {
                    CloudError::Unanswered { cause }
                } else {
                    CloudError::OutcomeUnknown { cause }
                })
            }
            Err(Failure::TooLong(limit)) => {
                permit.finish(&Report::of(Ending::Answered));
                Err(not_understood(call, format!("it is longer than {limit} bytes")))
            }
        }
    }

    fn request(&self, call: &Call, url: Url) -> reqwest::Request {
        let mut request = reqwest::Request::new(call.method.clone(), url);
        let headers = request.headers_mut();
        headers.extend(call.headers.clone());
        if let Some(key) = self.key.as_ref().and_then(ApiKey::header) {
            headers.insert("x-api-key", key);
        }
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        // A change without a body says so: without content type and length it may be refused (`roblox-apis.md §0.1`).
        if call.method != Method::GET && call.method != Method::DELETE {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let length = call.body.as_ref().map_or(0, Vec::len);
            headers.insert(header::CONTENT_LENGTH, length.into());
            *request.body_mut() = Some(call.body.clone().unwrap_or_default().into());
        }
        request
    }

    async fn exchange(&self, request: reqwest::Request, limit: usize) -> Result<Reply, Failure> {
        #[cfg(test)]
        if let Some(canned) = &self.canned {
            let CannedReply { status, headers, body } = &**canned;
            let is_too_long = body.len() > limit;
            let reply = || Reply { status: *status, headers: headers.clone(), body: body.clone() };
            return if is_too_long { Err(Failure::TooLong(limit)) } else { Ok(reply()) };
        }
        let mut response = self.http.execute(request).await.map_err(|error| self.failure(&error))?;
        let announced = response.content_length().unwrap_or(0);
        if announced > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(Failure::TooLong(limit));
        }
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| Failure::Lost(chain(&error.without_url())))?
        {
            if body.len() + chunk.len() > limit {
                return Err(Failure::TooLong(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }

    /// Tells what never left from what may have.
    fn failure(&self, error: &reqwest::Error) -> Failure {
        let text = || chain(error);
        if error.is_builder() {
            return Failure::NotSent(NotSent::Request(text()));
        }
        if !error.is_connect() {
            let cause = if error.is_timeout() { "no reply in time".to_owned() } else { text() };
            return Failure::Lost(cause);
        }
        Failure::NotSent(if has_source::<UnknownHost>(error) {
            NotSent::Dns
        } else if error.is_timeout() {
            NotSent::Timeout
        } else if self.endpoint.is_plain() || is_of_the_system(error) {
            NotSent::Connect(text())
        } else {
            NotSent::Tls(text())
        })
    }

    /// Turns every status but those of success into an error.
    fn check(&self, call: &Call, reply: Reply) -> Result<Reply, CloudError> {
        let status = reply.status;
        let refusal = || {
            let mut body = crate::client::refusal::RefusalBody::read(status, &reply.body);
            body.message = self.redact(&body.message);
            body.code = self.redact(&body.code);
            body
        };
        Err(match status.as_u16() {
            300..=399 => CloudError::Redirected { status: status.as_u16() },
            401 => CloudError::Unauthorised { message: refusal().message },
            403 => CloudError::Forbidden { permission: call.permission, message: refusal().message },
            429 => CloudError::Throttled {
                retry_after: Advice::read(&reply.headers).retry_after,
                message: refusal().message,
            },
            // 408 and 499 say that the request took too long or was cancelled, not that it had no effect.
            408 | 499 | 500 | 502..=599 => {
                let cause = format!("{status}: {}", refusal().message);
                if call.is_read {
                    CloudError::Unanswered { cause }
                } else {
                    CloudError::OutcomeUnknown { cause }
                }
            }
            404 => {
                let refusal = refusal();
                CloudError::NotFound { code: refusal.code, message: refusal.message }
            }
            200..=299 => return Ok(reply),
            412 if call.is_conditional => return Ok(reply),
            _ => {
                let refusal = refusal();
                CloudError::Refused { status: status.as_u16(), code: refusal.code, message: refusal.message }
            }
        })
    }

    fn not_sent(&self, reason: NotSent) -> CloudError {
        CloudError::NotSent { host: self.endpoint.authority().to_owned(), reason }
    }

    fn redact(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.redact(text))
    }
}

/// A reply of success that cannot be used: for a read an error, for a change an unknown outcome.
pub(super) fn not_understood(call: &Call, problem: String) -> CloudError {
    if call.is_read {
        CloudError::NotUnderstood { problem }
    } else {
        CloudError::OutcomeUnknown { cause: format!("the reply cannot be used: {problem}") }
    }
}

fn finish(permit: Permit, call: &Call, reply: &Reply) {
    let ending = match reply.status.as_u16() {
        429 => Ending::Throttled,
        500..=599 => Ending::Failed,
        _ => Ending::Answered,
    };
    let came = call.is_read.then(|| u64::try_from(reply.body.len()).unwrap_or(u64::MAX));
    permit.finish(&Report { ending, bytes: came, advice: Advice::read(&reply.headers) });
}

/// All texts of an error and what caused it, without the URL, whose query may hold a player's name.
fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        source = error.source();
    }
    if parts.is_empty() { "no more is known".to_owned() } else { parts.join(": ") }
}

fn has_source<E: std::error::Error + 'static>(error: &reqwest::Error) -> bool {
    sources(error).any(|source| source.downcast_ref::<E>().is_some())
}

/// Whether the operating system, rather than TLS, refused.
fn is_of_the_system(error: &reqwest::Error) -> bool {
    sources(error)
        .filter_map(|source| source.downcast_ref::<std::io::Error>())
        .any(|error| error.raw_os_error().is_some())
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&error| error.source())
}

/// The system's own resolver, whose failures can be told from others.
struct SystemResolver {
    /// Whether every name has to be this machine's (S-20).
    is_this_machine: bool,
}

/// Tells that a name has no address.
#[derive(Debug)]
struct UnknownHost;

impl fmt::Display for UnknownHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the host has no address")
    }
}

impl std::error::Error for UnknownHost {}

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_this_machine = self.is_this_machine;
        Box::pin(async move {
            // The port is filled in by the connector.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| UnknownHost)?;
            let addresses: Vec<SocketAddr> =
                found.filter(|address| !is_this_machine || address.ip().is_loopback()).collect();
            if addresses.is_empty() {
                return Err(UnknownHost.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
