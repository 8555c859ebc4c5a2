//! Signals in both modes, the task library, and virtual time.

use tests::studio::Studio;
use tests::studio::signal::SignalMode;

use crate::simulator::{check, check_prints, check_raises};

const BOTH_MODES: [SignalMode; 2] = [SignalMode::Deferred, SignalMode::Immediate];

#[test]
fn handlers_run_after_the_statement_or_inside_it() {
    let code = "local folder = Instance.new('Folder')
        folder:GetPropertyChangedSignal('Name'):Connect(function() print('handler') end)
        folder.Name = 'Renamed'
        print('next line')";
    check_prints(SignalMode::Deferred, code, &["next line", "handler"]);
    check_prints(SignalMode::Immediate, code, &["handler", "next line"]);
}

#[test]
fn disconnecting_drops_queued_handlers_and_destroying_does_not() {
    let code = "local folder = Instance.new('Folder')
        local connection = folder.AttributeChanged:Connect(function() print('disconnected handler') end)
        folder.ChildAdded:Connect(function() print('destroyed handler') end)
        folder:SetAttribute('name', 1)
        Instance.new('Folder', folder)
        connection:Disconnect()
        folder:Destroy()";
    check_prints(SignalMode::Deferred, code, &["destroyed handler"]);
    check_prints(SignalMode::Immediate, code, &["disconnected handler", "destroyed handler"]);
}

#[test]
fn once_runs_once() {
    for mode in BOTH_MODES {
        check_prints(
            mode,
            "local folder = Instance.new('Folder')
            folder.AttributeChanged:Once(function(name) print(name) end)
            folder:SetAttribute('first', 1)
            folder:SetAttribute('second', 1)",
            &["first"],
        );
    }
}

#[test]
fn setting_the_same_value_fires_nothing() {
    for mode in BOTH_MODES {
        check_prints(
            mode,
            "local label = Instance.new('TextLabel')
            label.Changed:Connect(function(property) print(property) end)
            label.Text = 'Label'
            label.Text = 'Other'",
            &["Text"],
        );
    }
}

#[test]
fn waiting_for_a_signal_gives_its_arguments() {
    for mode in BOTH_MODES {
        check_prints(
            mode,
            "local folder = Instance.new('Folder')
            task.delay(0.1, function() Instance.new('Frame', folder) end)
            print(folder.ChildAdded:Wait().Name)",
            &["Frame"],
        );
    }
}

#[test]
fn waiting_for_a_child_ends_with_the_child_or_the_time_out() {
    for mode in BOTH_MODES {
        check_prints(
            mode,
            "local folder = Instance.new('Folder')
            task.delay(0.1, function()
                local child = Instance.new('Frame')
                child.Name = 'Awaited'
                child.Parent = folder
            end)
            print(folder:WaitForChild('Awaited', 0.5).Name)
            print(folder:WaitForChild('Absent', 0.2))
            print(string.format('%.3f', task.wait(0.3)))",
            &["Awaited", "nil", "0.300"],
        );
    }
}

#[test]
fn events_that_cause_themselves_are_stopped() {
    for mode in BOTH_MODES {
        let mut studio = Studio::builder().signals(mode).build();
        studio
            .eval::<()>(
                "local folder = Instance.new('Folder')
                local count = 0
                folder.AttributeChanged:Connect(function()
                    count += 1
                    print(count)
                    folder:SetAttribute('count', count)
                end)
                folder:SetAttribute('count', -1)",
            )
            .expect("the code runs");
        assert_eq!(studio.output().len(), 10);
        let errors = studio.take_errors();
        assert_eq!(errors, ["Maximum event re-entrancy depth exceeded for Folder.AttributeChanged"]);
        studio.assert_clean();
    }
}

#[test]
fn the_task_library_keeps_its_order() {
    for mode in BOTH_MODES {
        check_prints(
            mode,
            "task.delay(0.2, print, 'delayed', 'with arguments')
            task.defer(print, 'deferred')
            task.spawn(print, 'spawned')
            task.cancel(task.delay(0.1, print, 'cancelled'))
            print('first thread')",
            &["spawned", "first thread", "deferred", "delayed with arguments"],
        );
    }
}

#[test]
fn heartbeat_fires_once_a_frame() {
    let mut studio = Studio::builder().build();
    let count = "local frames = 0
        game:GetService('RunService').Heartbeat:Connect(function() frames += 1 print(frames) end)";
    studio.eval::<()>(count).expect("the handler connects");
    studio.run_for(0.5);
    assert_eq!(studio.output().len(), 30);
    studio.assert_clean();
}

#[test]
fn clocks_are_virtual() {
    let mut studio = Studio::builder().build();
    studio.run_for(90.0);
    let (clock, time, date): (f64, f64, String) =
        studio.eval("return os.clock(), os.time(), os.date('!%H:%M:%S')").expect("the code runs");
    assert!((clock - 90.0).abs() < 1e-6, "{clock}");
    assert!((time - 1_767_225_690.0).abs() < 1.5, "{time}");
    assert!(date.starts_with("00:01:"), "{date}");
    studio.assert_clean();
}

#[test]
fn errors_reach_pcall_as_plain_text() {
    check(
        "local results = {}
        for _, callback in { function() local _ = workspace.Nope end, function() error('thrown') end,
            function() error({ code = 7 }) end } do
            local _, thrown = pcall(callback)
            table.insert(results, if type(thrown) == 'table' then thrown.code else thrown)
        end
        table.insert(results, (select(2, xpcall(function() local _ = workspace.Nope end, function(thrown)
            return 'handled ' .. thrown
        end))))
        return table.unpack(results)",
        &[
            "Nope is not a valid member of Workspace \"Workspace\"",
            "Test:2: thrown",
            "7",
            "handled Nope is not a valid member of Workspace \"Workspace\"",
        ],
    );
    check_raises("task.spawn(5)", "invalid argument #1 (function or thread expected, got number)");
}

#[test]
fn yielding_works_through_pcall() {
    check_prints(
        SignalMode::Deferred,
        "print(pcall(function() task.wait(0.1) error('after the wait', 0) end))",
        &["false after the wait"],
    );
}

#[test]
fn a_script_that_never_ends_is_stopped() {
    let mut studio = Studio::builder().build();
    let error = studio.eval::<()>("while true do end").expect_err("the script is stopped");
    assert!(error.to_string().contains("exhausted allowed execution time"), "{error:#}");
    studio.assert_clean();
}

#[test]
fn counts_of_work_are_the_same_each_run() {
    let measure = || {
        let mut studio = Studio::builder().build();
        studio
            .eval::<()>("for index = 1, 1000 do Instance.new('Frame').Name = tostring(index) end")
            .expect("the code runs");
        studio.assert_clean();
        studio.measure()
    };
    let first = measure();
    assert_eq!(first, measure());
    assert_eq!((first.instances, first.property_writes), (1000, 1000));
}
