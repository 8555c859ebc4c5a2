//! Time and threads: a virtual clock, timers, and the queue of threads to resume.
//!
//! Nothing here sleeps. The clock moves only when the harness advances it, so a test of a minute's back-off takes
//! microseconds and gives the same result each time.
//!
//! **Invariant:** timers due at the same moment resume in the order they were set.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::rc::Rc;

use mlua::{IntoLuaMulti, Lua, MultiValue, Table, Thread, Value, Variadic};

use crate::studio::signal::{self, Connection, Signal, SignalKey, fire};
use crate::studio::value::{instance_of, type_name};
use crate::studio::world::{World, caller, thrown_text, world_of};

/// Resumptions in one drain after which a plugin is taken to loop for ever.
const DRAIN_LIMIT: usize = 100_000;

/// Events of `RunService` that fire once a frame, in their order.
const FRAME_EVENTS: [&str; 3] = ["PreRender", "RenderStepped", "Heartbeat"];

/// Slack for comparing virtual seconds summed from frames.
const CLOCK_SLACK_SECONDS: f64 = 1e-9;

/// What `os.time()` starts at: 2026-01-01 00:00:00 UTC, in seconds of the Unix epoch.
const EPOCH_SECONDS: f64 = 1_767_225_600.0;

/// A thread about to run.
pub(crate) struct Resumption {
    pub(crate) thread: Thread,
    pub(crate) arguments: MultiValue,
    /// The connection whose handler this is.
    pub(crate) connection: Option<Rc<Connection>>,
    /// How many events led here.
    pub(crate) depth: u32,
}

enum Wake {
    /// `task.wait`: the thread receives the time that passed since this moment.
    Sleeper { since: f64 },
    /// `task.delay`: the thread receives these values.
    Call(MultiValue),
    /// The thread gives up waiting for this signal, unless it has been woken already.
    TimeOut(Rc<Signal>),
}

struct Timer {
    at: f64,
    sequence: u64,
    thread: Thread,
    wake: Wake,
    origin: String,
}

impl Ord for Timer {
    /// The earliest timer is the greatest, because the heap gives its greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then_with(|| other.sequence.cmp(&self.sequence))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timer {}

/// Names one engine call that a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallToken(u64);

#[derive(Default)]
pub(crate) struct Scheduler {
    now: f64,
    depth: u32,
    next_sequence: u64,
    timers: BinaryHeap<Timer>,
    ready: VecDeque<Resumption>,
    /// Threads waiting for the engine.
    calls: BTreeMap<CallToken, Thread>,
}

impl Scheduler {
    /// Virtual seconds since the simulated Studio was built.
    pub(crate) fn now(&self) -> f64 {
        self.now
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    pub(crate) fn queue(&mut self, resumptions: impl IntoIterator<Item = Resumption>) {
        self.ready.extend(resumptions);
    }

    fn set_timer(&mut self, after_seconds: f64, thread: Thread, wake: Wake, origin: String) {
        self.next_sequence += 1;
        let at = self.now + after_seconds.max(0.0);
        self.timers.push(Timer { at, sequence: self.next_sequence, thread, wake, origin });
    }

    fn pop_due(&mut self) -> Option<Timer> {
        let due = self.timers.peek()?.at <= self.now + CLOCK_SLACK_SECONDS;
        if due { self.timers.pop() } else { None }
    }

    /// Seconds until the earliest timer; nothing when none is set.
    pub(crate) fn next_timer(&self) -> Option<f64> {
        self.timers.peek().map(|timer| timer.at - self.now)
    }

    /// Forgets every waiting thread.
    pub(crate) fn stop(&mut self) {
        self.timers.clear();
        self.ready.clear();
        self.calls.clear();
    }

    /// Timers that would still resume a thread, with the line that set them. Threads waiting for the engine are not here:
    /// a script cannot take back a request.
    pub(crate) fn waiting(&self) -> Vec<String> {
        let timers = self.timers.iter().filter(|timer| timer.thread.is_resumable());
        let timers = timers.filter(|timer| match &timer.wake {
            Wake::TimeOut(signal) => signal.has_waiter(&timer.thread),
            Wake::Sleeper { .. } | Wake::Call(_) => true,
        });
        timers.map(|timer| format!("timer set at {}", timer.origin)).collect()
    }
}

impl World {
    /// Registers the running thread as waiting for an engine call; [`complete`] resumes it.
    pub(crate) fn begin_call(&self, lua: &Lua) -> CallToken {
        let mut scheduler = self.scheduler.borrow_mut();
        scheduler.next_sequence += 1;
        let token = CallToken(scheduler.next_sequence);
        scheduler.calls.insert(token, lua.current_thread());
        token
    }

    /// Forgets an engine call that failed before it began; its caller has the error already.
    pub(crate) fn abandon_call(&self, token: CallToken) {
        self.scheduler.borrow_mut().calls.remove(&token);
    }
}

/// Answers an engine call. The caller resumes at the next resumption point, with the values or the error.
pub(crate) fn complete(
    lua: &Lua,
    token: CallToken,
    outcome: Result<impl IntoLuaMulti, String>,
) -> mlua::Result<()> {
    let world = world_of(lua);
    let arguments = match outcome {
        Ok(values) => {
            let mut values = values.into_lua_multi(lua)?;
            values.push_front(Value::Boolean(true));
            values
        }
        Err(message) => (false, message).into_lua_multi(lua)?,
    };
    let mut scheduler = world.scheduler.borrow_mut();
    if let Some(thread) = scheduler.calls.remove(&token) {
        scheduler.queue([Resumption { thread, arguments, connection: None, depth: 0 }]);
    }
    Ok(())
}

/// Runs a thread until it yields or ends. An error it does not catch is recorded.
pub(crate) fn resume(lua: &Lua, resumption: Resumption) {
    let world = world_of(lua);
    let dropped = resumption.connection.is_some_and(|connection| connection.was_disconnected());
    if dropped || !resumption.thread.is_resumable() {
        return;
    }
    let outer = std::mem::replace(&mut world.scheduler.borrow_mut().depth, resumption.depth);
    world.counters.begin_resumption();
    if let Err(error) = resumption.thread.resume::<MultiValue>(resumption.arguments) {
        world.record_error(error.to_string());
    }
    world.counters.end_resumption();
    world.scheduler.borrow_mut().depth = outer;
}

/// One resumption point: runs queued threads until none is left.
pub(crate) fn drain(lua: &Lua) {
    let world = world_of(lua);
    for _ in 0..DRAIN_LIMIT {
        let next = world.scheduler.borrow_mut().ready.pop_front();
        let Some(resumption) = next else { return };
        resume(lua, resumption);
    }
    world.scheduler.borrow_mut().ready.clear();
    world.record_error(format!("threads kept queueing threads: stopped after {DRAIN_LIMIT} resumptions"));
}

/// One frame: moves the clock, wakes what is due, and fires the events of a frame.
pub(crate) fn advance(lua: &Lua, seconds: f64) -> mlua::Result<()> {
    let world = world_of(lua);
    drain(lua);
    world.scheduler.borrow_mut().now += seconds;
    let now = world.scheduler.borrow().now;
    loop {
        let due = world.scheduler.borrow_mut().pop_due();
        let Some(timer) = due else { break };
        let arguments = match timer.wake {
            Wake::Sleeper { since } => (now - since).into_lua_multi(lua)?,
            Wake::Call(arguments) => arguments,
            Wake::TimeOut(signal) if signal.remove_waiter(&timer.thread) => {
                MultiValue::from_iter([Value::Nil])
            }
            Wake::TimeOut(_) => continue,
        };
        resume(lua, Resumption { thread: timer.thread, arguments, connection: None, depth: 0 });
        drain(lua);
    }
    let run_service = world.arena.borrow().services.get("RunService").copied();
    if let Some(run_service) = run_service {
        for event in FRAME_EVENTS {
            fire(lua, run_service, event, seconds)?;
        }
    }
    drain(lua);
    Ok(())
}

impl World {
    /// Whether a script would notice a frame in which no timer is due.
    pub(crate) fn is_watching_frames(&self) -> bool {
        let arena = self.arena.borrow();
        let run_service = arena.services.get("RunService").map(|run_service| arena.node(*run_service));
        let signals = run_service.into_iter().flat_map(|node| &node.signals);
        signals.into_iter().any(|(_, signal)| signal.has_listeners())
    }
}

/// The thread to run for what a script passed to the task library.
fn thread_of(lua: &Lua, value: Value) -> mlua::Result<Thread> {
    match value {
        Value::Function(function) => lua.create_thread(function),
        Value::Thread(thread) => Ok(thread),
        other => {
            let got = type_name(&other);
            let message = format!("invalid argument #1 (function or thread expected, got {got})");
            Err(mlua::Error::runtime(message))
        }
    }
}

/// The natives under the task library, the clock and the waiting methods; the prelude adds the yielding.
pub(crate) fn natives(lua: &Lua) -> mlua::Result<Table> {
    let natives = lua.create_table()?;
    natives.set(
        "sleep",
        lua.create_function(|lua, seconds: Option<f64>| {
            let world = world_of(lua);
            let since = world.scheduler.borrow().now;
            let (thread, origin) = (lua.current_thread(), caller(lua));
            let seconds = seconds.unwrap_or(0.0);
            world.scheduler.borrow_mut().set_timer(seconds, thread, Wake::Sleeper { since }, origin);
            Ok(())
        })?,
    )?;
    natives.set(
        "spawn",
        lua.create_function(|lua, (target, arguments): (Value, Variadic<Value>)| {
            let thread = thread_of(lua, target)?;
            let depth = world_of(lua).scheduler.borrow().depth;
            let arguments = MultiValue::from_iter(arguments);
            resume(lua, Resumption { thread: thread.clone(), arguments, connection: None, depth });
            Ok(thread)
        })?,
    )?;
    natives.set(
        "defer",
        lua.create_function(|lua, (target, arguments): (Value, Variadic<Value>)| {
            let thread = thread_of(lua, target)?;
            let world = world_of(lua);
            let mut scheduler = world.scheduler.borrow_mut();
            let (depth, arguments) = (scheduler.depth, MultiValue::from_iter(arguments));
            scheduler.queue([Resumption { thread: thread.clone(), arguments, connection: None, depth }]);
            Ok(thread)
        })?,
    )?;
    natives.set(
        "delay",
        lua.create_function(|lua, (seconds, target, arguments): (f64, Value, Variadic<Value>)| {
            let thread = thread_of(lua, target)?;
            let origin = caller(lua);
            let wake = Wake::Call(MultiValue::from_iter(arguments));
            world_of(lua).scheduler.borrow_mut().set_timer(seconds, thread.clone(), wake, origin);
            Ok(thread)
        })?,
    )?;
    natives.set("signalWait", lua.create_function(|lua, signal: Value| signal::wait(lua, &signal))?)?;
    natives.set(
        "childWait",
        lua.create_function(|lua, (parent, name, timeout): (Value, String, Option<f64>)| {
            let world = world_of(lua);
            let parent = instance_of(&parent).ok_or_else(|| {
                mlua::Error::runtime("Expected ':' not '.' calling member function WaitForChild")
            })?;
            let (thread, origin) = (lua.current_thread(), caller(lua));
            let signal = world.signal(parent, SignalKey::ChildNamed(name));
            signal.add_waiter(thread.clone());
            if let Some(seconds) = timeout {
                let wake = Wake::TimeOut(signal);
                world.scheduler.borrow_mut().set_timer(seconds, thread, wake, origin);
            }
            Ok(())
        })?,
    )?;
    natives.set("clock", lua.create_function(|lua, ()| Ok(world_of(lua).scheduler.borrow().now))?)?;
    natives.set(
        "time",
        lua.create_function(|lua, ()| Ok((EPOCH_SECONDS + world_of(lua).scheduler.borrow().now).floor()))?,
    )?;
    natives.set("errorText", lua.create_function(|_, thrown: Value| Ok(thrown_text(&thrown)))?)?;
    natives.set(
        "unsimulated",
        lua.create_function(|lua, what: String| -> mlua::Result<()> {
            Err(world_of(lua).unsimulated(what))
        })?,
    )?;
    Ok(natives)
}
