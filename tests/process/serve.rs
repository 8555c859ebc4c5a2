//! `dsmp serve`: starting, refusing to start, and stopping.

use crate::harness::{Daemon, Home};

#[test]
fn serve_prints_its_address_and_a_link_and_answers() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let link = format!("http://127.0.0.1:{}/#/sign-in?code=", daemon.port);
    assert!(daemon.open_url.starts_with(&link), "{}", daemon.open_url);
    assert!(daemon.http("GET /healthz").starts_with("HTTP/1.1 204"), "it answers once it says so");
    let status = home.json(&["status"]);
    assert_eq!(status["address"], format!("http://127.0.0.1:{}", daemon.port));
}

#[test]
fn s_13_a_taken_port_names_the_address_the_cause_and_the_flag() {
    let (first, second) = (Home::new(), Home::new());
    let daemon = Daemon::start(&first);
    let address = format!("`127.0.0.1:{}`", daemon.port);
    let refused = second.run(&["serve", "--port", &daemon.port.to_string()]);
    refused.refused(1, &[&address, "the port is taken", "`--port`"]);
    assert!(refused.stdout.is_empty(), "nothing is said to listen");
}

#[test]
fn a_second_daemon_on_a_data_directory_is_told_who_is_first() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let first = format!("(process {} on port {})", daemon.process_id(), daemon.port);
    home.run(&["serve", "--port", "0"]).refused(6, &["in use by another dsmp", &first, "`--data-dir`"]);
}

#[cfg(unix)]
#[test]
fn a_termination_signal_stops_the_daemon_in_order() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    home.ok(&["put", "Store", "key", "1"]);
    let (status, log) = daemon.terminate();
    assert!(status.success(), "{status}: {log}");
    assert!(log.contains("stopped"), "{log}");
    assert!(!home.data().join("daemon.json").exists(), "the notice is withdrawn");
    assert_eq!(home.ok(&["get", "Store", "key"]), "1", "the directory is free, and the entry is there");
}

#[test]
fn a_filter_that_is_none_is_refused_with_its_name() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--port", "0"]);
    command.env("DSMP_LOG", "no such=filter=at all");
    crate::harness::finish(command, None).refused(2, &["DSMP_LOG"]);
}
