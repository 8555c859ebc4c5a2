//! How the panel fits its widget and Studio's theme.

use tests::studio::Studio;
use tests::studio::services::studio::Theme;

use super::fake_daemon::FakeDaemon;
use super::{Panel, in_both_modes};

/// A panel of that size that shows Ann's rows, with a draft of her coins.
fn with_draft(width: f32, height: f32) -> (FakeDaemon, Panel) {
    let daemon = FakeDaemon::start();
    let mut panel = Panel::open_in(Studio::builder().widget_size(width, height), daemon.port());
    panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
    panel.press_row("stores", "Players");
    panel.wait_for_rows("keys", &["Ann=", "Bo=", "Cem="]);
    panel.press_row("keys", "Ann");
    panel.wait(|studio| super::rows(studio, "entry").len() > 2);
    panel.press_row("entry", "Coins");
    panel.enter("editor-input", "100");
    (daemon, panel)
}

fn shown_panels(panel: &Panel) -> Vec<&'static str> {
    ["stores", "keys", "entry"]
        .into_iter()
        .filter(|view| panel.is_visible(&format!("{view}-panel")))
        .collect()
}

#[test]
fn u_73_every_width_shows_what_fits_and_loses_nothing() {
    let (_daemon, mut panel) = with_draft(1200.0, 800.0);
    for (width, height, expected) in [
        (1200.0, 800.0, vec!["stores", "keys", "entry"]),
        (900.0, 400.0, vec!["stores", "keys", "entry"]),
        (899.0, 400.0, vec!["keys", "entry"]),
        (560.0, 400.0, vec!["keys", "entry"]),
        (559.0, 400.0, vec!["entry"]),
        (300.0, 320.0, vec!["entry"]),
        (1200.0, 800.0, vec!["stores", "keys", "entry"]),
    ] {
        panel.studio.set_absolute_size("dsmp", width, height).expect("the widget has a size");
        assert_eq!(shown_panels(&panel), expected, "{width}");
        assert!(panel.is_visible("entry-editor"), "{width}");
        assert_eq!(panel.text("editor-input"), "100", "{width}");
    }
    panel.finish();
}

#[test]
fn a_narrow_panel_is_walked_with_the_back_buttons() {
    let (_daemon, mut panel) = with_draft(300.0, 600.0);
    assert_eq!(shown_panels(&panel), ["entry"]);
    panel.press("entry-back");
    assert_eq!(shown_panels(&panel), ["keys"]);
    panel.press("keys-back");
    assert_eq!(shown_panels(&panel), ["stores"]);
    panel.finish();
}

#[test]
fn the_panel_follows_studios_theme_at_once() {
    in_both_modes(|mode| {
        let daemon = FakeDaemon::start();
        let mut panel = Panel::open_in(Studio::builder().signals(mode).theme(Theme::Dark), daemon.port());
        panel.wait_for_rows("stores", &["Coins=ordered", "Guilds=", "Players="]);
        let color =
            |panel: &Panel| panel.studio.property("stores-panel", "BackgroundColor3").expect("a colour");
        let dark = color(&panel);
        for theme in [Theme::Light, Theme::FoundationDark] {
            panel.studio.set_theme(theme).expect("the theme changes");
            assert_ne!(color(&panel), dark, "{theme:?}");
        }
        panel.finish();
    });
}

#[test]
fn u_74_every_text_can_be_read_in_every_theme() {
    for theme in [Theme::Dark, Theme::Light, Theme::FoundationDark] {
        for choice in ["auto", "dark", "light"] {
            let mut studio = Studio::builder().theme(theme).build();
            studio.load_modules(&super::plugin_folder()).expect("the modules load");
            let low: String = studio
                .eval(&format!(
                    r#"local Theme = require("./Ui/Theme")
                    local services = {{ studio = settings().Studio }}
                    local cleaner = require("./Cleaner").new()
                    local chosen = {{ theme = function() return "{choice}" end }}
                    local theme = Theme.new(services, chosen, cleaner)
                    local low = {{}}
                    for front, back in {{ text = "page", secondary = "page", warning = "page", error = "page",
                        number = "page", string = "page", keyword = "page", selectedText = "selected",
                        buttonText = "button", mainButtonText = "mainButton" }} do
                        local contrast = Theme.contrast(theme:color(front), theme:color(back))
                        if contrast < 4.5 then table.insert(low, front .. " " .. contrast) end
                    end
                    local edge = Theme.contrast(theme:color("fieldEdge"), theme:color("field"))
                    if edge < 3 then table.insert(low, "fieldEdge " .. edge) end
                    cleaner:clean()
                    return table.concat(low, ", ")"#
                ))
                .expect("the theme is read");
            assert_eq!(low, "", "{theme:?} {choice}");
            studio.assert_clean();
        }
    }
}

#[test]
fn no_text_is_smaller_than_fourteen() {
    let (_daemon, panel) = with_draft(1200.0, 800.0);
    for name in
        ["header-connection", "status-state", "stores-title", "editor-input", "editor-save", "strip-text"]
    {
        assert_eq!(panel.studio.property(name, "TextSize").expect("a size"), "14", "{name}");
    }
    panel.finish();
}
