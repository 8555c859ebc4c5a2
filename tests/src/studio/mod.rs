//! A simulated Studio: runs the plugin in a Luau virtual machine and lets a test use and inspect it.
//!
//! It loads the shipped model or the source tree, gives scripts Instances, signals, the task library and the services the
//! plugin uses, and connects web streams and requests to real sockets on this machine. It does not lay out, paint or route
//! mouse input yet: tests fire the signals themselves. It does not simulate a game: no physics, no replication.
//!
//! **Invariant:** what exists in Studio and not here raises; it never answers nil.
//! **Invariant:** an error that no script catches is kept and fails the test, at the latest when the Studio is dropped.
//! **Invariant:** time is virtual and random numbers are seeded, so without sockets every run is the same.
//!
//! ```no_run
//! use std::path::Path;
//! use std::time::Duration;
//! use tests::studio::Studio;
//!
//! # fn main() -> anyhow::Result<()> {
//! let mut studio = Studio::builder().build();
//! studio.load_source(Path::new("../plugin-lua"))?;
//! studio.toolbar_button("dsmp")?.click();
//! studio.pump_until(Duration::from_secs(5), |studio| studio.text_of("Status").is_ok_and(|text| text == "Connected"))?;
//! studio.fire("Disconnect", "Activated")?;
//! studio.run_for(0.5);
//! studio.unload().assert_empty();
//! studio.assert_clean();
//! # Ok(())
//! # }
//! ```

mod engine;
pub mod inspect;
pub mod instance;
mod json;
mod load;
pub mod measure;
mod members;
mod methods;
pub mod plugin;
mod sched;
mod schema;
pub mod services;
pub mod signal;
mod tree;
pub mod unload;
mod value;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::bail;
use mlua::{FromLuaMulti, Lua, MultiValue};
use rbx_types::Variant;

use crate::studio::instance::InstanceRef;
use crate::studio::measure::Measure;
use crate::studio::plugin::SettingsFile;
use crate::studio::sched::{Resumption, advance, drain, resume};
use crate::studio::services::http::{HttpPolicy, deliver};
use crate::studio::services::run::RunContext;
use crate::studio::services::studio::{Theme, show_theme};
use crate::studio::signal::{SignalMode, fire};
use crate::studio::world::{Config, World, error_text, plain};

/// Frames per virtual second.
const FRAME_RATE: f64 = 60.0;

/// Slack for virtual seconds summed from frames.
const FRAME_SLACK_SECONDS: f64 = 1e-6;

/// How long one wait for the network lasts before the next frame.
const PUMP_INTERVAL: Duration = Duration::from_millis(5);

/// The open place, as `game` reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceInfo {
    /// `game.GameId`; 0 for an unpublished place.
    pub game_id: i64,
    /// `game.PlaceId`; 0 for an unpublished place.
    pub place_id: i64,
    /// Whether the place is edited together, which changes what `RunService` answers.
    pub team_create: bool,
}

/// The choices a simulated Studio is built with.
pub struct StudioBuilder {
    config: Config,
    settings: SettingsFile,
    theme: Theme,
    plugin_attributes: Vec<(String, String)>,
}

impl StudioBuilder {
    /// When handlers run. Default: deferred. Tests of the user interface should run in both modes.
    pub fn signals(mut self, mode: SignalMode) -> Self {
        self.config.signal_mode = mode;
        self
    }

    /// The open place. Default: game 1, place 2, not in Team Create.
    pub fn place(mut self, place: PlaceInfo) -> Self {
        self.config.place = place;
        self
    }

    /// The data model this copy of the plugin runs in. Default: edit.
    pub fn context(mut self, context: RunContext) -> Self {
        self.config.context = context;
        self
    }

    /// The colour theme. Default: dark.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// The size every dock widget reports, in pixels. Default: 900 by 520.
    pub fn widget_size(mut self, width: f32, height: f32) -> Self {
        self.config.widget_size = (width, height);
        self
    }

    /// Whom requests may reach. Default: this machine.
    pub fn http(mut self, policy: HttpPolicy) -> Self {
        self.config.http = policy;
        self
    }

    /// The settings file, to share one between Studios. Default: an empty one.
    pub fn settings(mut self, settings: &SettingsFile) -> Self {
        self.settings = settings.clone();
        self
    }

    /// The user who is logged in to Studio; 0 when nobody is. Default: 1.
    pub fn user_id(mut self, user_id: i64) -> Self {
        self.config.user_id = user_id;
        self
    }

    /// A user whom `Players:GetNameFromUserIdAsync` knows.
    pub fn user_name(mut self, user_id: i64, name: &str) -> Self {
        self.config.user_names.insert(user_id, name.to_owned());
        self
    }

    /// An attribute that the installer put on the plugin's top Instance.
    pub fn plugin_attribute(mut self, name: &str, value: &str) -> Self {
        self.plugin_attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Luau's optimisation level, 0 to 2. Default: 1, which Studio's edit mode is believed to use.
    pub fn optimization_level(mut self, level: u8) -> Self {
        self.config.optimization_level = level;
        self
    }

    /// Starts the simulated Studio.
    ///
    /// # Panics
    ///
    /// When the simulator itself is broken: its data does not parse or its prelude does not run.
    pub fn build(self) -> Studio {
        let world = Rc::new(World::new(self.config, self.settings, self.theme));
        let lua = engine::build(&world).expect("the simulator's own code runs");
        Studio { lua, world, plugin_attributes: self.plugin_attributes, root: None, checked: false }
    }
}

/// A simulated Studio with at most one plugin.
///
/// Call [`Studio::assert_clean`] at the end of each test; dropping one that was never checked panics.
pub struct Studio {
    lua: Lua,
    world: Rc<World>,
    plugin_attributes: Vec<(String, String)>,
    /// The loaded plugin's top Instance.
    root: Option<InstanceRef>,
    checked: bool,
}

impl Studio {
    /// Begins building one.
    pub fn builder() -> StudioBuilder {
        StudioBuilder {
            config: Config {
                signal_mode: SignalMode::Deferred,
                place: PlaceInfo { game_id: 1, place_id: 2, team_create: false },
                context: RunContext::Edit,
                http: HttpPolicy::LocalhostOnly,
                user_id: 1,
                user_names: BTreeMap::new(),
                widget_size: (900.0, 520.0),
                optimization_level: 1,
            },
            settings: SettingsFile::default(),
            theme: Theme::Dark,
            plugin_attributes: Vec::new(),
        }
    }

    /// Loads a binary model, as Studio loads it from the plugins folder, and runs its scripts.
    pub fn load_plugin(&mut self, path: &Path) -> anyhow::Result<()> {
        let tops = load::read_model(&self.world, path)?;
        let [top] = tops[..] else {
            bail!("a plugin has one top Instance, `{}` has {}", path.display(), tops.len())
        };
        self.run_plugin(top)
    }

    /// Loads a source tree, by its project file if it has one, and runs its scripts.
    pub fn load_source(&mut self, directory: &Path) -> anyhow::Result<()> {
        let top = load::read_source(&self.world, directory)?;
        self.run_plugin(top)
    }

    /// Loads a source tree without running scripts, so that [`Studio::eval`] can require single modules.
    pub fn load_modules(&mut self, directory: &Path) -> anyhow::Result<()> {
        self.root = Some(load::read_source(&self.world, directory)?);
        Ok(())
    }

    /// Runs every enabled Script of the tree, in the order of the tree. Errors are kept, as in Studio's output.
    fn run_plugin(&mut self, top: InstanceRef) -> anyhow::Result<()> {
        self.root = Some(top);
        let scripts: Vec<_> = {
            let mut arena = self.world.arena.borrow_mut();
            let attributes = self.plugin_attributes.iter().cloned();
            let attributes = attributes.map(|(name, value)| (name, Variant::String(value)));
            arena.node_mut(top).attributes.extend(attributes);
            let all = std::iter::once(top).chain(arena.descendants(top));
            all.filter(|instance| arena.node(*instance).class.name == "Script").collect()
        };
        if scripts.is_empty() {
            bail!("the plugin `{}` holds no Script", self.world.name_of(top));
        }
        for script in scripts {
            match load::compile(&self.lua, script) {
                Ok(function) => {
                    let thread = self.lua.create_thread(function).map_err(plain)?;
                    let arguments = MultiValue::new();
                    resume(&self.lua, Resumption { thread, arguments, connection: None, depth: 0 });
                }
                Err(error) => self.world.record_error(error_text(&error)),
            }
        }
        drain(&self.lua);
        Ok(())
    }

    /// Runs code as a Script beside the plugin's modules: `require("./X")` finds the top-level module `X`, and `plugin` is
    /// set. Answers what it returns; it must not yield.
    pub fn eval<R: FromLuaMulti>(&mut self, code: &str) -> anyhow::Result<R> {
        let script = self.world.create("Script");
        self.world.set_name(script, "Test");
        {
            let mut arena = self.world.arena.borrow_mut();
            let node = arena.node_mut(script);
            node.properties.insert("Source", code.to_owned().into());
            node.parent = self.root;
        }
        let function = load::compile(&self.lua, script).map_err(plain)?;
        let thread = self.lua.create_thread(function).map_err(plain)?;
        self.world.counters.begin_resumption();
        let outcome = thread.resume::<MultiValue>(());
        self.world.counters.end_resumption();
        drain(&self.lua);
        let values = outcome.map_err(plain)?;
        if thread.is_resumable() {
            bail!(
                "the code yielded; let it `print` or set a global in `shared`, run the clock, and look at the result"
            );
        }
        R::from_lua_multi(values, &self.lua).map_err(plain)
    }

    /// Lets virtual time pass, 60 frames a second, delivering what the network has brought meanwhile. The clock stands
    /// still while an answer is under way, for a real second at most: it must not run out before the answer can come.
    pub fn run_for(&mut self, seconds: f64) {
        let end = self.now() + seconds;
        while self.now() < end - FRAME_SLACK_SECONDS {
            while self.deliver_next(self.world.network.settle_time()) {}
            self.frame(self.next_step().min(end - self.now()));
        }
    }

    /// Lets virtual time follow real time until the condition holds. Needed whenever real sockets take part.
    ///
    /// # Errors
    ///
    /// When the condition does not hold within the limit; the error lists the scripts' errors and the shown texts.
    pub fn pump_until(
        &mut self,
        limit: Duration,
        mut condition: impl FnMut(&mut Self) -> bool,
    ) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut last = start;
        loop {
            drain(&self.lua);
            if condition(self) {
                return Ok(());
            }
            let now = Instant::now();
            if now.duration_since(start) > limit {
                let report = self.world.report.borrow();
                let (errors, output) = (report.errors.join("\n"), report.output.join("\n"));
                drop(report);
                let widgets = self.snapshot_all();
                bail!(
                    "the condition did not hold within {limit:?}\nscript errors:\n{errors}\noutput:\n{output}\nwidgets:\n{widgets}"
                );
            }
            self.deliver_next(PUMP_INTERVAL);
            self.frame(now.duration_since(last).as_secs_f64());
            last = now;
        }
    }

    /// How far the clock can move at once: one frame, or all frames in which nothing could happen.
    fn next_step(&self) -> f64 {
        let frame = 1.0 / FRAME_RATE;
        if self.world.is_watching_frames() || !self.world.network.is_silent() {
            return frame;
        }
        let until_timer = self.world.scheduler.borrow().next_timer().unwrap_or(f64::INFINITY);
        (until_timer / frame - FRAME_SLACK_SECONDS).ceil().max(1.0) * frame
    }

    fn deliver_next(&mut self, wait: Duration) -> bool {
        let Some(arrival) = self.world.network.receive(wait) else { return false };
        if let Err(error) = deliver(&self.lua, arrival) {
            self.world.record_error(error_text(&error));
        }
        drain(&self.lua);
        true
    }

    fn frame(&mut self, seconds: f64) {
        if let Err(error) = advance(&self.lua, seconds) {
            self.world.record_error(error_text(&error));
        }
    }

    /// Switches the theme, as the user's preference would.
    pub fn set_theme(&mut self, theme: Theme) -> anyhow::Result<()> {
        let studio = self.world.arena.borrow().services["Studio"];
        show_theme(&self.lua, &self.world, studio, theme).map_err(plain)?;
        fire(&self.lua, studio, "ThemeChanged", ()).map_err(plain)?;
        drain(&self.lua);
        Ok(())
    }

    /// The settings file of this Studio's user.
    pub fn settings(&self) -> SettingsFile {
        self.world.settings.clone()
    }

    /// Virtual seconds since the Studio was built.
    pub fn now(&self) -> f64 {
        self.world.scheduler.borrow().now()
    }

    /// Everything scripts printed; warnings start with `warning: `.
    pub fn output(&self) -> Vec<String> {
        self.world.report.borrow().output.clone()
    }

    /// Takes the errors that scripts did not catch. For tests in which a script must fail.
    pub fn take_errors(&mut self) -> Vec<String> {
        std::mem::take(&mut self.world.report.borrow_mut().errors)
    }

    /// Takes what scripts touched that exists in Studio and not here, caught or not. For tests of the simulator.
    pub fn take_unsimulated(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.world.report.borrow_mut().unsimulated)
    }

    /// Every member of a Studio class that scripts used, as `Class.Member`.
    pub fn footprint(&self) -> BTreeSet<String> {
        let report = self.world.report.borrow();
        report.footprint.iter().map(|(class, member)| format!("{class}.{member}")).collect()
    }

    /// Work done so far.
    pub fn measure(&self) -> Measure {
        let arena = self.world.arena.borrow();
        let alive = arena.all().filter(|(_, node)| node.made_by_script && !node.destroyed);
        self.world.counters.measure(alive.count(), self.lua.used_memory())
    }

    /// Fails the test if a script raised an error nobody caught, or touched something that is not simulated.
    ///
    /// # Panics
    ///
    /// In exactly those cases.
    pub fn assert_clean(&mut self) {
        self.checked = true;
        if let Some(complaint) = self.complaint() {
            // Said once: dropping the Studio must not fail again.
            self.take_errors();
            self.take_unsimulated();
            panic!("{complaint}");
        }
    }

    fn complaint(&self) -> Option<String> {
        let report = self.world.report.borrow();
        if report.errors.is_empty() && report.unsimulated.is_empty() {
            return None;
        }
        let unsimulated = report.unsimulated.iter().map(|what| format!("not simulated: {what}"));
        let lines: Vec<_> = report.errors.iter().cloned().chain(unsimulated).collect();
        Some(format!("the plugin did not run clean:\n{}", lines.join("\n")))
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert!(self.checked, "this test never called `assert_clean` on its simulated Studio");
        if let Some(complaint) = self.complaint() {
            panic!("after `assert_clean`, {complaint}");
        }
    }
}
