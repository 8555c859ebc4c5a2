//! Roblox's Open Cloud for data stores, answered by our own engine.
//!
//! Functions from `http` request to response: whoever mounts [`Emulator::answer`] brings the server. Served are data
//! stores v1 (`roblox-apis.md §1`) and v2 (`§2.1`, `§2.2`) and ordered data stores v2 (`§2.3`) and v1 (`§3.1`). Beside
//! them stand memory stores (`§3.2`), messaging (`§3.3`), users (`§3.6`), universes, the introspection of API keys (`§0.4`)
//! and, below `/_emulator/`, the paths that steer the emulator.
//!
//! **Invariant:** a write is answered once it is on disk; nothing that Roblox would have lost is served.
//!
//! **Invariant:** any bytes are answered with one of Roblox's error shapes at worst; what goes wrong inside is told to the
//! log, not to the caller.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, header};
use thiserror::Error;

use crate::emulator::access::ApiKey;
use crate::emulator::call::Call;
use crate::emulator::clock::EmulatorClock;
use crate::emulator::descriptions::Descriptions;
use crate::emulator::faults::Faults;
use crate::emulator::keys::Keys;
use crate::emulator::limits::{Class, Limits, Meter};
use crate::emulator::messages::Messages;
use crate::emulator::query::Query;
use crate::emulator::refusal::Refusal;
use crate::emulator::route::{Resource, Route};
use crate::emulator::services::Service;
use crate::emulator::universes::Universes;
use crate::emulator::users::Users;

pub mod access;
pub mod admission;
pub mod faults;
pub mod limits;
pub mod memory;
mod messages;

mod call;
mod clock;
mod control;
mod descriptions;
mod introspection;
mod json_file;
mod keys;
mod ordered;
mod query;
mod refusal;
mod reply;
mod route;
mod services;
mod token;
mod transfer;
mod universes;
mod users;
mod v1;
mod v2;

#[cfg(test)]
mod tests;

/// Tells the real time, from which the emulator's clock starts.
pub type RealTime = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where a request comes from, an extension that whoever mounts the emulator gives it; without it, it is this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerAddress(pub IpAddr);

/// How an emulator behaves.
#[derive(Clone)]
pub struct EmulatorOptions {
    /// The keys that are accepted beside those set later; when there are none, any key that is not empty.
    pub api_keys: Vec<ApiKey>,
    /// How many requests a universe may get in a minute; none for any number.
    pub limits: Option<Limits>,
    /// The real time.
    pub real_time: RealTime,
}

/// Tells why an emulator cannot be opened or steered.
#[derive(Clone, Debug, Error)]
pub enum EmulatorError {
    /// A file or folder of the emulator cannot be read or written.
    #[error("`{}` cannot be read or written: {cause}; check the disk and the permissions", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file with the clock's state is not what we wrote.
    #[error("`{}` is damaged; remove it to let the emulator follow the real time again", .path.display())]
    ClockDamaged {
        /// The file.
        path: PathBuf,
    },
    /// A file of the emulator is not what we wrote.
    #[error("`{}` is damaged; remove it to do without what it held", .path.display())]
    FileDamaged {
        /// The file.
        path: PathBuf,
    },
    /// The clock cannot go at that rate.
    #[error(
        "the clock cannot go at `{rate}` times the real rate; give a rate from 0 to {}",
        clock::RATE_LIMIT
    )]
    RateOutOfRange {
        /// The rate asked for.
        rate: f64,
    },
    /// A universe's database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Roblox's Open Cloud over a folder of universes.
#[derive(Debug)]
pub struct Emulator {
    keys: Keys,
    clock: EmulatorClock,
    faults: Faults,
    users: Users,
    descriptions: Descriptions,
    messages: Messages,
    meter: Arc<Meter>,
    universes: Universes,
}

impl Emulator {
    /// Opens the emulator in a folder, which is created when missing, with what it held before. Blocks shortly.
    pub fn open(directory: &Path, options: EmulatorOptions) -> Result<Self, EmulatorError> {
        let universes = Universes::in_folder(&directory.join("universes"))?;
        let clock = EmulatorClock::open(directory.join("clock.json"), options.real_time)?;
        let keys = Keys::open(directory.join("keys.json"), options.api_keys)?;
        let meter = Arc::new(Meter::new(options.limits));
        Ok(Self {
            keys,
            clock,
            faults: Faults::default(),
            users: Users::open(directory.join("users.json"))?,
            descriptions: Descriptions::open(directory.join("universes.json"))?,
            messages: Messages::default(),
            meter,
            universes,
        })
    }

    /// Answers a request as Roblox would; the path and query of its URI count, the host does not.
    ///
    /// The request may carry a [`CallerAddress`]; the response may carry a [`Delivery`](faults::Delivery), which whoever
    /// sends it has to obey. A fault's latency passes by Tokio's clock.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        if path.starts_with(control::PREFIX) {
            return control::answer(self, &parts, &body).await.unwrap_or_else(Refusal::into_reply);
        }
        let plan = self.faults.plan(&parts.method, path);
        if !plan.latency.is_zero() {
            tokio::time::sleep(plan.latency).await;
        }
        let family = || match Service::find(path) {
            Some(service) => service.family(),
            None => Route::find(path).map(|route| route.resource.family()),
        };
        if plan.fault.is_some()
            && let Some(reply) = plan.instead(family())
        {
            return reply;
        }
        plan.deliver(self.outcome(parts, body).await.unwrap_or_else(Refusal::into_reply))
    }

    /// Tells the emulator's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the emulator's time, from which it goes on at its rate; it stays set after a restart.
    pub fn set_time(&self, time: Timestamp) -> Result<(), EmulatorError> {
        self.clock.set_time(time)
    }

    /// Sets the emulator's time forward.
    pub fn advance(&self, duration: Duration) -> Result<(), EmulatorError> {
        self.clock.advance(duration)
    }

    /// Lets the emulator's time go at `rate` times the real rate, from 0 to 1,000,000; it stays so after a restart.
    pub fn set_rate(&self, rate: f64) -> Result<(), EmulatorError> {
        self.clock.set_rate(rate)
    }

    /// Forgets everything, as if the emulator were opened over an empty folder: entries, messages, users, faults, counts of
    /// requests, keys beside those named at the start and how these were set, and the clock's setting.
    ///
    /// Not one step: when it fails or the process ends, a part may be forgotten, and doing it again completes the work.
    pub async fn reset(&self) -> Result<(), EmulatorError> {
        self.universes.clear().await?;
        self.descriptions.reset()?;
        self.users.reset()?;
        self.keys.reset()?;
        self.clock.reset()?;
        self.messages.clear();
        self.faults.clear();
        self.meter.reset();
        Ok(())
    }

    /// Finishes what is queued and closes all universes; later requests answer that the service is not available.
    pub async fn close(&self) {
        self.universes.close().await;
    }

    async fn outcome(&self, parts: Parts, body: Bytes) -> Result<Response<Bytes>, Refusal> {
        let now = self.clock.now();
        let address = caller_address(&parts);
        if let Some(service) = Service::find(parts.uri.path()) {
            return service.answer(self, &parts, &body, address, now);
        }
        let route = Route::find(parts.uri.path()).ok_or(Refusal::NO_SUCH_PATH)?;
        let key = self.keys.authenticate(&parts.headers, address, now)?;
        let family = route.resource.family();
        if !route.resource.methods().contains(&parts.method) {
            return Ok(not_allowed(route.resource.methods()));
        }
        let universe = family.universe_id(&route.universe)?;
        let query = Query::parse(parts.uri.query().unwrap_or_default()).ok_or_else(|| family.not_utf8())?;
        let class = Class::of(&route.resource, &parts.method);
        let counted = match self.meter.count(class.charges(universe), body.len(), now) {
            Ok(counted) => counted,
            Err(refused) => return Ok(refused.into_reply(Some(family))),
        };
        let store = self.universes.get(universe, now).await.map_err(|error| family.failed(&error))?;
        let call = Call {
            store,
            universe,
            now,
            key,
            meter: Arc::clone(&self.meter),
            family,
            method: parts.method,
            headers: parts.headers,
            query,
            body,
        };
        let outcome = respond(&call, route.resource).await;
        let Some(counted) = counted else { return outcome };
        let mut reply = outcome.unwrap_or_else(Refusal::into_reply);
        self.meter.count_reply(&counted, &reply);
        counted.tell(&mut reply);
        Ok(reply)
    }
}

/// Where a request comes from.
fn caller_address(parts: &Parts) -> IpAddr {
    let address = parts.extensions.get::<CallerAddress>();
    address.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.0)
}

/// Hands a request to the resource it asks for.
async fn respond(call: &Call, resource: Resource) -> Result<Response<Bytes>, Refusal> {
    match resource {
        Resource::V1Stores => v1::listings::stores(call).await,
        Resource::V1Keys => v1::listings::keys(call).await,
        Resource::V1Versions => v1::listings::versions(call).await,
        Resource::V1Entry => v1::entry(call).await,
        Resource::V1Increment => v1::increment(call).await,
        Resource::V1Version => v1::version(call).await,
        Resource::Stores => v2::stores::list(call).await,
        Resource::Store(store) => v2::stores::delete(call, &store).await,
        Resource::Undelete(store) => v2::stores::undelete(call, &store).await,
        Resource::Snapshot => v2::stores::snapshot(call).await,
        Resource::Entries(parent) => v2::entries(call, &parent).await,
        Resource::Entry(parent, entry) => v2::entry(call, &parent, &entry).await,
        Resource::EntryIncrement(parent, entry) => v2::increment(call, &parent, &entry).await,
        Resource::Revisions(parent, entry) => v2::revisions::list(call, &parent, &entry).await,
        Resource::OrderedEntries(_, parent) => ordered::entries(call, &parent).await,
        Resource::OrderedEntry(_, parent, entry) => ordered::entry(call, &parent, &entry).await,
        Resource::OrderedIncrement(_, parent, entry) => ordered::increment(call, &parent, &entry).await,
        Resource::MapItems(map) => memory::map_items(call, &map).await,
        Resource::MapItem(map, item) => memory::map_item(call, &map, &item).await,
        Resource::QueueItems(queue) => memory::add_to_queue(call, &queue).await,
        Resource::QueueReading(queue) => memory::read_queue(call, &queue).await,
        Resource::QueueDiscard(queue) => memory::discard(call, &queue).await,
        Resource::Flush => memory::flush(call).await,
        Resource::FlushOperation(operation) => memory::flush_operation(call, &operation).await,
    }
}

/// Answers that a path does not take the method, and which it does.
fn not_allowed(methods: &[Method]) -> Response<Bytes> {
    let mut reply = Refusal::METHOD_NOT_ALLOWED.into_reply();
    let allowed = methods.iter().map(Method::as_str).collect::<Vec<_>>();
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        reply.headers_mut().insert(header::ALLOW, allowed);
    }
    reply
}

impl std::fmt::Debug for EmulatorOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EmulatorOptions")
            .field("api_keys", &self.api_keys)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
