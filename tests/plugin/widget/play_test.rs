//! Copies of the plugin in games that Studio tests.

use serde_json::json;
use tests::studio::Studio;
use tests::studio::services::run::RunContext;

use super::fake_daemon::{FakeDaemon, SECRET, TOKEN};
use super::{Panel, settings_with_token};

#[test]
fn u_75_copies_in_running_games_create_nothing() {
    let daemon = FakeDaemon::start();
    for context in [RunContext::RunMode, RunContext::PlayServer, RunContext::PlayClient] {
        let settings = settings_with_token(daemon.port(), TOKEN, SECRET);
        let mut copy = Panel::start(Studio::builder().context(context), &settings);
        copy.studio.run_for(60.0);
        assert_eq!(copy.studio.measure().instances, 0, "{context:?}");
        assert_eq!(copy.studio.snapshot_all(), "");
        assert_eq!(settings.get("dsmpPort"), Some(json!(daemon.port())));
        assert_eq!(settings.keys().len(), 3);
        copy.finish();
    }
    assert_eq!(daemon.heard(), Vec::<String>::new());
}
