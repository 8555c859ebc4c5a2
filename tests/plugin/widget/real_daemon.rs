//! The plugin and the real daemon, in one process.

use daemon::plugin::{self, InstallSecret};
use daemon::secret::Secret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::daemon::TestDaemon;
use tests::http::HttpClient;
use tests::studio::Studio;
use tests::studio::plugin::SettingsFile;
use tokio::runtime::Runtime;

use super::{BUTTON, Panel, settings_with_port};

const STORE: &str = "/api/v1/datastores/Players/keys";

/// A daemon that holds one entry of ours beside its sample data, and its owner's client.
struct Home {
    daemon: TestDaemon,
    owner: HttpClient,
    runtime: Runtime,
}

impl Home {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (daemon, owner) = runtime.block_on(async {
            let daemon = TestDaemon::start().await;
            let owner = daemon.owner().await;
            (daemon, owner)
        });
        let home = Self { daemon, owner, runtime };
        home.put("Ann", r#"{"Coins":12,"Ratio":1.0,"Big":12345678901234567890,"Bag":{}}"#);
        home
    }

    fn port(&self) -> u16 {
        self.daemon.address.port()
    }

    fn put(&self, key: &str, value: &str) {
        let body = format!(r#"{{"value":{value}}}"#);
        self.runtime.block_on(self.owner.put(&format!("{STORE}/{key}"), &body)).ok();
    }

    /// The whole answer, as text, so that the value's bytes are in it.
    fn get(&self, key: &str) -> String {
        self.runtime.block_on(self.owner.get(&format!("{STORE}/{key}"))).body
    }

    fn call(&self, operation: &str, request: &Value) -> Value {
        let path = format!("/api/v1/call/{operation}");
        self.runtime.block_on(self.owner.post(&path, &request.to_string())).ok()
    }

    /// The credential of a plugin file, as `dsmp plugin install` gets it.
    fn install_secret(&self) -> InstallSecret {
        let made = self.call("studio.createInstall", &json!({}));
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let secret = Secret::from_hex(&text(&made["secret"])).expect("64 hex digits");
        InstallSecret { id: text(&made["token"]["id"]), secret }
    }

    /// A Studio that loads the plugin from Studio's folder, after it was installed there.
    fn installed(&self, settings: &SettingsFile) -> (TempDir, Panel) {
        let folder = TempDir::new().expect("a temporary directory");
        let file =
            plugin::install::install(folder.path(), &self.install_secret()).expect("the plugin is installed");
        let mut studio = Studio::builder().widget_size(1200.0, 800.0).settings(settings).build();
        studio.load_plugin(&file).expect("the plugin loads");
        (folder, Panel { studio })
    }
}

impl Panel {
    fn open_ann(&mut self) {
        self.wait(|studio| super::rows(studio, "stores").iter().any(|row| row == "Players="));
        self.press_row("stores", "Players");
        self.wait_for_rows("keys", &["Ann="]);
        self.press_row("keys", "Ann");
        self.wait_for_rows(
            "entry",
            &["Coins=12", "Ratio=1.0", "Big=12345678901234567890", "> Bag=0 members"],
        );
    }
}

#[test]
fn s_11_an_installed_plugin_pairs_silently_and_edits_one_scalar() {
    let home = Home::start();
    let settings = settings_with_port(home.port());
    let (_folder, mut panel) = home.installed(&settings);
    panel.wait_for_state("Connected");
    assert_eq!(settings.keys(), ["dsmpPort"], "nothing is asked and nothing is written");
    panel.press_toolbar();
    panel.open_ann();

    panel.press_row("entry", "Coins");
    panel.enter("editor-input", "13.00");
    panel.press("editor-save");
    panel.wait(|studio| super::rows(studio, "entry").iter().any(|row| row == "Coins=13.00"));
    let kept = r#""value":{"Coins":13.00,"Ratio":1.0,"Big":12345678901234567890,"Bag":{}}"#;
    assert!(home.get("Ann").contains(kept), "{}", home.get("Ann"));
    panel.finish();
}

#[test]
fn a_change_of_another_face_appears_without_a_press() {
    let home = Home::start();
    let (_folder, mut panel) = home.installed(&settings_with_port(home.port()));
    panel.press_toolbar();
    panel.open_ann();
    home.put("Ann", r#"{"Coins":14}"#);
    panel.wait_for_rows("entry", &["Coins=14"]);
    home.put("Bo", r#"{"Coins":1}"#);
    panel.wait_for_rows("keys", &["Ann=", "Bo="]);
    panel.finish();
}

#[test]
fn a_stale_edit_is_a_conflict_that_writes_nothing() {
    let home = Home::start();
    let (_folder, mut panel) = home.installed(&settings_with_port(home.port()));
    panel.press_toolbar();
    panel.open_ann();
    panel.press_row("entry", "Coins");
    panel.enter("editor-input", "100");
    home.put("Ann", r#"{"Coins":50}"#);
    panel.press("editor-save");
    panel.wait(|studio| super::text(studio, "editor-message").contains("was changed since you saw it"));
    panel.wait_for_rows("entry", &["Coins=50"]);
    assert!(home.get("Ann").contains(r#""value":{"Coins":50}"#));
    panel.press("editor-save");
    panel.wait_for_rows("entry", &["Coins=100"]);
    panel.finish();
}

#[test]
fn s_11_a_code_approved_in_the_dashboard_pairs_a_built_plugin() {
    let home = Home::start();
    let settings = settings_with_port(home.port());
    let folder = TempDir::new().expect("a temporary directory");
    let file = folder.path().join("built.rbxm");
    std::fs::write(&file, plugin::model::build(None).expect("the plugin is built"))
        .expect("the file is written");
    let mut studio = Studio::builder().settings(&settings).build();
    studio.load_plugin(&file).expect("the plugin loads");
    studio.toolbar_button(BUTTON).expect("the toolbar's button").click();
    let mut panel = Panel { studio };
    panel.wait_for_state("Compare the code");

    let asking = home.call("studio.list", &json!({}));
    let wish = &asking["pairings"][0];
    let code = wish["code"].as_str().expect("a code");
    assert!(panel.text("strip-text").contains(code), "the same code on both sides");
    home.call("studio.approve", &json!({ "pairing": wish["pairing"], "code": code }));
    panel.studio.run_for(3.0);
    panel.wait_for_state("Connected");
    assert_eq!(home.call("studio.list", &json!({}))["sessions"].as_array().map(Vec::len), Some(1));
    panel.finish();
}

#[test]
fn a_refused_code_pairs_nothing() {
    let home = Home::start();
    let mut panel = Panel::start(Studio::builder(), &settings_with_port(home.port()));
    panel.press_toolbar();
    panel.wait_for_state("Compare the code");
    let wish = home.call("studio.list", &json!({}))["pairings"][0]["pairing"].clone();
    home.call("studio.refuse", &json!({ "pairing": wish }));
    panel.studio.run_for(3.0);
    panel.wait_for_state("Not paired");
    assert!(panel.text("strip-text").contains("refused in the dashboard"));
    panel.finish();
}

#[test]
fn s_16_a_revoked_plugin_loses_its_link() {
    let home = Home::start();
    let (_folder, mut panel) = home.installed(&settings_with_port(home.port()));
    panel.press_toolbar();
    panel.wait_for_state("Connected");
    let session = home.call("studio.list", &json!({}))["sessions"][0].clone();
    assert!(session.is_object());
    let tokens = home.call("tokens.list", &json!({}));
    for token in tokens["tokens"].as_array().expect("tokens") {
        if token["name"] == "Installed plugin" {
            home.call("tokens.revoke", &json!({ "token": token["id"] }));
        }
    }
    panel.wait(|studio| super::text(studio, "status-state") != "Connected");
    panel.studio.run_for(40.0);
    panel.wait(|studio| {
        let state = super::text(studio, "status-state");
        state == "Access revoked" || state == "Another program answers"
    });
    assert_eq!(panel.text("strip-button"), "Pair again");
    panel.finish();
}
