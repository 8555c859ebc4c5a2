//! The state of one simulated Studio, reachable from every native function.
//!
//! **Invariant:** no part of the world is borrowed while script code runs. Natives collect what they need, end the
//! borrow, and only then fire signals or resume threads.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use mlua::{Function, Lua, Table, Value};

use crate::studio::PlaceInfo;
use crate::studio::instance::{Arena, InstanceRef};
use crate::studio::measure::Counters;
use crate::studio::plugin::SettingsFile;
use crate::studio::sched::Scheduler;
use crate::studio::schema::Schema;
use crate::studio::services::http::{HttpPolicy, Network};
use crate::studio::services::run::RunContext;
use crate::studio::services::studio::{Theme, ThemeColours};
use crate::studio::signal::SignalMode;

/// What a builder fixes for the life of a simulated Studio.
pub(crate) struct Config {
    pub(crate) signal_mode: SignalMode,
    pub(crate) place: PlaceInfo,
    pub(crate) context: RunContext,
    pub(crate) http: HttpPolicy,
    pub(crate) user_id: i64,
    pub(crate) user_names: BTreeMap<i64, String>,
    pub(crate) widget_size: (f32, f32),
    pub(crate) optimization_level: u8,
}

/// What scripts did that a test must know of.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) errors: Vec<String>,
    pub(crate) unsimulated: BTreeSet<String>,
    pub(crate) output: Vec<String>,
    pub(crate) footprint: BTreeSet<(&'static str, &'static str)>,
}

/// Functions written in Luau because they yield or must see Luau's own error values.
pub(crate) struct Natives {
    pub(crate) unsimulated_global: Function,
    pub(crate) signal_wait: Function,
    pub(crate) wait_for_child: Function,
    /// Wraps a native that registers the running thread, so that the wrapper yields until it is completed.
    pub(crate) yielding: Function,
    /// Builds the `require` of one script.
    pub(crate) require: Function,
    pub(crate) index_twice: Function,
    pub(crate) tostring: Function,
}

pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) schema: Schema,
    pub(crate) arena: RefCell<Arena>,
    pub(crate) scheduler: RefCell<Scheduler>,
    pub(crate) report: RefCell<Report>,
    pub(crate) counters: Rc<Counters>,
    pub(crate) methods: RefCell<HashMap<(&'static str, &'static str), Function>>,
    pub(crate) network: Network,
    pub(crate) settings: SettingsFile,
    pub(crate) theme: Cell<Theme>,
    pub(crate) theme_colours: ThemeColours,
    /// The Instance behind the global `plugin`.
    pub(crate) plugin: Cell<Option<InstanceRef>>,
    /// What `require` has loaded, by module.
    pub(crate) modules: OnceCell<Table>,
    pub(crate) next_guid: Cell<u64>,
    natives: OnceCell<Natives>,
}

impl World {
    pub(crate) fn new(config: Config, settings: SettingsFile, theme: Theme) -> Self {
        Self {
            config,
            schema: Schema::load(),
            arena: RefCell::default(),
            scheduler: RefCell::default(),
            report: RefCell::default(),
            counters: Rc::default(),
            methods: RefCell::default(),
            network: Network::start(),
            settings,
            theme: Cell::new(theme),
            theme_colours: ThemeColours::load(),
            plugin: Cell::new(None),
            modules: OnceCell::new(),
            next_guid: Cell::new(1),
            natives: OnceCell::new(),
        }
    }

    pub(crate) fn natives(&self) -> &Natives {
        self.natives.get().expect("the prelude is loaded before any script runs")
    }

    pub(crate) fn set_natives(&self, natives: Natives) {
        assert!(self.natives.set(natives).is_ok(), "the prelude is loaded once");
    }

    /// Records an error that no script caught.
    pub(crate) fn record_error(&self, text: impl Into<String>) {
        self.report.borrow_mut().errors.push(text.into());
    }

    /// The error for something that exists in Studio and not here. It is remembered even if a script catches it.
    pub(crate) fn unsimulated(&self, what: impl Into<String>) -> mlua::Error {
        let what = what.into();
        let error = mlua::Error::runtime(format!("STUDIO-SIM: {what} exists in Studio but is not simulated"));
        self.report.borrow_mut().unsimulated.insert(what);
        error
    }
}

/// The world that this virtual machine belongs to.
pub(crate) fn world_of(lua: &Lua) -> Rc<World> {
    lua.app_data_ref::<Rc<World>>().expect("every simulated virtual machine carries its world").clone()
}

/// Where the running script is, as `Script:line`; empty when no script runs.
pub(crate) fn caller(lua: &Lua) -> String {
    (0..10)
        .find_map(|level| {
            lua.inspect_stack(level, |frame| {
                let source = frame.source().short_src.map(|name| name.to_string()).unwrap_or_default();
                let line = frame.current_line()?;
                (source != "prelude").then(|| format!("{source}:{line}"))
            })
            .flatten()
        })
        .unwrap_or_default()
}

/// The text of an error without the wrapping and traceback that Rust natives add to it.
pub(crate) fn error_text(error: &mlua::Error) -> String {
    let mut cause = error;
    while let mlua::Error::CallbackError { cause: inner, .. } = cause {
        cause = inner;
    }
    let text = match cause {
        mlua::Error::RuntimeError(text) => text.clone(),
        other => other.to_string(),
    };
    text.split("\nstack traceback:").next().unwrap_or_default().to_owned()
}

/// The same as an error of the harness.
#[expect(clippy::needless_pass_by_value, reason = "it is passed to `map_err`")]
pub(crate) fn plain(error: mlua::Error) -> anyhow::Error {
    anyhow::Error::msg(error_text(&error))
}

/// The same for whatever value a script threw.
pub(crate) fn thrown_text(value: &Value) -> Option<String> {
    match value {
        Value::Error(error) => Some(error_text(error)),
        _ => None,
    }
}
