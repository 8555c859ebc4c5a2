//! Tests of the simulator: it must answer as Studio does, or say that it cannot. Tests of the plugin are beside this
//! folder. What Studio does is taken from its documentation and from reports; no test here compares with a real Studio.
//!
//! **Invariant:** behaviour that depends on the signal mode is tested in both.
//! **Invariant:** every Studio is checked to have run clean, except for what its test is about.

mod data;
mod loading;
mod members;
mod network;
mod plugin;
mod reports;
mod time;

use tests::studio::Studio;
use tests::studio::signal::SignalMode;

/// Runs statements in a fresh Studio and compares what they return, each value by `tostring`, with what is expected.
fn check(code: &str, expected: &[&str]) {
    check_in(&mut Studio::builder().build(), code, expected);
}

/// The same in a Studio that the test has prepared.
fn check_in(studio: &mut Studio, code: &str, expected: &[&str]) {
    let wrapped = format!(
        "local returned = table.pack((function() {code} end)())
        local texts = {{}}
        for index = 1, returned.n do texts[index] = tostring(returned[index]) end
        return texts"
    );
    let texts: Vec<String> =
        studio.eval(&wrapped).unwrap_or_else(|error| panic!("{code}\nfailed: {error:#}"));
    assert_eq!(texts, expected, "{code}");
    studio.assert_clean();
}

/// Runs statements that must raise this text.
fn check_raises(code: &str, expected: &str) {
    check(&format!("return select(2, pcall(function() {code} end))"), &[expected]);
}

/// Runs statements, lets a virtual second pass, and compares what was printed.
fn check_prints(mode: SignalMode, code: &str, expected: &[&str]) {
    let mut studio = Studio::builder().signals(mode).build();
    studio.eval::<()>(&format!("task.spawn(function() {code} end)")).expect("the code starts");
    studio.run_for(1.0);
    assert_eq!(studio.output(), expected, "{code}");
    studio.assert_clean();
}
