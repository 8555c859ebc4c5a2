//! Rules about source files: who may name which library and module, and what no file may hold (`style.md` §10).

use proc_macro2::TokenTree;

use crate::assert_no_breach;
use crate::rust_source::{PathUse, each_tail, ident_is, paths, punct_is, tokens};
use crate::work_tree::{SourceFile, files};

/// Libraries of the daemon, and where in `daemon/src` their names may stand.
const LIBRARY_HOMES: &[(&str, &[&str])] = &[
    ("axum", &["edge", "lib.rs", "state"]),
    ("clap", &["cli", "main.rs"]),
    ("clap_complete", &["cli"]),
    ("console", &["cli"]),
    ("directories", &["config"]),
    ("indicatif", &["cli"]),
    ("notify", &["watch"]),
    ("rbx_binary", &["plugin"]),
    ("rbx_dom_weak", &["plugin"]),
    ("tokio_tungstenite", &["cli", "edge/socket", "framing"]),
];

/// Where in `daemon/src` the wire's types may stand: at the edges, in the signatures of commands, and in the gate, whose
/// policy table is the catalogue.
const PROTOCOL_HOMES: &[&str] = &["cli", "commands", "edge", "gate", "studio"];

/// The daemon's layers from the outside in; a layer may name those after it, not those before it.
const LAYERS: &[&[&str]] =
    &[&["cli"], &["edge", "studio"], &["gate"], &["commands"], &["jobs"], &["changes"], &["universes"]];

/// What may be named against the direction, by whom. Commands are told who asks; those about sign-in links and linked
/// Studios administer what the gate and `studio` hold; `universes` reaches Studio by the registry.
const WAYS_BACK: &[(&str, &[&str])] = &[
    ("commands", &["gate", "identity"]),
    ("commands/sessions", &["gate", "sessions"]),
    ("commands/studio", &["studio"]),
    ("universes", &["studio", "registry"]),
];

/// Types, beside atomics, that make a static hold state.
const STATIC_STATE: [&str; 10] = [
    "Cell",
    "LazyCell",
    "LazyLock",
    "Mutex",
    "OnceCell",
    "OnceLock",
    "RefCell",
    "RwLock",
    "UnsafeCell",
    "thread_local",
];

const LONGEST_FILE_LINES: usize = 700;

const GENERATED: [&str; 2] = ["daemon/dashboard/src/protocol.ts", "plugin-lua/src/Protocol.luau"];

const DAEMON: &str = "daemon/src/";

/// A Rust file, read.
struct RustFile<'a> {
    file: &'a SourceFile,
    tokens: Vec<TokenTree>,
    paths: Vec<PathUse>,
}

impl<'a> RustFile<'a> {
    fn read(file: &'a SourceFile) -> Self {
        let tokens = if is_test_module(&file.path) { Vec::new() } else { tokens(&file.text) };
        let paths = paths(&tokens, &module_path(&file.path));
        Self { file, tokens, paths }
    }

    /// The path below `daemon/src`, for files of the daemon itself.
    fn in_daemon(&self) -> Option<&str> {
        self.file.path.strip_prefix(DAEMON)
    }

    fn breach(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.file.path)
    }
}

/// Whether a file is a module of unit tests, which may name what it likes.
pub(crate) fn is_test_module(path: &str) -> bool {
    let inside = path.split_once("/src/").map_or("", |(_, inside)| inside);
    inside.split('/').any(|part| matches!(part, "tests" | "tests.rs"))
}

/// Where a file stands in its crate: `daemon/src/edge/rest.rs` is `edge::rest`.
pub(crate) fn module_path(path: &str) -> Vec<String> {
    let inside = path.split_once("src/").map_or(path, |(_, inside)| inside);
    let parts = inside.trim_end_matches(".rs").split('/');
    parts.filter(|part| !matches!(*part, "lib" | "mod")).map(str::to_owned).collect()
}

/// Whether a file is, or lies in, one of `homes`: `edge` covers `edge.rs` and `edge/…`.
fn is_at_home(inside: &str, homes: &[&str]) -> bool {
    homes.iter().any(|home| match inside.strip_prefix(home) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || rest == ".rs",
        None => false,
    })
}

/// The segments of a path within the daemon's own crate.
fn within_daemon(path: &PathUse) -> Option<&[String]> {
    match path.segments.split_first() {
        Some((first, rest)) if first == "crate" || first == "daemon" => Some(rest),
        _ => None,
    }
}

fn libraries_stay_home(file: &RustFile) -> Vec<String> {
    let Some(inside) = file.in_daemon() else {
        return Vec::new();
    };
    let strayed = |path: &&PathUse| {
        LIBRARY_HOMES
            .iter()
            .any(|(library, homes)| path.segments[0] == *library && !is_at_home(inside, homes))
    };
    let breach = |path: &PathUse| {
        file.breach(path.line, &format!("`{}` is named outside its home (`LIBRARY_HOMES`)", path.segments[0]))
    };
    file.paths.iter().filter(strayed).map(breach).collect()
}

fn protocol_stays_at_the_edges(file: &RustFile) -> Vec<String> {
    let is_outside = match file.in_daemon() {
        Some(inside) => !is_at_home(inside, PROTOCOL_HOMES),
        None => file.file.path.starts_with("daemon/crates/"),
    };
    let named = file.paths.iter().filter(|path| is_outside && path.segments[0] == "protocol");
    named
        .map(|path| file.breach(path.line, "only the edges, the gate and the commands know the wire's types"))
        .collect()
}

fn modules_look_inwards(file: &RustFile) -> Vec<String> {
    let layer_of = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let Some(inside) = file.in_daemon() else {
        return Vec::new();
    };
    let own = inside.split(['/', '.']).next().unwrap_or_default();
    let Some(own_layer) = layer_of(own) else {
        return Vec::new();
    };
    let is_way_back = |segments: &[String]| {
        let leads = |way: &[&str]| {
            segments.len() >= way.len() && segments.iter().zip(way).all(|(is, wanted)| is == wanted)
        };
        WAYS_BACK.iter().any(|(home, way)| is_at_home(inside, &[home]) && leads(way))
    };
    let mut found = Vec::new();
    for path in &file.paths {
        // Modules in one row (`edge` and `studio`) may know each other.
        if let Some(segments @ [other, ..]) = within_daemon(path)
            && layer_of(other).is_some_and(|layer| layer < own_layer)
            && !is_way_back(segments)
        {
            found.push(file.breach(path.line, &format!("`{own}` names `{other}`, which is further out")));
        }
    }
    found
}

fn rules_and_store_do_not_serialise(file: &RustFile) -> Vec<String> {
    let path = &file.file.path;
    if !["daemon/crates/daemon-core/src/", "daemon/crates/daemon-store/src/"]
        .iter()
        .any(|home| path.starts_with(home))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    each_tail(&file.tokens, &mut |tail| {
        if let [TokenTree::Ident(word), TokenTree::Group(list), ..] = tail
            && word == "derive"
            && list.stream().into_iter().any(|token| ident_is(&token, &["Serialize", "Deserialize"]))
        {
            found.push(file.breach(line(&tail[0]), "domain types do not derive serde; convert at the edge"));
        }
    });
    found
}

fn nothing_is_exported_twice(file: &RustFile) -> Vec<String> {
    let mut found = Vec::new();
    if file.file.path == "protocol/src/lib.rs" {
        return found;
    }
    each_tail(&file.tokens, &mut |tail| {
        let exports = match tail {
            [first, second, ..] if ident_is(first, &["pub"]) && ident_is(second, &["use"]) => true,
            [first, TokenTree::Group(_), third, ..] => ident_is(first, &["pub"]) && ident_is(third, &["use"]),
            _ => false,
        };
        if exports {
            found.push(file.breach(line(&tail[0]), "only `protocol/src/lib.rs` re-exports"));
        }
    });
    found
}

fn no_static_holds_state(file: &RustFile) -> Vec<String> {
    let mut found = Vec::new();
    each_tail(&file.tokens, &mut |tail| {
        if !ident_is(&tail[0], &["static", "thread_local"]) {
            return;
        }
        let mut declaration = tail.iter().take_while(|token| !punct_is(token, '='));
        let holds_state = |token: &TokenTree| match token {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                name == "mut" || name.starts_with("Atomic") || STATIC_STATE.contains(&name.as_str())
            }
            _ => false,
        };
        if declaration.any(holds_state) {
            found.push(file.breach(line(&tail[0]), "a static holds state; pass it through `AppState`"));
        }
    });
    found
}

fn lints_are_expected_not_allowed(file: &RustFile) -> Vec<String> {
    let mut found = Vec::new();
    each_tail(&file.tokens, &mut |tail| {
        let attribute = match tail {
            [hash, TokenTree::Group(attribute), ..] if punct_is(hash, '#') => attribute,
            [hash, bang, TokenTree::Group(attribute), ..] if punct_is(hash, '#') && punct_is(bang, '!') => {
                attribute
            }
            _ => return,
        };
        if attribute.stream().into_iter().next().is_some_and(|first| ident_is(&first, &["allow"])) {
            found.push(file.breach(line(&tail[0]), "use `#[expect(…, reason = \"…\")]` instead of `allow`"));
        }
    });
    found
}

/// The files that may call what the compiler cannot check, each for one thing no safe interface offers (S-69).
const UNSAFE_FILES: &[&str] = &[
    // Windows' access lists.
    "daemon/src/config/ownership/security.rs",
    // Windows' Credential Manager.
    "daemon/src/keeper/system/credentials.rs",
    // Windows' exclusive bind.
    "daemon/src/listener.rs",
    // glibc's way of keeping freed memory.
    "daemon/src/memory.rs",
];

fn unsafe_code_stays_in_its_files(file: &RustFile) -> Vec<String> {
    if UNSAFE_FILES.contains(&file.file.path.as_str()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    each_tail(&file.tokens, &mut |tail| {
        if tail.first().is_some_and(|first| ident_is(first, &["unsafe", "unsafe_code"])) {
            found.push(file.breach(line(&tail[0]), "unsafe code belongs into a file of `UNSAFE_FILES`"));
        }
    });
    found
}

fn roots_state_their_invariants(file: &RustFile) -> Vec<String> {
    if !matches!(file.file.file_name(), "lib.rs" | "mod.rs") || is_test_module(&file.file.path) {
        return Vec::new();
    }
    let header = file.file.text.lines().take_while(|line| line.starts_with("//!"));
    if header.clone().any(|line| line.contains("**Invariant:**")) {
        return Vec::new();
    }
    vec![file.breach(1, "opens without what it does, what it does not, and its **Invariant:** lines")]
}

fn files_stay_short(file: &SourceFile) -> Vec<String> {
    let lines = file.text.lines().count();
    if lines <= LONGEST_FILE_LINES || GENERATED.contains(&file.path.as_str()) {
        return Vec::new();
    }
    vec![format!("{}: {lines} lines; split it, {LONGEST_FILE_LINES} is the most", file.path)]
}

fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

type Rule = fn(&RustFile) -> Vec<String>;

#[track_caller]
fn assert_rule(rule: Rule) {
    let files = files("", &["rs"]);
    let breaches: Vec<_> = files.iter().flat_map(|file| rule(&RustFile::read(file))).collect();
    assert_no_breach(&breaches);
}

#[track_caller]
fn check(rule: Rule, path: &str, text: &str, breach_lines: &[usize]) {
    let file = SourceFile::new(path, text);
    let found = rule(&RustFile::read(&file));
    let expected: Vec<_> = breach_lines.iter().map(|line| format!("{path}:{line}: ")).collect();
    let is_same = found.len() == expected.len()
        && found.iter().zip(&expected).all(|(found, start)| found.starts_with(start));
    assert!(is_same, "{path}: {text}\nexpected {expected:?}, found {found:?}");
}

#[test]
fn every_library_stays_in_its_home() {
    assert_rule(libraries_stay_home);
}

#[test]
fn the_wire_is_known_at_the_edges_only() {
    assert_rule(protocol_stays_at_the_edges);
}

#[test]
fn every_module_looks_inwards() {
    assert_rule(modules_look_inwards);
}

#[test]
fn domain_types_do_not_derive_serde() {
    assert_rule(rules_and_store_do_not_serialise);
}

#[test]
fn only_the_protocol_re_exports() {
    assert_rule(nothing_is_exported_twice);
}

#[test]
fn statics_hold_no_state() {
    assert_rule(no_static_holds_state);
}

#[test]
fn lints_are_expected_with_a_reason() {
    assert_rule(lints_are_expected_not_allowed);
}

#[test]
fn s_69_unsafe_code_is_in_the_listed_files_alone() {
    assert_rule(unsafe_code_stays_in_its_files);
}

#[test]
fn every_root_states_its_invariants() {
    assert_rule(roots_state_their_invariants);
}

#[test]
fn no_file_is_too_long() {
    let files = files("", &["css", "luau", "rs", "ts", "tsx"]);
    assert_no_breach(&files.iter().flat_map(files_stay_short).collect::<Vec<_>>());
}

#[test]
fn a_planted_library_is_found() {
    check(libraries_stay_home, "daemon/src/edge/rest.rs", "use axum::Router;", &[]);
    check(libraries_stay_home, "daemon/src/edge.rs", "use axum::Router;", &[]);
    check(libraries_stay_home, "daemon/src/edges.rs", "use axum::Router;", &[1]);
    check(libraries_stay_home, "daemon/src/gate/policy.rs", "// why\nfn f(_: axum::Body) {}", &[2]);
    check(libraries_stay_home, "daemon/src/tasks.rs", "use {notify, std::fs};", &[1]);
    check(libraries_stay_home, "tests/src/lib.rs", "use axum::Router;", &[]);
}

#[test]
fn a_planted_wire_type_is_found() {
    check(protocol_stays_at_the_edges, "daemon/src/commands/keys.rs", "use protocol::CATALOGUE;", &[]);
    check(protocol_stays_at_the_edges, "daemon/src/universes/local.rs", "use protocol::Role;", &[1]);
    check(
        protocol_stays_at_the_edges,
        "daemon/crates/daemon-core/src/value.rs",
        "use protocol::RawJson;",
        &[1],
    );
    check(
        protocol_stays_at_the_edges,
        "daemon/src/universes/local.rs",
        "#[cfg(test)]\nmod tests { use protocol::Role; }",
        &[],
    );
}

#[test]
fn a_planted_look_outwards_is_found() {
    check(
        modules_look_inwards,
        "daemon/src/edge/rest.rs",
        "use crate::gate::policy; use crate::commands::keys;",
        &[],
    );
    check(modules_look_inwards, "daemon/src/commands/keys.rs", "use crate::gate::policy;", &[1]);
    check(modules_look_inwards, "daemon/src/commands/keys.rs", "use crate::gate::identity::Caller;", &[]);
    check(modules_look_inwards, "daemon/src/commands/keys.rs", "use crate::studio::registry::Studio;", &[1]);
    check(
        modules_look_inwards,
        "daemon/src/commands/studio/list.rs",
        "use crate::studio::registry::Studio;",
        &[],
    );
    check(modules_look_inwards, "daemon/src/commands/keys.rs", "use super::super::edge::rest;", &[1]);
    check(
        modules_look_inwards,
        "daemon/src/universes/cloud.rs",
        "use crate::{config, commands::keys};",
        &[1],
    );
    check(
        modules_look_inwards,
        "daemon/src/universes/studio.rs",
        "use crate::studio::registry::Registry;",
        &[],
    );
    check(modules_look_inwards, "daemon/src/universes/studio.rs", "use crate::studio::pairing::Code;", &[1]);
    check(modules_look_inwards, "daemon/src/gate.rs", "fn f() { crate::studio::session::open(); }", &[1]);
    check(modules_look_inwards, "daemon/src/lib.rs", "use crate::edge::router;", &[]);
}

#[test]
fn a_planted_derive_is_found() {
    let path = "daemon/crates/daemon-core/src/value.rs";
    check(rules_and_store_do_not_serialise, path, "#[derive(Clone)]\nstruct A;", &[]);
    check(rules_and_store_do_not_serialise, path, "#[derive(Clone, serde::Serialize)]\nstruct A;", &[1]);
    check(rules_and_store_do_not_serialise, "protocol/src/ids.rs", "#[derive(Serialize)]\nstruct A;", &[]);
}

#[test]
fn a_planted_export_is_found() {
    check(nothing_is_exported_twice, "daemon/src/edge.rs", "use rest::Rest;\npub mod rest;", &[]);
    check(nothing_is_exported_twice, "daemon/src/edge.rs", "mod rest;\npub use rest::Rest;", &[2]);
    check(nothing_is_exported_twice, "daemon/src/edge.rs", "pub(crate) use rest::Rest;", &[1]);
    check(nothing_is_exported_twice, "protocol/src/lib.rs", "pub use ids::TokenId;", &[]);
}

#[test]
fn a_planted_static_is_found() {
    let path = "daemon/src/state.rs";
    check(no_static_holds_state, path, "fn f(_: &'static str) {}\nstatic NAMES: &[&str] = &[];", &[]);
    check(no_static_holds_state, path, "fn a() {}\nstatic COUNT: AtomicU64 = AtomicU64::new(0);", &[2]);
    check(
        no_static_holds_state,
        path,
        "use a;\nstatic STATE: std::sync::OnceLock<u8> = OnceLock::new();",
        &[2],
    );
    check(no_static_holds_state, path, "static mut COUNT: u64 = 0;", &[1]);
    check(no_static_holds_state, path, "thread_local! { static A: u8 = 0; }", &[1]);
    check(
        no_static_holds_state,
        path,
        "#[cfg(test)]\nmod tests { use a; static A: AtomicU64 = AtomicU64::new(0); }",
        &[],
    );
}

#[test]
fn a_planted_allow_is_found() {
    let path = "daemon/src/state.rs";
    check(lints_are_expected_not_allowed, path, "#[expect(dead_code, reason = \"\")]\nfn a() {}", &[]);
    check(lints_are_expected_not_allowed, path, "#![allow(dead_code)]\nfn a() {}", &[1]);
    check(lints_are_expected_not_allowed, path, "fn a() {\n    #[allow(dead_code)]\n    let b = 1;\n}", &[2]);
}

#[test]
fn s_69_planted_unsafe_code_is_found() {
    let code = "#![expect(unsafe_code, reason = \"\")]\nfn f() {\n    unsafe { g() }\n}";
    check(unsafe_code_stays_in_its_files, "daemon/src/state.rs", code, &[1, 3]);
    check(unsafe_code_stays_in_its_files, "daemon/src/listener.rs", code, &[]);
}

#[test]
fn a_planted_root_without_invariants_is_found() {
    check(
        roots_state_their_invariants,
        "protocol/src/lib.rs",
        "//! The wire.\n//!\n//! **Invariant:** light.\n",
        &[],
    );
    check(
        roots_state_their_invariants,
        "protocol/src/lib.rs",
        "//! The wire.\n\n// **Invariant:** no.\n",
        &[1],
    );
    check(roots_state_their_invariants, "protocol/src/ids.rs", "", &[]);
    check(roots_state_their_invariants, "daemon/src/edge/tests/mod.rs", "", &[]);
    check(roots_state_their_invariants, "tests/src/studio/mod.rs", "", &[1]);
}

#[test]
fn a_planted_long_file_is_found() {
    let text = "x\n".repeat(LONGEST_FILE_LINES + 1);
    assert_eq!(files_stay_short(&SourceFile::new("daemon/src/a.rs", &text)).len(), 1);
    assert!(files_stay_short(&SourceFile::new("daemon/src/a.rs", &text[2..])).is_empty());
    assert!(files_stay_short(&SourceFile::new(GENERATED[0], &text)).is_empty());
}
