//! How the plugin finds the daemon, makes it prove itself, and says how the link stands.

use std::time::Duration;

use serde_json::json;
use tests::studio::services::http::HttpPolicy;
use tests::studio::{PlaceInfo, Studio};

use super::fake_daemon::{Answer, FakeDaemon, Nature, Port, Reception, SECRET, TOKEN};
use super::{LIMIT, Panel, in_both_modes, settings_with_token};

/// Everything the plugin could give away: the secret, and what only its holder could compute for it.
fn assert_nothing_secret(daemon: &FakeDaemon) {
    let heard = daemon.heard();
    assert!(!heard.is_empty(), "the plugin asked for a proof");
    for text in heard {
        assert!(!text.contains(SECRET), "{text}");
        assert!(!text.contains("Proof "), "{text}");
    }
}

#[test]
fn a_paired_plugin_connects_by_itself_when_studio_starts() {
    in_both_modes(|mode| {
        let daemon = FakeDaemon::start();
        let settings = settings_with_token(daemon.port(), TOKEN, SECRET);
        let mut panel = Panel::start(Studio::builder().signals(mode), &settings);
        panel.wait_for_state("Connected");
        assert_eq!(panel.text("status-person"), "Studio EDITOR");
        assert!(daemon.heard().iter().all(|text| !text.contains(SECRET)), "the secret itself never travels");
        panel.press_toolbar();
        assert!(!panel.is_visible("strip"), "nothing is to be said of a good link");
        panel.wait(|_| daemon.heard_count("subscribe") == 1);
        panel.finish();
    });
}

#[test]
fn hello_says_which_studio_this_is() {
    let daemon = FakeDaemon::start();
    let settings = settings_with_token(daemon.port(), TOKEN, SECRET);
    let place = PlaceInfo { game_id: 5_097_539_509, place_id: 18, team_create: false };
    let mut panel = Panel::start(Studio::builder().place(place).user_id(42), &settings);
    panel.wait_for_state("Connected");
    let hello = daemon.heard().into_iter().find(|text| text.contains(r#""type":"hello""#)).expect("a hello");
    let hello: serde_json::Value = serde_json::from_str(&hello).expect("JSON");
    assert_eq!(hello["body"]["studio"]["universeId"], "5097539509");
    assert_eq!(hello["body"]["studio"]["placeId"], "18");
    assert_eq!(hello["body"]["studio"]["userId"], "42");
    assert_eq!(hello["body"]["client"]["kind"], "plugin");
    panel.finish();
}

#[test]
fn s_12_an_impostor_on_the_port_gets_no_secret() {
    for nature in [Nature::Impostor, Nature::WebServer] {
        let daemon = FakeDaemon::start_as(nature);
        let mut panel = Panel::open(daemon.port());
        panel.wait_for_state("Another program answers");
        assert!(panel.text("strip-text").contains("nothing was sent"));
        panel.studio.run_for(120.0);
        assert_nothing_secret(&daemon);
        assert_eq!(daemon.sockets(), (0, 0));
        panel.finish();
    }
}

#[test]
fn u_84_a_daemon_that_starts_later_than_studio_is_found() {
    let port = Port::reserve();
    let mut panel = Panel::open(port.number);
    panel.wait_for_state("Waiting for the daemon");
    let told = panel.text("strip-text");
    assert!(told.contains("dsmp serve") && told.contains(&port.number.to_string()), "{told}");
    panel.studio.run_for(600.0);
    assert_eq!(panel.text("status-state"), "Waiting for the daemon", "it waits for ever");

    let _daemon = FakeDaemon::start_on(port);
    let found = panel.studio.pump_until(LIMIT, |studio| {
        // A try that began too early may still be under way, and then the button has nothing to hasten.
        drop(studio.fire("strip-button", "Activated"));
        super::text(studio, "status-state") == "Connected"
    });
    found.expect("the daemon is found");
    panel.finish();
}

#[test]
fn u_77_tries_are_1_to_30_seconds_apart_for_ever() {
    let daemon = FakeDaemon::start_as(Nature::Busy);
    let mut panel = Panel::open(daemon.port());
    panel.wait_for_state("Daemon busy");
    let mut pauses: Vec<u32> = Vec::new();
    for _ in 0..40 {
        let (tries, writes) = (daemon.heard().len(), panel.studio.measure().property_writes);
        panel.press("strip-button");
        // The answer has come when the strip is written anew.
        panel.wait(|studio| studio.measure().property_writes > writes);
        assert_eq!(daemon.heard().len(), tries + 1, "one try at a time");
        let told = panel.text("strip-text");
        let seconds =
            told.rsplit("Next try in ").next().and_then(|rest| rest.strip_suffix(" s.")?.parse().ok());
        pauses.push(seconds.unwrap_or_else(|| panic!("{told}")));
    }
    assert!(pauses.iter().all(|pause| (1..=30).contains(pause)), "{pauses:?}");
    assert!(pauses.iter().max() > Some(&20) && pauses.iter().min() < Some(&10), "no jitter in {pauses:?}");
    let tries = daemon.heard().len();
    panel.studio.run_for(31.0);
    panel.wait(|_| daemon.heard().len() > tries);
    panel.finish();
}

#[test]
fn a_daemon_that_restarts_is_linked_again_and_asked_again() {
    in_both_modes(|mode| {
        let daemon = FakeDaemon::start();
        let mut panel = Panel::open_in(Studio::builder().signals(mode), daemon.port());
        panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
        daemon.drop_links();
        panel.wait_for_state("Reconnecting");
        assert_eq!(panel.rows("stores").len(), 3, "what was seen stays");
        daemon.change(|universe| universe.add_store("Zoo"));
        panel.press("strip-button");
        panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players=", "Zoo="]);
        assert_eq!(daemon.sockets(), (2, 1));
        panel.finish();
    });
}

#[test]
fn a_silent_link_is_given_up_and_made_anew() {
    let daemon = FakeDaemon::start();
    let mut panel = Panel::open(daemon.port());
    // The last answer of a fresh link; from here on the daemon says nothing.
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
    panel.studio.run_for(25.0);
    panel.wait(|_| daemon.sockets().0 >= 2);
    panel.wait_for_state("Connected");
    panel.wait(|_| daemon.sockets().1 == 1);
    panel.finish();
}

#[test]
fn a_daemon_that_never_answers_the_hello_does_not_hold_the_panel() {
    let daemon = FakeDaemon::start();
    daemon.receive(Reception::Silence);
    let mut panel = Panel::open(daemon.port());
    panel.wait(|_| daemon.heard_count("hello") == 1);
    panel.studio.run_for(31.0);
    panel.wait_for_state("Waiting for the daemon");
    panel.finish();
}

#[test]
fn u_78_a_refused_link_says_why_and_offers_one_thing() {
    let check = |reception: Reception, state: &str, button: &str| {
        let daemon = FakeDaemon::start();
        daemon.receive(reception);
        let mut panel = Panel::open(daemon.port());
        panel.wait_for_state(state);
        assert_eq!(panel.text("strip-button"), button, "{reception:?}");
        assert!(panel.is_visible("strip-button"));
        let tries = daemon.heard().len();
        panel.studio.run_for(0.5);
        assert_eq!(daemon.heard().len(), tries, "{reception:?} is not asked again at once");
        panel.finish();
    };
    check(Reception::Status(401), "Access revoked", "Pair again");
    check(Reception::Code("GEN008"), "Access revoked", "Pair again");
    check(Reception::Code("GEN004"), "Versions differ", "Try now");
    check(Reception::Status(503), "Waiting for the daemon", "Try now");
}

#[test]
fn versions_that_differ_are_told_in_the_daemons_words_and_tried_again() {
    let daemon = FakeDaemon::start();
    daemon.receive(Reception::Code("GEN004"));
    let mut panel = Panel::open(daemon.port());
    panel.wait_for_state("Versions differ");
    assert!(panel.text("strip-text").contains("in the daemon's words"));
    assert!(panel.text("strip-text").contains(env!("CARGO_PKG_VERSION")));
    daemon.receive(Reception::Welcome);
    panel.press("strip-button");
    panel.wait_for_state("Connected");
    panel.finish();
}

#[test]
fn a_busy_daemon_is_not_taken_for_a_missing_one() {
    let daemon = FakeDaemon::start_as(Nature::Busy);
    let mut panel = Panel::open(daemon.port());
    panel.wait_for_state("Daemon busy");
    assert_nothing_secret(&daemon);
    panel.finish();
}

#[test]
fn a_denied_permission_names_the_place_to_allow_it() {
    let daemon = FakeDaemon::start();
    let mut panel = Panel::open_in(Studio::builder().http(HttpPolicy::Deny), daemon.port());
    panel.wait_for_state("Access not allowed");
    assert!(panel.text("strip-text").contains("Manage Plugins"));
    let before = panel.studio.measure().resumptions;
    panel.studio.run_for(60.0);
    assert_eq!(panel.studio.measure().resumptions, before, "it waits for the person, not for time");
    panel.finish();
}

#[test]
fn an_unpublished_place_is_told_and_works_with_local_data() {
    let daemon = FakeDaemon::start();
    let place = PlaceInfo { game_id: 0, place_id: 0, team_create: false };
    let mut panel = Panel::open_in(Studio::builder().place(place), daemon.port());
    panel.wait_for_state("Connected");
    assert!(panel.text("strip-text").contains("not published"));
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
    panel.finish();
}

#[test]
fn another_port_is_taken_up_at_once_and_remembered() {
    let daemon = FakeDaemon::start();
    let wrong = Port::reserve();
    let settings = settings_with_token(wrong.number, TOKEN, SECRET);
    let mut panel = Panel::start(Studio::builder(), &settings);
    panel.press_toolbar();
    panel.wait_for_state("Waiting for the daemon");
    for nonsense in ["", "port", "0", "70000", "80.5"] {
        panel.enter("strip-port", nonsense);
        assert_eq!(panel.text("strip-port"), wrong.number.to_string(), "{nonsense:?}");
    }
    panel.enter("strip-port", &daemon.port().to_string());
    panel.wait_for_state("Connected");
    assert_eq!(settings.get("dsmpPort").and_then(|port| port.as_f64()), Some(f64::from(daemon.port())));
    panel.finish();
}

#[test]
fn a_message_that_is_none_ends_the_link_and_not_the_plugin() {
    let daemon = FakeDaemon::start();
    let mut panel = Panel::open(daemon.port());
    panel.wait_for_state("Connected");
    daemon.babble();
    panel.wait_for_state("Reconnecting");
    panel.press("strip-button");
    panel.wait_for_state("Connected");
    assert!(panel.studio.output().iter().any(|line| line.contains("not a message of ours")));
    panel.finish();
}

#[test]
fn every_request_gets_one_answer_even_when_the_link_ends() {
    let daemon = FakeDaemon::start();
    daemon.answer("datastores.list", Answer::Lost);
    let mut panel = Panel::open(daemon.port());
    panel.wait(|_| daemon.heard_count("datastores.list") >= 1);
    panel.wait_for_state("Reconnecting");
    daemon.answer_all_again();
    panel.press("strip-button");
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
    panel.finish();
}

#[test]
fn a_connected_panel_at_rest_does_nothing() {
    let daemon = FakeDaemon::start();
    let mut panel = Panel::open(daemon.port());
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
    // Let answers that are under way arrive.
    let settled = panel.studio.pump_until(Duration::from_millis(50), |_| false);
    settled.expect_err("nothing is waited for");
    let before = panel.studio.measure();
    panel.studio.run_for(9.0);
    let after = panel.studio.measure();
    assert_eq!((before.resumptions, before.property_writes), (after.resumptions, after.property_writes));
    panel.finish();
}

#[test]
fn unloading_leaves_nothing_in_any_state() {
    let port = Port::reserve();
    let mut waiting = Panel::open(port.number);
    waiting.wait_for_state("Waiting for the daemon");
    waiting.finish();

    let daemon = FakeDaemon::start();
    let asking = Panel::open(daemon.port());
    asking.finish();

    let daemon = FakeDaemon::start();
    daemon.receive(Reception::Silence);
    let mut greeting = Panel::open(daemon.port());
    greeting.wait(|_| daemon.heard_count("hello") == 1);
    greeting.finish();
}

#[test]
fn u_80_settings_hold_the_token_the_port_and_the_theme_only() {
    let daemon = FakeDaemon::start();
    let settings = settings_with_token(daemon.port(), TOKEN, SECRET);
    let mut panel = Panel::start(Studio::builder(), &settings);
    panel.press_toolbar();
    panel.wait_for_state("Connected");
    panel.press("status-theme");
    assert_eq!(settings.get("dsmpTheme"), Some(json!("dark")));
    let mut keys = settings.keys();
    keys.sort();
    assert_eq!(keys, ["dsmpPort", "dsmpTheme", "dsmpTokenId", "dsmpTokenSecret"]);
    panel.finish();
}
