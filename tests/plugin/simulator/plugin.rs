//! The global `plugin`: widgets, toolbar, settings with their faults, and the contexts of a play test.

use tests::studio::plugin::{SettingsFault, SettingsFile};
use tests::studio::services::run::RunContext;
use tests::studio::signal::SignalMode;
use tests::studio::{PlaceInfo, Studio};

use crate::simulator::{check_in, check_prints};

/// A widget with a label, a text box and two buttons that write what happens to them into the label.
const WIDGET: &str = r#"
local widget = plugin:CreateDockWidgetPluginGui("Widget", DockWidgetPluginGuiInfo.new(Enum.InitialDockState.Left, true))
widget.Title = "Sample"
local function make(class, name, text)
    local made = Instance.new(class)
    made.Name = name
    made.Text = text
    made.Parent = widget
    return made
end
local label = make("TextLabel", "Status", "idle")
local box = make("TextBox", "Filter", "")
box.FocusLost:Connect(function(entered) label.Text = `{box.Text} {entered}` end)
for _, name in { "First", "Second" } do
    local button = make("TextButton", name, "Press " .. name)
    button.Activated:Connect(function() label.Text = name .. " pressed" end)
end
make("TextButton", "Hidden", "Press hidden").Visible = false
local toolbar = plugin:CreateToolbar("Sample")
local opener = toolbar:CreateButton("opener", "Opens the widget", "", "Open")
opener.Click:Connect(function()
    widget.Enabled = not widget.Enabled
    opener:SetActive(widget.Enabled)
end)
"#;

fn studio_with_widget(mode: SignalMode) -> Studio {
    let mut studio = Studio::builder().signals(mode).build();
    studio.eval::<()>(WIDGET).expect("the widget is made");
    studio
}

#[test]
fn a_test_uses_the_widget_as_a_user_would() {
    for mode in [SignalMode::Deferred, SignalMode::Immediate] {
        let mut studio = studio_with_widget(mode);
        studio.fire("First", "Activated").expect("found by name");
        assert_eq!(studio.text_of("Status").expect("found"), "First pressed");
        studio.fire("Press Second", "Activated").expect("found by shown text");
        assert_eq!(studio.text_of("Widget.Status").expect("found by path"), "Second pressed");
        studio.set_text("Filter", "typed", true).expect("the box takes text");
        assert_eq!(studio.text_of("Status").expect("found"), "typed true");
        studio.assert_clean();
    }
}

#[test]
fn what_a_user_could_not_do_is_refused() {
    let mut studio = studio_with_widget(SignalMode::Deferred);
    let refused = [
        (studio.fire("Hidden", "Activated"), "`Hidden` is not visible"),
        (studio.fire("Absent", "Activated"), "nothing is named or shows `Absent`"),
        (studio.fire("First", "Exploded"), "TextButton has no event `Exploded`"),
        (studio.set_text("First", "text", false), "`First` is a TextButton"),
    ];
    for (outcome, expected) in refused {
        let error = outcome.expect_err(expected).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    studio
        .eval::<()>("local copy = Instance.new('Frame') copy.Name = 'First' copy.Parent = plugin.Widget")
        .expect("made");
    let error = studio.find("First").expect_err("two have that name").to_string();
    assert_eq!(error, "`First` is ambiguous: Widget.First, Widget.First");
    studio.assert_clean();
}

#[test]
fn what_is_hidden_does_not_make_a_query_ambiguous() {
    let mut studio = studio_with_widget(SignalMode::Deferred);
    let copy = "local copy = plugin.Widget.First:Clone() copy.Visible = false copy.Parent = plugin.Widget";
    studio.eval::<()>(copy).expect("made");
    studio.fire("First", "Activated").expect("only one is visible");
    studio.assert_clean();
}

#[test]
fn scrolling_and_resizing_tell_the_plugin() {
    let mut studio = Studio::builder().widget_size(300.0, 200.0).build();
    studio
        .eval::<()>(
            "local widget = plugin:CreateDockWidgetPluginGui('Widget', DockWidgetPluginGuiInfo.new())
            local list = Instance.new('ScrollingFrame', widget)
            list:GetPropertyChangedSignal('CanvasPosition'):Connect(function() print(list.CanvasPosition) end)
            widget:GetPropertyChangedSignal('AbsoluteSize'):Connect(function() print(widget.AbsoluteSize) end)
            print(widget.AbsoluteSize)",
        )
        .expect("the widget is made");
    studio.scroll_to("ScrollingFrame", 40.0).expect("scrolled");
    studio.set_absolute_size("Widget", 500.0, 400.0).expect("resized");
    assert_eq!(studio.output(), ["300, 200", "0, 40", "500, 400"]);
    studio.assert_clean();
}

#[test]
fn the_text_picture_shows_what_matters() {
    let mut studio = studio_with_widget(SignalMode::Deferred);
    insta::assert_snapshot!(studio.snapshot("Widget").expect("the widget exists"), @r#"
    DockWidgetPluginGui Widget "Sample"
      TextLabel Status "idle"
      TextBox Filter
      TextButton First "Press First"
      TextButton Second "Press Second"
      TextButton Hidden "Press hidden" Visible=false
    "#);
    studio.assert_clean();
}

#[test]
fn the_toolbar_button_and_the_cross_open_and_close_the_widget() {
    let mut studio = studio_with_widget(SignalMode::Deferred);
    let mut button = studio.toolbar_button("Open").expect("found by its text");
    button.click();
    assert!(!button.is_active());
    assert_eq!(studio.property("Widget", "Enabled").expect("read"), "false");
    studio.toolbar_button("opener").expect("found by its id").click();
    assert_eq!(studio.property("Widget", "Enabled").expect("read"), "true");
    studio.close_widget("Widget").expect("closed");
    assert_eq!(studio.property("Widget", "Enabled").expect("read"), "false");
    studio.eval::<()>("plugin.Widget:BindToClose(function() print('asked') end)").expect("bound");
    studio.close_widget("Widget").expect("closed");
    assert_eq!(studio.output(), ["asked"]);
    studio.assert_clean();
}

#[test]
fn creating_a_widget_asynchronously_yields() {
    check_prints(
        SignalMode::Deferred,
        "task.defer(print, 'meanwhile')
        print(plugin:CreateDockWidgetPluginGuiAsync('Widget', DockWidgetPluginGuiInfo.new()).Name)",
        &["meanwhile", "Widget"],
    );
}

#[test]
fn settings_keep_what_studios_file_keeps() {
    let mut studio = Studio::builder().build();
    check_in(
        &mut studio,
        "plugin:SetSetting('key', { list = { 'a', 'b' } })
        local read = plugin:GetSetting('key')
        plugin:SetSetting('gone', 1)
        plugin:SetSetting('gone', nil)
        return read.list[1], read.list['1'], plugin:GetSetting('gone'), plugin:GetSetting('never')",
        &["nil", "a", "nil", "nil"],
    );
}

#[test]
fn settings_can_fail_in_each_way_studios_do() {
    let settings = SettingsFile::default();
    let mut studio = Studio::builder().settings(&settings).build();
    let read = "return plugin:GetSetting('key')";
    let write = |value: u32| format!("plugin:SetSetting('key', {value})");
    check_in(&mut studio, &write(1), &[]);
    settings.set_fault(SettingsFault::DropWrites);
    check_in(&mut studio, &write(2), &[]);
    check_in(&mut studio, read, &["1"]);
    settings.set_fault(SettingsFault::ReadNothing);
    check_in(&mut studio, read, &["nil"]);
    settings.set_fault(SettingsFault::StaleReads);
    settings.set("key", 3.into());
    check_in(&mut studio, read, &["1"]);
    settings.set_fault(SettingsFault::None);
    check_in(&mut studio, read, &["3"]);

    let mut second_window = Studio::builder().settings(&settings).build();
    check_in(&mut second_window, read, &["3"]);
}

#[test]
fn settings_that_would_corrupt_the_file_are_errors() {
    for code in ["plugin:SetSetting('a.b', 1)", r#"plugin:SetSetting("key", 'a "quoted" text')"#] {
        let mut studio = Studio::builder().build();
        studio.eval::<()>(code).expect("it raises nothing in Studio");
        let errors = studio.take_errors();
        assert!(errors[0].contains("can corrupt Studio's settings file"), "{errors:?}");
        studio.assert_clean();
    }
}

#[test]
fn each_copy_of_a_play_test_knows_where_it_runs() {
    let code = "local run = game:GetService('RunService')
        return run:IsStudio(), run:IsClient(), run:IsServer(), run:IsEdit(), run:IsRunning(), run:IsRunMode()";
    for (context, team_create, expected) in [
        (RunContext::Edit, false, [true, true, true, true, false, false]),
        (RunContext::Edit, true, [true, true, false, true, false, false]),
        (RunContext::RunMode, false, [true, false, true, false, true, true]),
        (RunContext::PlayClient, false, [true, true, false, false, true, false]),
        (RunContext::PlayServer, false, [true, false, true, false, true, false]),
    ] {
        let place = PlaceInfo { game_id: 1, place_id: 2, team_create };
        let mut studio = Studio::builder().context(context).place(place).build();
        check_in(&mut studio, code, &expected.map(|answer| if answer { "true" } else { "false" }));
    }
}

#[test]
fn user_names_are_looked_up() {
    let mut studio = Studio::builder().user_name(7, "Builder").build();
    studio
        .eval::<()>(
            "local players = game:GetService('Players')
            task.spawn(function()
                print(players:GetNameFromUserIdAsync(7), pcall(players.GetNameFromUserIdAsync, players, 8))
            end)",
        )
        .expect("the look-up starts");
    studio.run_for(0.1);
    assert_eq!(studio.output(), ["Builder false HTTP 404 (Not Found)"]);
    studio.assert_clean();
}
