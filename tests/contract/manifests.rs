//! The dependency table: the owner of each heavy library, and which crate may use which (`style.md` §10).

use std::process::Command;

use serde_json::Value;

use crate::assert_no_breach;
use crate::work_tree::{SourceFile, files};

/// Heavy libraries and the one package that may use each. The workspace's own tests and commands may use all.
const OWNERS: &[(&str, &str)] = &[
    ("aes-gcm", "daemon-store"),
    ("argon2", "daemon-store"),
    ("axum", "daemon"),
    ("clap", "daemon"),
    ("directories", "daemon"),
    ("full_moon", "daemon-analysis"),
    ("hkdf", "daemon-store"),
    ("libsqlite3-sys", "daemon-store"),
    ("mlua", "daemon-script"),
    ("notify", "daemon"),
    ("rbx_binary", "daemon"),
    ("reqwest", "daemon-roblox"),
    ("rusqlite", "daemon-store"),
    ("tantivy", "daemon-search"),
    ("tokio-tungstenite", "daemon"),
];

/// What a package may use beside the owner: the bench loads the daemon from outside, and measures it beside plain rusqlite.
const GUESTS: &[(&str, &str)] = &[("bench", "clap"), ("bench", "rusqlite"), ("bench", "tokio-tungstenite")];

/// Which workspace packages a package may use; one that is not listed here needs a decision first.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("daemon-core", &[]),
    ("daemon-store", &["daemon-core"]),
    ("daemon-roblox", &["daemon-core", "daemon-store"]),
    ("daemon-search", &["daemon-core"]),
    ("daemon-analysis", &["daemon-core"]),
    ("daemon-script", &["daemon-core"]),
    (
        "daemon",
        &[
            "protocol",
            "daemon-core",
            "daemon-store",
            "daemon-roblox",
            "daemon-search",
            "daemon-analysis",
            "daemon-script",
        ],
    ),
    ("bench", &["protocol", "daemon-core", "daemon-roblox"]),
    ("dist", &["xtask"]),
];

/// Packages that may use everything.
const FREE: [&str; 2] = ["tests", "xtask"];

/// All that the wire types may use.
const PROTOCOL_USES: [&str; 3] = ["schemars", "serde", "serde_json"];

/// What would bring I/O, async, clocks, randomness or serialisation into the rules.
const CORE_NEVER_USES: [&str; 18] = [
    "async-trait",
    "chrono",
    "fastrand",
    "futures",
    "futures-util",
    "getrandom",
    "http",
    "jiff",
    "rand",
    "serde",
    "serde_json",
    "tempfile",
    "time",
    "tokio",
    "tokio-util",
    "tower",
    "tracing",
    "uuid",
];

struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    for_tests: bool,
}

/// Reads what `cargo metadata --no-deps` prints.
fn packages(metadata: &str) -> Vec<Package> {
    let metadata: Value = serde_json::from_str(metadata).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let dependency = |value: &Value| Dependency {
        name: text(&value["name"]),
        for_tests: value["kind"].as_str() == Some("dev"),
    };
    let package = |value: &Value| Package {
        name: text(&value["name"]),
        dependencies: value["dependencies"].as_array().unwrap().iter().map(dependency).collect(),
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn breaches(packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .filter(|package| !FREE.contains(&package.name.as_str()))
        .flat_map(package_breaches)
        .collect()
}

fn package_breaches(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, may_use)) = DIRECTIONS.iter().find(|(listed, _)| *listed == name) else {
        return vec![format!(
            "package `{name}` is not in the dependency table; add it to `architecture.md` §4 and here"
        )];
    };
    let is_ours =
        |library: &str| FREE.contains(&library) || DIRECTIONS.iter().any(|(listed, _)| *listed == library);
    let mut found = Vec::new();
    for Dependency { name: library, for_tests } in &package.dependencies {
        let library = library.as_str();
        let is_guest = GUESTS.contains(&(name, library));
        if let Some((_, owner)) = OWNERS.iter().find(|(owned, owner)| *owned == library && *owner != name)
            && !is_guest
        {
            found.push(format!("`{name}` uses `{library}`, which only `{owner}` may"));
        }
        // Tests of a package may stand on the common harness.
        if is_ours(library) && !may_use.contains(&library) && !(*for_tests && library == "tests") {
            found.push(format!("`{name}` depends on `{library}`, against the dependency direction"));
        }
        if name == "protocol" && !for_tests && !PROTOCOL_USES.contains(&library) {
            found.push(format!("`protocol` uses `{library}`; it may use only {}", PROTOCOL_USES.join(", ")));
        }
        if name == "daemon-core" && !for_tests && CORE_NEVER_USES.contains(&library) {
            found.push(format!(
                "`daemon-core` uses `{library}`; rules know no I/O, async, clock, randomness or serde"
            ));
        }
    }
    found
}

/// Versions stand in the root manifest once, and every package takes the workspace's lints.
fn manifest_breaches(manifest: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    let mut section = "";
    for (index, line) in manifest.text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") && line.contains('=') && !line.starts_with('#') {
            let shared = line.contains("workspace = true") || line.contains(".workspace = true");
            if !shared {
                found.push(format!(
                    "{}:{}: `{line}` does not take the workspace's version",
                    manifest.path,
                    index + 1
                ));
            }
        }
    }
    if !manifest.text.contains("[lints]\nworkspace = true") {
        found.push(format!("{}: does not take the workspace's lints", manifest.path));
    }
    found
}

#[test]
fn every_crate_keeps_to_the_dependency_table() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(xtask::workspace::root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_no_breach(&breaches(&packages(&String::from_utf8(output.stdout).unwrap())));
}

#[test]
fn every_manifest_shares_versions_and_lints() {
    let all = files("", &["toml"]);
    let manifests = all.iter().filter(|file| file.file_name() == "Cargo.toml" && file.path != "Cargo.toml");
    assert_no_breach(&manifests.flat_map(manifest_breaches).collect::<Vec<_>>());
}

#[track_caller]
fn check(package: &str, dependency: &str, kind: &str, expected: &[&str]) {
    let metadata = serde_json::json!({
        "packages": [{ "name": package, "dependencies": [{ "name": dependency, "kind": kind }] }]
    });
    assert_eq!(breaches(&packages(&metadata.to_string())), expected, "{package} → {dependency} ({kind})");
}

#[test]
fn a_planted_dependency_is_found() {
    check("daemon", "axum", "normal", &[]);
    check("daemon", "rusqlite", "normal", &["`daemon` uses `rusqlite`, which only `daemon-store` may"]);
    check("daemon", "rusqlite", "dev", &["`daemon` uses `rusqlite`, which only `daemon-store` may"]);
    check("tests", "rusqlite", "normal", &[]);
    check("bench", "rusqlite", "normal", &[]);
    check("bench", "mlua", "normal", &["`bench` uses `mlua`, which only `daemon-script` may"]);
    check("bench", "daemon", "normal", &["`bench` depends on `daemon`, against the dependency direction"]);
    check("daemon-store", "daemon-core", "normal", &[]);
    check(
        "daemon-core",
        "daemon-store",
        "normal",
        &["`daemon-core` depends on `daemon-store`, against the dependency direction"],
    );
    check(
        "daemon-store",
        "protocol",
        "normal",
        &["`daemon-store` depends on `protocol`, against the dependency direction"],
    );
    check("daemon", "tests", "dev", &[]);
    check("daemon", "tests", "normal", &["`daemon` depends on `tests`, against the dependency direction"]);
    check(
        "daemon-core",
        "tokio",
        "normal",
        &["`daemon-core` uses `tokio`; rules know no I/O, async, clock, randomness or serde"],
    );
    check(
        "protocol",
        "uuid",
        "normal",
        &["`protocol` uses `uuid`; it may use only schemars, serde, serde_json"],
    );
    check(
        "daemon-extra",
        "serde",
        "normal",
        &["package `daemon-extra` is not in the dependency table; add it to `architecture.md` §4 and here"],
    );
}

#[test]
fn a_planted_version_is_found() {
    let manifest = SourceFile::new(
        "daemon/Cargo.toml",
        "[dependencies]\nserde.workspace = true\ntokio = { workspace = true, features = [\"fs\"] }\nrand = \"0.9\"\n",
    );
    assert_eq!(
        manifest_breaches(&manifest),
        [
            "daemon/Cargo.toml:4: `rand = \"0.9\"` does not take the workspace's version",
            "daemon/Cargo.toml: does not take the workspace's lints",
        ]
    );
}
