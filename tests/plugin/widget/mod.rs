//! Tests of the plugin: its shipped modules, run in the simulated Studio against a daemon.
//!
//! Most run against a [`FakeDaemon`](fake_daemon::FakeDaemon), which can lie, refuse and fall silent; `real_daemon` runs
//! against the real one.
//!
//! **Invariant:** every test ends in [`Panel::finish`], so each one also shows that the plugin leaves nothing behind.

mod appearance;
mod explorer;
mod fake_daemon;
mod link;
mod messages;
mod modules;
mod pairing;
mod play_test;
mod real_daemon;
mod universe;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tests::studio::plugin::SettingsFile;
use tests::studio::signal::SignalMode;
use tests::studio::{Studio, StudioBuilder};

/// How long the network may take before a test fails.
const LIMIT: Duration = Duration::from_secs(10);

/// The name of the toolbar's button.
const BUTTON: &str = "open";

fn plugin_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../plugin-lua")
}

/// What Studio remembers of a plugin that last looked for the daemon at `port`.
fn settings_with_port(port: u16) -> SettingsFile {
    let settings = SettingsFile::default();
    settings.set("dsmpPort", json!(port));
    settings
}

/// The same of one that was paired there.
fn settings_with_token(port: u16, id: &str, secret: &str) -> SettingsFile {
    let settings = settings_with_port(port);
    settings.set("dsmpTokenId", json!(id));
    settings.set("dsmpTokenSecret", json!(secret));
    settings
}

/// A simulated Studio with the plugin loaded from its sources.
struct Panel {
    studio: Studio,
}

impl Panel {
    /// Starts Studio with the plugin; the panel stays closed, as on a first start.
    fn start(builder: StudioBuilder, settings: &SettingsFile) -> Self {
        let mut studio = builder.settings(settings).build();
        studio.load_source(&plugin_folder()).expect("the plugin loads");
        Self { studio }
    }

    /// Starts Studio with a paired plugin and opens the panel.
    fn open(port: u16) -> Self {
        Self::open_in(Studio::builder(), port)
    }

    fn open_in(builder: StudioBuilder, port: u16) -> Self {
        let settings = settings_with_token(port, fake_daemon::TOKEN, fake_daemon::SECRET);
        let mut panel = Self::start(builder, &settings);
        panel.press_toolbar();
        panel
    }

    fn press_toolbar(&mut self) {
        self.studio.toolbar_button(BUTTON).expect("the toolbar's button").click();
    }

    fn text(&self, name: &str) -> String {
        text(&self.studio, name)
    }

    fn is_visible(&self, name: &str) -> bool {
        self.studio.is_visible(name).unwrap_or_else(|error| panic!("{error:#}"))
    }

    fn rows(&self, view: &str) -> Vec<String> {
        rows(&self.studio, view)
    }

    /// Presses the row whose name is `name`.
    fn press_row(&mut self, view: &str, name: &str) {
        let rows = self.rows(view);
        let found = rows.iter().position(|row| row.split('=').next() == Some(name));
        let slot = found.unwrap_or_else(|| panic!("no row `{name}` among {rows:?}")) + 1;
        self.press(&format!("{view}-row-{slot}"));
    }

    fn press(&mut self, name: &str) {
        self.studio.fire(name, "Activated").unwrap_or_else(|error| panic!("{error:#}"));
    }

    fn enter(&mut self, name: &str, text: &str) {
        self.studio.set_text(name, text, false).unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// Lets real time pass until the condition holds.
    fn wait(&mut self, mut condition: impl FnMut(&Studio) -> bool) {
        let held = self.studio.pump_until(LIMIT, |studio| condition(studio));
        held.unwrap_or_else(|error| panic!("{error:#}"));
    }

    fn wait_for_text(&mut self, name: &str, expected: &str) {
        self.wait(|studio| text(studio, name) == expected);
    }

    fn wait_for_state(&mut self, expected: &str) {
        self.wait_for_text("status-state", expected);
    }

    fn wait_for_rows(&mut self, view: &str, expected: &[&str]) {
        self.wait(|studio| rows(studio, view) == expected);
    }

    /// Unloads the plugin and shows that it ran clean and left nothing.
    fn finish(mut self) {
        self.studio.unload().assert_empty();
        self.studio.assert_clean();
    }
}

fn text(studio: &Studio, name: &str) -> String {
    studio.text_of(name).unwrap_or_else(|error| panic!("{error:#}"))
}

/// The visible rows of a list, each as `name=detail`.
fn rows(studio: &Studio, view: &str) -> Vec<String> {
    let mut rows = Vec::new();
    for slot in 1.. {
        let row = format!("{view}-row-{slot}");
        let Ok(is_visible) = studio.is_visible(&row) else { break };
        if is_visible {
            // Every row has parts of the same names, so they are named by their whole paths.
            let part = |part: &str| {
                text(studio, &format!("dsmp.app-root.body.{view}-panel.{view}-list.{row}.{part}"))
            };
            rows.push(format!("{}={}", part("name"), part("detail")));
        }
    }
    rows
}

/// Runs a test in both of the ways in which a place may run handlers.
fn in_both_modes(test: impl Fn(SignalMode)) {
    test(SignalMode::Deferred);
    test(SignalMode::Immediate);
}
