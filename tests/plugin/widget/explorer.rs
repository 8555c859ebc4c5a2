//! Data stores, keys, rows and the edit of one scalar.

use serde_json::json;
use tests::studio::Studio;

use super::fake_daemon::{Answer, FakeDaemon};
use super::{Panel, in_both_modes};

const ANN: &[&str] = &[
    "Alive=true",
    "> Bag=1 inside",
    "Coins=12",
    "Name=\"Ann\"",
    "Note=null",
    "Story=\"once once once once once once once once once once once once once once once once once once once once once once once once…",
];

/// A panel that shows Ann's rows.
fn on_ann(daemon: &FakeDaemon) -> Panel {
    on_ann_in(Studio::builder(), daemon)
}

fn on_ann_in(builder: tests::studio::StudioBuilder, daemon: &FakeDaemon) -> Panel {
    let mut panel = Panel::open_in(builder.widget_size(1200.0, 800.0), daemon.port());
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
    panel.press_row("stores", "Players");
    panel.wait_for_rows("keys", &["Ann=", "Bo=", "Cem="]);
    panel.press_row("keys", "Ann");
    panel.wait_for_rows("entry", ANN);
    panel
}

/// Types `text` for a scalar and presses Save.
fn edit(panel: &mut Panel, row: &str, text: &str) {
    panel.press_row("entry", row);
    panel.enter("editor-input", text);
    panel.press("editor-save");
}

#[test]
fn stores_lead_to_keys_and_keys_to_rows() {
    in_both_modes(|mode| {
        let daemon = FakeDaemon::start();
        let panel = on_ann_in(Studio::builder().signals(mode), &daemon);
        assert_eq!(panel.text("header-connection"), "LOCAL Sandbox (sample data)");
        assert_eq!(panel.text("keys-title"), "Players");
        assert!(panel.text("entry-title").starts_with("Ann"));
        panel.finish();
    });
}

#[test]
fn values_are_never_asked_for() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    edit(&mut panel, "Coins", "13");
    panel.wait(|_| daemon.value("Ann")["Coins"] == 13);
    for name in ["entries.get", "entries.export", "revisions.get"] {
        assert_eq!(daemon.heard_count(name), 0, "{name}");
    }
    panel.finish();
}

#[test]
fn nodes_are_entered_and_left() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    panel.press_row("entry", "> Bag");
    panel.wait_for_rows("entry", &["Sword=1"]);
    assert!(panel.text("entry-title").starts_with("Ann/Bag"));
    panel.press("entry-back");
    panel.wait_for_rows("entry", ANN);
    panel.finish();
}

#[test]
fn a_scalar_is_edited_in_place() {
    in_both_modes(|mode| {
        let daemon = FakeDaemon::start();
        let mut panel = on_ann_in(Studio::builder().signals(mode), &daemon);
        panel.press_row("entry", "Coins");
        assert_eq!(panel.text("editor-path"), "/Coins");
        assert_eq!(panel.text("editor-input"), "12");
        assert_eq!(panel.text("editor-save"), "Save 1 change to Local");
        panel.enter("editor-input", "12.50");
        panel.press("editor-save");
        panel.wait(|studio| super::rows(studio, "entry").iter().any(|row| row == "Coins=12.5"));
        panel.wait(|studio| !studio.is_visible("entry-editor").unwrap_or(true));
        let edit = daemon.heard().into_iter().find(|text| text.contains("entries.edit")).expect("an edit");
        assert!(edit.contains(r#""value":12.50"#), "the text is sent as it was typed: {edit}");
        assert!(edit.contains(r#""expectedRevision":"1""#), "{edit}");
        panel.finish();
    });
}

#[test]
fn each_kind_of_scalar_keeps_its_kind() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    for (row, typed, member, value) in [
        ("Name", r#"An"na"#, "Name", json!(r#"An"na"#)),
        ("Alive", "false", "Alive", json!(false)),
        ("Note", "5", "Note", json!(5)),
    ] {
        edit(&mut panel, row, typed);
        panel.wait(|_| daemon.value("Ann")[member] == value);
        panel.wait(|studio| !studio.is_visible("entry-editor").unwrap_or(true));
    }
    panel.finish();
}

#[test]
fn text_that_is_no_scalar_of_the_kind_is_not_sent() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    for (row, typed, told) in [
        ("Coins", "12,5", "not a number"),
        ("Coins", r#"1},"value":2"#, "not a number"),
        ("Alive", "yes", "true or false"),
        ("Name", r"\q", "backslash"),
        ("Note", "nothing", "null"),
    ] {
        edit(&mut panel, row, typed);
        assert!(panel.text("editor-message").contains(told), "{typed}: {}", panel.text("editor-message"));
        assert_eq!(panel.text("editor-input"), typed, "what was typed stays");
        panel.press("editor-discard");
        assert!(!panel.is_visible("entry-editor"));
    }
    assert_eq!(daemon.heard_count("entries.edit"), 0);
    panel.finish();
}

#[test]
fn long_texts_are_left_to_the_dashboard() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    panel.press_row("entry", "Story");
    assert!(panel.text("entry-title").contains("Edit it in the dashboard"));
    assert!(!panel.is_visible("entry-editor"));
    panel.finish();
}

#[test]
fn a_conflict_writes_nothing_keeps_the_text_and_shows_what_is_there() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    panel.press_row("entry", "Coins");
    panel.enter("editor-input", "100");
    // Written by somebody whose event never reaches this panel.
    daemon.change(|universe| {
        universe.write("Ann", "Coins", json!(50));
        json!({ "type": "heartbeat", "at": "2026-01-01T00:00:00.0000000Z" })
    });
    panel.press("editor-save");
    panel.wait(|studio| super::text(studio, "editor-message").contains("was changed since you saw it"));
    panel.wait(|studio| super::rows(studio, "entry").iter().any(|row| row == "Coins=50"));
    assert_eq!(daemon.value("Ann")["Coins"], 50);
    assert_eq!(panel.text("editor-input"), "100");
    panel.press("editor-save");
    panel.wait(|_| daemon.value("Ann")["Coins"] == 100);
    panel.finish();
}

#[test]
fn a_change_elsewhere_is_shown_and_a_draft_survives_it() {
    in_both_modes(|mode| {
        let daemon = FakeDaemon::start();
        let mut panel = on_ann_in(Studio::builder().signals(mode), &daemon);
        panel.press_row("entry", "Coins");
        panel.enter("editor-input", "100");
        daemon.change(|universe| universe.write("Ann", "Name", json!("Anna")));
        panel.wait(|studio| super::rows(studio, "entry").iter().any(|row| row == "Name=\"Anna\""));
        assert_eq!(panel.text("editor-message"), "", "another row changed");
        assert_eq!(panel.text("editor-input"), "100");

        daemon.change(|universe| universe.write("Ann", "Coins", json!(60)));
        panel.wait(|studio| super::text(studio, "editor-message").contains("just changed elsewhere"));
        panel.press("editor-save");
        panel.wait(|studio| super::text(studio, "editor-message").contains("was changed since you saw it"));
        assert_eq!(daemon.value("Ann")["Coins"], 60);
        panel.finish();
    });
}

#[test]
fn an_edit_without_an_answer_is_not_called_saved_or_failed() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    daemon.answer("entries.edit", Answer::Lost);
    edit(&mut panel, "Coins", "77");
    panel.wait_for_state("Reconnecting");
    assert!(panel.text("editor-message").contains("may or may not be written"));
    assert_eq!(panel.text("editor-input"), "77");
    daemon.answer_all_again();
    panel.press("strip-button");
    panel.wait(|studio| super::rows(studio, "entry").iter().any(|row| row == "Coins=77"));
    assert_eq!(daemon.heard_count("entries.edit"), 1, "it is never sent twice by itself");
    panel.finish();
}

#[test]
fn a_refused_edit_is_told_by_its_code() {
    for (code, told) in [("DS009", "read-only"), ("GEN006", "role does not permit"), ("GEN099", "GEN099")] {
        let daemon = FakeDaemon::start();
        let mut panel = on_ann(&daemon);
        daemon.answer("entries.edit", Answer::Refused(code));
        edit(&mut panel, "Coins", "77");
        panel.wait(|studio| super::text(studio, "editor-message").contains(told));
        assert!(!panel.text("editor-message").contains("in the daemon's words"));
        assert_eq!(panel.text("editor-input"), "77");
        panel.finish();
    }
}

#[test]
fn a_removed_entry_is_told_and_leaves_the_list() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    daemon.change(|universe| universe.remove("Ann"));
    panel.wait_for_rows("keys", &["Bo=", "Cem="]);
    panel.wait(|studio| super::text(studio, "entry-message").contains("was removed"));
    assert!(panel.is_visible("entry-message"));
    panel.finish();
}

#[test]
fn a_new_entry_appears_in_its_place() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    daemon.change(|universe| universe.add("Bob"));
    panel.wait_for_rows("keys", &["Ann=", "Bo=", "Bob=", "Cem="]);
    daemon.change(|universe| universe.add("Aaron"));
    panel.wait_for_rows("keys", &["Aaron=", "Ann=", "Bo=", "Bob=", "Cem="]);
    panel.finish();
}

#[test]
fn lost_events_make_the_panel_read_again() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    daemon.change(|universe| {
        universe.write("Ann", "Coins", json!(99));
        universe.add_store("Zoo");
        json!({ "type": "resyncRequired" })
    });
    panel.wait(|studio| super::rows(studio, "entry").iter().any(|row| row == "Coins=99"));
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players=", "Zoo="]);
    panel.finish();
}

#[test]
fn a_new_data_store_appears() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    daemon.change(|universe| universe.add_store("Zoo"));
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players=", "Zoo="]);
    panel.finish();
}

#[test]
fn lists_are_filtered_by_first_letters() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    panel.enter("stores-filter", "Gu");
    panel.wait_for_rows("stores", &["Guilds="]);
    panel.enter("stores-filter", "X");
    panel.wait_for_text("stores-message", "No data store begins with X.");
    panel.enter("keys-filter", "B");
    panel.wait_for_rows("keys", &["Bo="]);
    panel.finish();
}

#[test]
fn an_ordered_store_shows_its_values_as_text() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    panel.press_row("stores", "Coins");
    panel.wait_for_rows("keys", &["Bo=9007199254740993"]);
    panel.press_row("keys", "Bo");
    assert!(panel.text("entry-message").contains("changed in the dashboard"));
    assert_eq!(daemon.heard_count("ordered.list"), 1);
    panel.finish();
}

#[test]
fn empty_lists_say_what_is_missing() {
    let daemon = FakeDaemon::start();
    let mut panel = on_ann(&daemon);
    panel.press_row("stores", "Guilds");
    panel.wait_for_text("keys-message", "No entries in Guilds.");
    assert!(panel.is_visible("keys-message"));
    daemon.answer("keys.list", Answer::Refused("DS001"));
    panel.press_row("stores", "Players");
    panel.wait_for_text("keys-message", "Data store Players not found. It may have lost its last entry.");
    panel.finish();
}

#[test]
fn u_29_a_long_list_has_few_rows_and_comes_by_pages() {
    let daemon = FakeDaemon::start();
    daemon.change(|universe| {
        universe.fill(1_000);
        json!({ "type": "heartbeat", "at": "2026-01-01T00:00:00.0000000Z" })
    });
    let mut panel = Panel::open_in(Studio::builder().widget_size(1200.0, 800.0), daemon.port());
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
    let before = panel.studio.measure().instances;
    panel.press_row("stores", "Players");
    panel.wait(|studio| super::rows(studio, "keys").len() > 20);
    assert_eq!(daemon.heard_count("keys.list"), 1, "one page is enough for what is in view");
    let rows = panel.rows("keys").len();
    assert!(rows <= 800 / 24 + 20, "{rows} rows");
    assert!(panel.studio.measure().instances - before <= 3 * (rows + 2), "rows are three Instances each");

    panel.studio.scroll_to("keys-list", 1_700.0).expect("the list scrolls");
    panel.wait(|studio| super::rows(studio, "keys").first().is_some_and(|row| row == "Player_0000070="));
    panel.wait(|_| daemon.heard_count("keys.list") == 2);
    for _ in 0..5 {
        panel.studio.scroll_to("keys-list", 1_690.0).expect("the list scrolls");
    }
    assert_eq!(daemon.heard_count("keys.list"), 2, "a page is asked for once");

    daemon.answer("keys.list", Answer::Refused("GEN010"));
    panel.studio.scroll_to("keys-list", 4_000.0).expect("the list scrolls");
    panel.wait(|studio| super::text(studio, "keys-title").contains("takes no more requests"));
    assert_eq!(daemon.heard_count("keys.list"), 3, "a refused page is not asked for again by itself");
    panel.finish();
}
