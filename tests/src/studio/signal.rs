//! `RBXScriptSignal` and its connections, in both of the modes a place can have.
//!
//! A plugin runs in the user's place, whose `Workspace.SignalBehavior` may be either, so behaviour must not depend on it.
//!
//! **Invariant:** in deferred mode a handler never runs inside the code that fired.
//! **Invariant:** each connection knows the script line that made it, so a leak can be named.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use mlua::{Function, IntoLuaMulti, Lua, LuaString, MetaMethod, Thread, UserData, UserDataRef, Value};

use crate::studio::instance::InstanceRef;
use crate::studio::sched::{Resumption, resume};
use crate::studio::value::type_name;
use crate::studio::world::{World, caller, world_of};

/// How deep events may cause events before Studio drops them.
const REENTRANCY_LIMIT: u32 = 10;

/// When handlers run: `Workspace.SignalBehavior` of the open place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalMode {
    /// After the running thread has yielded or ended.
    Deferred,
    /// Inside the statement that caused the event.
    Immediate,
}

/// Which signal of an Instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SignalKey {
    Event(&'static str),
    Property(&'static str),
    Attribute(String),
    /// A child of that name appeared; what `WaitForChild` waits for.
    ChildNamed(String),
}

impl fmt::Display for SignalKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(name) => formatter.write_str(name),
            Self::Property(name) => write!(formatter, "GetPropertyChangedSignal({name:?})"),
            Self::Attribute(name) => write!(formatter, "GetAttributeChangedSignal({name:?})"),
            Self::ChildNamed(name) => write!(formatter, "WaitForChild({name:?})"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ConnectionState {
    Connected,
    /// The Instance was destroyed or a `Once` has fired: handlers already queued still run.
    Ended,
    /// `Disconnect` was called: handlers already queued do not run.
    Disconnected,
}

pub(crate) struct Connection {
    handler: Function,
    once: bool,
    state: Cell<ConnectionState>,
    /// The line that connected, as `Script:line`.
    pub(crate) origin: String,
}

impl Connection {
    pub(crate) fn is_connected(&self) -> bool {
        self.state.get() == ConnectionState::Connected
    }

    pub(crate) fn was_disconnected(&self) -> bool {
        self.state.get() == ConnectionState::Disconnected
    }
}

/// The listeners of one signal of one Instance.
#[derive(Default)]
pub(crate) struct Signal {
    connections: RefCell<Vec<Rc<Connection>>>,
    waiters: RefCell<Vec<Thread>>,
}

impl Signal {
    pub(crate) fn add_waiter(&self, thread: Thread) {
        self.waiters.borrow_mut().push(thread);
    }

    pub(crate) fn has_waiter(&self, thread: &Thread) -> bool {
        self.waiters.borrow().contains(thread)
    }

    /// Takes a thread off the waiters; false when it was not waiting.
    pub(crate) fn remove_waiter(&self, thread: &Thread) -> bool {
        let mut waiters = self.waiters.borrow_mut();
        let before = waiters.len();
        waiters.retain(|waiter| waiter != thread);
        waiters.len() < before
    }

    pub(crate) fn has_listeners(&self) -> bool {
        !self.waiters.borrow().is_empty()
            || self.connections.borrow().iter().any(|connection| connection.is_connected())
    }

    /// Connections still listening.
    pub(crate) fn live_connections(&self) -> Vec<Rc<Connection>> {
        self.connections.borrow().iter().filter(|connection| connection.is_connected()).cloned().collect()
    }

    /// Ends every connection, as destroying the Instance does.
    pub(crate) fn end(&self) {
        for connection in self.connections.borrow_mut().drain(..) {
            if connection.is_connected() {
                connection.state.set(ConnectionState::Ended);
            }
        }
    }

    fn connect(&self, lua: &Lua, handler: Function, once: bool) -> ConnectionHandle {
        let state = Cell::new(ConnectionState::Connected);
        let connection = Rc::new(Connection { handler, once, state, origin: caller(lua) });
        self.connections.borrow_mut().push(connection.clone());
        ConnectionHandle(connection)
    }

    fn take_listeners(&self) -> (Vec<Rc<Connection>>, Vec<Thread>) {
        let connections = self.live_connections();
        for connection in connections.iter().filter(|connection| connection.once) {
            connection.state.set(ConnectionState::Ended);
        }
        self.connections.borrow_mut().retain(|connection| connection.is_connected());
        (connections, std::mem::take(&mut *self.waiters.borrow_mut()))
    }
}

impl World {
    /// The signal, made when first asked for.
    pub(crate) fn signal(&self, instance: InstanceRef, key: SignalKey) -> Rc<Signal> {
        self.arena.borrow_mut().node_mut(instance).signals.entry(key).or_default().clone()
    }

    fn existing_signal(&self, instance: InstanceRef, key: &SignalKey) -> Option<Rc<Signal>> {
        self.arena.borrow().node(instance).signals.get(key).cloned()
    }
}

/// Fires an event of an Instance by name.
pub(crate) fn fire(
    lua: &Lua,
    instance: InstanceRef,
    event: &'static str,
    arguments: impl IntoLuaMulti,
) -> mlua::Result<()> {
    fire_key(lua, instance, &SignalKey::Event(event), arguments)
}

/// Fires any signal; handlers and waiters run now or are queued, depending on the mode.
pub(crate) fn fire_key(
    lua: &Lua,
    instance: InstanceRef,
    key: &SignalKey,
    arguments: impl IntoLuaMulti,
) -> mlua::Result<()> {
    let world = world_of(lua);
    let Some(signal) = world.existing_signal(instance, key) else { return Ok(()) };
    let arguments = arguments.into_lua_multi(lua)?;
    let (connections, waiters) = signal.take_listeners();
    let depth = world.scheduler.borrow().depth() + 1;
    if depth > REENTRANCY_LIMIT && !(connections.is_empty() && waiters.is_empty()) {
        let name = world.full_name(instance);
        world.record_error(format!("Maximum event re-entrancy depth exceeded for {name}.{key}"));
        return Ok(());
    }
    let handlers = connections.into_iter().map(|connection| {
        Ok(Resumption {
            thread: lua.create_thread(connection.handler.clone())?,
            arguments: arguments.clone(),
            connection: Some(connection),
            depth,
        })
    });
    let waiters = waiters
        .into_iter()
        .map(|thread| Ok(Resumption { thread, arguments: arguments.clone(), connection: None, depth }));
    let resumptions = handlers.chain(waiters).collect::<mlua::Result<Vec<_>>>()?;
    match world.config.signal_mode {
        SignalMode::Deferred => world.scheduler.borrow_mut().queue(resumptions),
        SignalMode::Immediate => {
            for resumption in resumptions {
                resume(lua, resumption);
            }
        }
    }
    Ok(())
}

/// A signal in a script's hands.
pub(crate) struct SignalHandle {
    pub(crate) instance: InstanceRef,
    pub(crate) key: SignalKey,
}

impl SignalHandle {
    /// The signal to listen to. A destroyed Instance gives one that nothing will ever fire.
    fn signal(&self, lua: &Lua) -> Rc<Signal> {
        let world = world_of(lua);
        if world.arena.borrow().node(self.instance).destroyed {
            return Rc::default();
        }
        world.signal(self.instance, self.key.clone())
    }
}

fn handler_of(value: Value) -> mlua::Result<Function> {
    match value {
        Value::Function(handler) => Ok(handler),
        _ => Err(mlua::Error::runtime("Attempt to connect failed: Passed value is not a function")),
    }
}

impl UserData for SignalHandle {
    fn add_fields<F: mlua::UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "RBXScriptSignal");
    }

    fn add_methods<M: mlua::UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("Connect", |lua, handle, handler: Value| {
            Ok(handle.signal(lua).connect(lua, handler_of(handler)?, false))
        });
        methods.add_method("Once", |lua, handle, handler: Value| {
            Ok(handle.signal(lua).connect(lua, handler_of(handler)?, true))
        });
        methods.add_method("ConnectParallel", |lua, _, _: Value| -> mlua::Result<()> {
            Err(world_of(lua).unsimulated("RBXScriptSignal:ConnectParallel"))
        });
        methods.add_meta_method(MetaMethod::Index, |lua, handle, member: LuaString| {
            let member = member.to_str()?;
            if &*member == "Wait" {
                return Ok(world_of(lua).natives().signal_wait.clone());
            }
            let message = format!("{member} is not a valid member of RBXScriptSignal \"{}\"", handle.key);
            Err(mlua::Error::runtime(message))
        });
        methods.add_meta_method(MetaMethod::ToString, |_, handle, ()| Ok(format!("Signal {}", handle.key)));
        methods.add_meta_method(MetaMethod::Eq, |_, handle, other: UserDataRef<Self>| {
            Ok(handle.instance == other.instance && handle.key == other.key)
        });
    }
}

/// Makes the running thread wait for a signal; the prelude yields it.
pub(crate) fn wait(lua: &Lua, signal: &Value) -> mlua::Result<()> {
    let Value::UserData(userdata) = signal else {
        let message =
            format!("Expected ':' not '.' calling member function Wait (got {})", type_name(signal));
        return Err(mlua::Error::runtime(message));
    };
    userdata.borrow::<SignalHandle>()?.signal(lua).add_waiter(lua.current_thread());
    Ok(())
}

/// An `RBXScriptConnection`.
pub(crate) struct ConnectionHandle(Rc<Connection>);

impl UserData for ConnectionHandle {
    fn add_fields<F: mlua::UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "RBXScriptConnection");
        fields.add_field_method_get("Connected", |_, handle| Ok(handle.0.is_connected()));
    }

    fn add_methods<M: mlua::UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("Disconnect", |_, handle, ()| {
            handle.0.state.set(ConnectionState::Disconnected);
            Ok(())
        });
    }
}
