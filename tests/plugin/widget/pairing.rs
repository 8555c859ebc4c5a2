//! How the plugin gets its credential: from its own file, or by a code that a person compares.

use serde_json::json;
use tests::studio::Studio;
use tests::studio::plugin::SettingsFault;

use super::fake_daemon::{CODE, FakeDaemon, Nature, Reception, SECRET, TOKEN};
use super::{Panel, in_both_modes, settings_with_port, settings_with_token};

#[test]
fn an_unpaired_plugin_asks_for_nothing_until_a_person_looks_at_it() {
    let daemon = FakeDaemon::start();
    let mut panel = Panel::start(Studio::builder(), &settings_with_port(daemon.port()));
    panel.wait_for_state("Not paired");
    panel.studio.run_for(60.0);
    assert!(daemon.heard().iter().all(String::is_empty), "only whether anyone answers was asked");
    panel.press_toolbar();
    panel.wait_for_state("Compare the code");
    panel.finish();
}

#[test]
fn s_11_a_code_is_shown_compared_and_becomes_a_token() {
    in_both_modes(|mode| {
        let daemon = FakeDaemon::start();
        let settings = settings_with_port(daemon.port());
        let mut panel = Panel::start(Studio::builder().signals(mode), &settings);
        panel.press_toolbar();
        panel.wait_for_state("Compare the code");
        assert!(panel.text("strip-text").contains(CODE));
        panel.studio.run_for(3.0);
        assert_eq!(settings.keys(), ["dsmpPort"], "nothing is kept before a person approved");
        daemon.decide("approved");
        panel.studio.run_for(3.0);
        panel.wait_for_state("Connected");
        assert_eq!(settings.get("dsmpTokenId"), Some(json!(TOKEN)));
        panel.finish();
    });
}

#[test]
fn a_pairing_that_came_to_nothing_says_so_and_can_be_asked_for_again() {
    for (decision, told) in [("refused", "refused in the dashboard"), ("expired", "no longer valid")] {
        let daemon = FakeDaemon::start();
        daemon.decide(decision);
        let settings = settings_with_port(daemon.port());
        let mut panel = Panel::start(Studio::builder(), &settings);
        panel.press_toolbar();
        panel.wait_for_state("Compare the code");
        panel.studio.run_for(3.0);
        panel.wait_for_state("Not paired");
        assert!(panel.text("strip-text").contains(told), "{}", panel.text("strip-text"));
        daemon.decide("approved");
        panel.press("strip-button");
        panel.wait_for_state("Compare the code");
        panel.studio.run_for(3.0);
        panel.wait_for_state("Connected");
        panel.finish();
    }
}

#[test]
fn a_revoked_plugin_is_paired_again_on_request() {
    let daemon = FakeDaemon::start();
    daemon.receive(Reception::Status(401));
    let settings = settings_with_token(daemon.port(), TOKEN, SECRET);
    let mut panel = Panel::start(Studio::builder(), &settings);
    panel.press_toolbar();
    panel.wait_for_state("Access revoked");
    daemon.receive(Reception::Welcome);
    daemon.decide("approved");
    panel.press("strip-button");
    panel.wait_for_state("Compare the code");
    panel.studio.run_for(3.0);
    panel.wait_for_state("Connected");
    panel.finish();
}

#[test]
fn a_pairing_that_is_refused_costs_no_token_that_still_serves() {
    let daemon = FakeDaemon::start_as(Nature::Impostor);
    daemon.decide("refused");
    let settings = settings_with_token(daemon.port(), TOKEN, SECRET);
    let mut panel = Panel::start(Studio::builder(), &settings);
    panel.press_toolbar();
    panel.wait_for_state("Another program answers");
    panel.press("strip-button");
    panel.wait_for_state("Compare the code");
    panel.studio.run_for(3.0);
    panel.wait_for_state("Not paired");
    assert_eq!(settings.get("dsmpTokenId"), Some(json!(TOKEN)));
    panel.finish();
}

#[test]
fn a_settings_file_that_loses_writes_costs_another_pairing_and_nothing_else() {
    let daemon = FakeDaemon::start();
    daemon.decide("approved");
    let settings = settings_with_port(daemon.port());
    settings.set_fault(SettingsFault::DropWrites);
    let mut panel = Panel::start(Studio::builder(), &settings);
    panel.press_toolbar();
    panel.wait_for_state("Compare the code");
    panel.studio.run_for(3.0);
    panel.wait_for_state("Connected");
    daemon.drop_links();
    panel.wait_for_state("Reconnecting");
    panel.press("strip-button");
    panel.wait_for_state("Connected");
    panel.finish();

    let mut next_start = Panel::start(Studio::builder(), &settings);
    next_start.wait_for_state("Not paired");
    next_start.finish();
}

#[test]
fn damaged_settings_are_taken_for_none() {
    let daemon = FakeDaemon::start();
    for (id, secret) in [(json!(7), json!(SECRET)), (json!(TOKEN), json!("not hex")), (json!(""), json!(""))]
    {
        let settings = settings_with_port(daemon.port());
        settings.set("dsmpTokenId", id);
        settings.set("dsmpTokenSecret", secret);
        settings.set("dsmpTheme", json!("purple"));
        let mut panel = Panel::start(Studio::builder(), &settings);
        panel.wait_for_state("Not paired");
        assert_eq!(panel.text("status-theme"), "Theme: Auto");
        panel.finish();
    }
}
