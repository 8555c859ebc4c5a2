//! The inventory of cryptography says what the code does (S-59).

use std::collections::BTreeSet;

use crate::assert_no_breach;
use crate::rust_source::{paths, tokens};
use crate::sources::{is_test_module, module_path};
use crate::work_tree::{SourceFile, files};

const INVENTORY: &str = "daemon/cryptography.md";

/// Libraries that do cryptography, by their names in Rust source.
const LIBRARIES: [&str; 19] = [
    "aes",
    "aes_gcm",
    "argon2",
    "blake2",
    "chacha20poly1305",
    "ed25519_dalek",
    "getrandom",
    "hkdf",
    "hmac",
    "md5",
    "openssl",
    "pbkdf2",
    "rand",
    "ring",
    "rustls",
    "scrypt",
    "sha1",
    "sha2",
    "subtle",
];

/// A library and a file that names it outside tests.
type Use = (String, String);

fn uses(file: &SourceFile) -> BTreeSet<Use> {
    let is_test = file.path.starts_with("tests/") || is_test_module(&file.path);
    if is_test {
        return BTreeSet::new();
    }
    paths(&tokens(&file.text), &module_path(&file.path))
        .into_iter()
        .filter(|path| LIBRARIES.contains(&path.segments[0].as_str()))
        .map(|path| (path.segments[0].clone(), file.path.clone()))
        .collect()
}

/// What stands in backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The rows of the inventory's table: libraries, and the files they are used in.
fn rows(inventory: &str) -> Vec<(Vec<&str>, Vec<&str>)> {
    inventory
        .lines()
        .filter(|line| line.starts_with("| ") && line.split('|').count() == 6 && !line.starts_with("| ---"))
        .skip(1)
        .map(|line| {
            let cells: Vec<_> = line.split('|').collect();
            (quoted(cells[3]).collect(), quoted(cells[4]).collect())
        })
        .collect()
}

fn breaches(inventory: &str, sources: &[SourceFile], is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let used: BTreeSet<Use> = sources.iter().flat_map(uses).collect();
    let mut listed = BTreeSet::new();
    let mut found = Vec::new();
    for (libraries, places) in rows(inventory) {
        for place in &places {
            if !is_there(place) {
                found.push(format!("{INVENTORY}: `{place}` is not there"));
            }
            let own = libraries.iter().filter(|library| LIBRARIES.contains(library));
            listed.extend(own.map(|library| ((*library).to_owned(), (*place).to_owned())));
        }
    }
    found.extend(
        used.difference(&listed)
            .map(|(library, file)| format!("{file}: uses `{library}`, which {INVENTORY} does not tell")),
    );
    found.extend(listed.difference(&used).map(|(library, file)| {
        format!("{INVENTORY}: tells that `{file}` uses `{library}`, which it does not")
    }));
    found
}

#[test]
fn s_59_the_inventory_of_cryptography_matches_the_code() {
    let documents = files("daemon", &["md"]);
    let inventory = documents.iter().find(|file| file.path == INVENTORY);
    let root = xtask::workspace::root();
    let found = breaches(inventory.map_or("", |file| &file.text), &files("", &["rs"]), |place| {
        root.join(place).is_file()
    });
    assert_no_breach(&found);
}

#[test]
fn a_planted_use_and_a_planted_row_are_found() {
    let inventory = "| for | algorithm | library | where |\n| --- | --- | --- | --- |\n\
        | proofs | HMAC | `hmac`, `sha2` | `a.rs` |\n| proofs | HMAC | Luau | `b.luau` |\n";
    let source = |text: &str| [SourceFile::new("a.rs", text)];
    let complete = source("use hmac::Hmac;\nuse sha2::Sha256;");
    assert_eq!(breaches(inventory, &complete, |_| true), [""; 0]);
    assert_eq!(breaches(inventory, &complete, |place| place != "b.luau").len(), 1);
    assert_eq!(
        breaches(inventory, &source("use hmac::Hmac;\nuse md5::Md5;"), |_| true),
        [
            "a.rs: uses `md5`, which daemon/cryptography.md does not tell",
            "daemon/cryptography.md: tells that `a.rs` uses `sha2`, which it does not",
        ]
    );
    let tested =
        source("use hmac::Hmac;\nuse sha2::Sha256;\n#[cfg(test)]\nmod tests {\n    use md5::Md5;\n}");
    assert_eq!(breaches(inventory, &tested, |_| true), [""; 0]);
}
