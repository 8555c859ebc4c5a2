//! Every security requirement that holds from the first day has a test that bears its number.

use crate::work_tree::{SourceFile, files};

/// The requirements of `security-requirements.md` that this product keeps now.
const KEPT: [u8; 24] =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 24, 36, 55, 56, 58, 59, 60];

/// Where tests of a requirement stand: `file: test`.
fn tests_of(number: u8, files: &[SourceFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for line in test_lines(file) {
            let named = match file.extension() {
                "rs" => function_name(line)
                    .filter(|name| format!("_{name}").contains(&format!("_s_{number:02}_"))),
                _ => script_title(line).filter(|title| title.contains(&format!("S-{number:02}"))),
            };
            found.extend(named.map(|name| format!("{}: {name}", file.path)));
        }
    }
    found
}

/// The function that a line of Rust begins.
fn function_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?.split('(').next()
}

/// The title of the test that a line of TypeScript begins.
fn script_title(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let title = line.strip_prefix("test(").or_else(|| line.strip_prefix("it("))?;
    title.split(['"', '\'', '`']).nth(1)
}

/// The lines of a file that belong to tests.
fn test_lines(file: &SourceFile) -> Box<dyn Iterator<Item = &str> + '_> {
    let name = file.file_name();
    let is_all_tests = file.path.starts_with("tests/") && !file.path.starts_with("tests/src/")
        || name == "tests.rs"
        || [".test.ts", ".test.tsx", ".spec.ts"].iter().any(|ending| name.ends_with(ending));
    if is_all_tests {
        return Box::new(file.text.lines());
    }
    if file.extension() != "rs" {
        return Box::new(std::iter::empty());
    }
    Box::new(file.text.lines().skip_while(|line| line.trim() != "#[cfg(test)]"))
}

#[test]
fn every_kept_requirement_has_a_test_that_names_it() {
    let files: Vec<_> = files("", &["rs", "ts", "tsx"])
        .into_iter()
        .filter(|file| !file.path.starts_with("tests/contract/"))
        .collect();
    let mut missing = Vec::new();
    for number in KEPT {
        let tests = tests_of(number, &files);
        println!("S-{number:02}: {} test(s)", tests.len());
        for test in &tests {
            println!("    {test}");
        }
        if tests.is_empty() {
            missing.push(format!("S-{number:02}"));
        }
    }
    assert!(
        missing.is_empty(),
        "no test is named for {}; name one `s_<number>_<what it shows>`",
        missing.join(", ")
    );
}

#[track_caller]
fn check(path: &str, text: &str, is_found: bool) {
    let found = tests_of(2, &[SourceFile::new(path, text)]);
    assert_eq!(!found.is_empty(), is_found, "{path}: {text}: {found:?}");
}

#[test]
fn only_tests_that_bear_the_number_count() {
    check("tests/e2e/guard.rs", "fn s_02_refuses_foreign_hosts() {", true);
    check("tests/e2e/guard.rs", "async fn s_02_refuses_foreign_hosts() {", true);
    check("tests/e2e/guard.rs", "fn s_01_s_02_refuses_both() {", true);
    check("tests/e2e/guard.rs", "// S-02 will come", false);
    check("tests/e2e/guard.rs", "fn s_03_refuses() {", false);
    check("daemon/src/edge/guard.rs", "fn s_02_not_a_test() {}", false);
    check("daemon/src/edge/guard.rs", "#[cfg(test)]\nmod tests {\n    fn s_02_refuses() {", true);
    check("tests/browser/sign-in.spec.ts", "test(\"S-02: foreign hosts\", async () => {", true);
    check("tests/browser/sign-in.spec.ts", "// S-02", false);
}
