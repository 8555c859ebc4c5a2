//! What the harness reports: leaks after unloading, uncaught errors, a forgotten check.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tests::studio::Studio;

/// The text of the panic that something ends with.
fn panic_of(action: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(action)).expect_err("it panics");
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .expect("the panic carries a text")
}

#[test]
fn leaks_name_the_line_that_made_them() {
    let mut studio = Studio::builder().build();
    studio
        .eval::<()>(
            "game:GetService('RunService').Heartbeat:Connect(function() end)
            task.delay(60, function() end)
            Instance.new('Folder', workspace).Name = 'Left'
            game:GetService('HttpService'):CreateWebStreamClient(Enum.WebStreamClientType.WebSocket, { Url = 'ws://127.0.0.1:1/' })",
        )
        .expect("the code runs");
    let report = studio.unload();
    assert_eq!(report.connections, ["RunService.Heartbeat at Test:1"]);
    assert_eq!(report.threads, ["timer set at Test:2"]);
    assert_eq!(report.instances, ["Workspace.Left"]);
    assert_eq!(report.streams, 1);
    assert!(panic_of(|| report.assert_empty()).contains("connection: RunService.Heartbeat at Test:1"));
    studio.assert_clean();
}

#[test]
fn a_plugin_that_cleans_up_leaves_nothing() {
    let mut studio = Studio::builder().build();
    studio
        .eval::<()>(
            "local widget = plugin:CreateDockWidgetPluginGui('Widget', DockWidgetPluginGuiInfo.new())
            Instance.new('TextButton', widget).Activated:Connect(function() end)
            local heartbeat = game:GetService('RunService').Heartbeat:Connect(function() end)
            local later = task.delay(60, function() end)
            plugin.Unloading:Connect(function()
                heartbeat:Disconnect()
                task.cancel(later)
            end)",
        )
        .expect("the code runs");
    studio.unload().assert_empty();
    studio.assert_clean();
}

#[test]
fn a_plugin_can_be_loaded_again() {
    const SCRIPT: &str = "plugin:SetSetting('loads', (plugin:GetSetting('loads') or 0) + 1)
        plugin:CreateDockWidgetPluginGui('Widget', DockWidgetPluginGuiInfo.new()).Title = tostring(plugin:GetSetting('loads'))
        task.delay(1, error, 'a thread outlived its plugin')
        plugin.Unloading:Connect(function() print('unloading') end)";
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("init.server.luau"), SCRIPT).expect("the file is written");
    let mut studio = Studio::builder().build();
    for load in ["1", "2"] {
        studio.load_source(directory.path()).expect("the plugin loads");
        assert_eq!(studio.text_of("Widget").expect("the widget has a title"), load);
        assert_eq!(studio.unload().threads.len(), 1);
    }
    studio.run_for(2.0);
    assert_eq!(studio.output(), ["unloading", "unloading"]);
    studio.assert_clean();
}

#[test]
fn an_error_in_a_handler_fails_the_test() {
    let mut studio = Studio::builder().build();
    studio.eval::<()>("workspace.ChildAdded:Connect(function() error('broken handler') end) Instance.new('Folder', workspace)").expect("the code runs");
    let complaint = panic_of(|| studio.assert_clean());
    assert!(complaint.contains("Test:1: broken handler"), "{complaint}");
}

#[test]
fn a_forgotten_check_fails_the_test() {
    let complaint = panic_of(|| drop(Studio::builder().build()));
    assert!(complaint.contains("never called `assert_clean`"), "{complaint}");
}

#[test]
fn an_error_after_the_check_fails_the_test() {
    let complaint = panic_of(|| {
        let mut studio = Studio::builder().build();
        studio.assert_clean();
        studio.eval::<()>("task.spawn(error, 'late')").expect("the error stays in its thread");
    });
    assert!(complaint.contains("late"), "{complaint}");
}

#[test]
fn a_condition_that_never_holds_says_what_was_there() {
    let mut studio = Studio::builder().build();
    studio.eval::<()>("print('still waiting')").expect("the code runs");
    let error = studio.pump_until(std::time::Duration::from_millis(20), |_| false).expect_err("it gives up");
    assert!(error.to_string().contains("still waiting"), "{error}");
    studio.assert_clean();
}

#[test]
fn the_footprint_lists_what_was_used() {
    let mut studio = Studio::builder().build();
    studio.eval::<()>("Instance.new('Frame').Visible = false").expect("the code runs");
    assert_eq!(studio.footprint().into_iter().collect::<Vec<_>>(), ["Frame.Visible"]);
    studio.assert_clean();
}
