//! `dsmp import` and `dsmp export`: the same bytes in and out, and files that are not as they should be.

use std::fs;
use std::io::{Read as _, Write as _};

use crate::harness::{Daemon, Home, values, write};

/// What JSON libraries change when they read and write it again.
const NASTY: &str = concat!(
    r#"{"key":"duplicate members","value":{"a":1,"a":2,"b":{"a":1,"a":1}}}"#,
    "\n",
    r#"{"key":"numbers","value":[1.0,1e5,1E+5,-0,0.10,12345678901234567890,1e999]}"#,
    "\n",
    r#"{"key":"escapes","value":"\u00e9é\/\u0000\ud83d\ude00"}"#,
    "\n",
    r#"{"key":"empty","value":[{},[],{ },[ ],"",null]}"#,
    "\n",
    r#"{"key":"ünïcode/🗝.%20 key","value":true,"scope":"ünï","userIds":[-1,9007199254740993],"attributes":{ "a": "b" }}"#,
    "\n",
    r#"{"key":"deep","value":[[[[[[[[{"x":[[[[0]]]]}]]]]]]]]}"#,
    "\n",
);

fn export(home: &Home, arguments: &[&str]) -> Vec<u8> {
    let finished = home.run(&[&["export", "--store", "Store"], arguments].concat());
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    finished.stdout
}

fn sorted(jsonl: &[u8]) -> Vec<(String, String)> {
    let mut values = values(jsonl);
    values.sort();
    values
}

#[track_caller]
fn check_round_trip(home: &Home) {
    let file = write(&home.file("in.jsonl"), NASTY.as_bytes());
    home.ok(&["import", "--store", "Store", &file]);
    let exported = export(home, &["--all-scopes"]);
    assert_eq!(sorted(&exported), sorted(NASTY.as_bytes()));
    let tagged = r#"{"key":"ünïcode/🗝.%20 key","value":true,"scope":"ünï","userIds":[-1,9007199254740993],"attributes":{ "a": "b" }}"#;
    assert!(String::from_utf8_lossy(&exported).lines().any(|line| line == tagged), "the line is as it was");
    assert_eq!(values(&export(home, &[])).len(), 5, "one scope unless all are asked for");

    let pretty = write(&home.file("pretty.json"), b"{\r\n  \"a\\n\": 1.0,\n\t\"b\": []\n}\n");
    home.ok(&["put", "Pretty", "key", &pretty]);
    let lines = write(&home.file("pretty.jsonl"), &home.run(&["export", "--store", "Pretty"]).stdout);
    home.ok(&["import", "--store", "Lines", &lines]);
    assert_eq!(home.ok(&["get", "Lines", "key"]).trim_end(), "{    \"a\\n\": 1.0, \t\"b\": [] }");

    for name in ["out.jsonl.gz", "out.jsonl.zst"] {
        let packed = home.file(name);
        home.ok(&["export", "--store", "Store", "--all-scopes", "-o", packed.to_str().unwrap()]);
        home.ok(&["import", "--store", "Again", packed.to_str().unwrap()]);
        let again = home.run(&["export", "--store", "Again", "--all-scopes"]).stdout;
        assert_eq!(again, exported, "{name}");
    }
}

#[test]
fn values_pass_byte_for_byte_without_a_daemon() {
    check_round_trip(&Home::new());
}

#[test]
fn values_pass_byte_for_byte_with_a_daemon() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    check_round_trip(&home);
}

#[test]
fn refused_lines_are_told_by_number_and_all_others_saved() {
    let home = Home::new();
    let long = "k".repeat(51);
    let text = format!(
        "{{\"key\":\"a\",\"value\":1}}\nnot json\n\n{{\"key\":\"{long}\",\"value\":1}}\n{{\"key\":\"b\"}}\n{{\"key\":\"c\",\"value\":2}}\n"
    );
    let finished = home.run_with_input(&["import", "--store", "Store", "-"], text.as_bytes());
    finished.refused(
        7,
        &["line 2 refused", "line 4 refused", "51 bytes", "line 5 refused", "missing field `value`"],
    );
    assert_eq!(home.ok(&["ls", "Store"]), "a\nc\n");
    let report =
        home.run_with_input(&["--json", "import", "--store", "Store", "-"], text.as_bytes()).expect(7);
    assert!(report.ends_with("{\"type\":\"summary\",\"lines\":6,\"saved\":2,\"refused\":3}\n"), "{report}");
}

#[test]
fn half_a_gzip_file_imports_its_whole_lines_and_says_that_it_was_cut() {
    let home = Home::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    for index in 0..5_000 {
        writeln!(encoder, "{{\"key\":\"{index:05}\",\"value\":{index}}}").unwrap();
    }
    let mut packed = encoder.finish().unwrap();
    packed.truncate(packed.len() / 2);
    let mut whole = String::new();
    // What can be unpacked comes before the error.
    let _ = flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut whole);
    let whole_lines = whole.matches('\n').count();
    let file = write(&home.file("half.gz"), &packed);
    let finished = home.run(&["import", "--store", "Store", &file]);
    finished.refused(1, &["half.gz` ends early", "get the whole file"]);
    let saved = home.ok(&["ls", "Store"]).lines().count();
    assert!((1..5_000).contains(&saved) && saved <= whole_lines.max(1), "{saved} of {whole_lines}");
    let told = format!("{},{:03} entries saved", saved / 1_000, saved % 1_000);
    assert!(finished.stderr.contains(&told), "`{told}` is not in: {}", finished.stderr);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_refused_by_number() {
    let home = Home::new();
    let path = home.file("long.zst");
    let mut encoder = zstd::stream::write::Encoder::new(fs::File::create(&path).unwrap(), 0).unwrap();
    encoder.write_all(b"{\"key\":\"a\",\"value\":1}\n{\"key\":\"long\",\"value\":\"").unwrap();
    let mut noise: u64 = 1;
    let mut block = vec![0; 1 << 20];
    for _ in 0..100 {
        for byte in &mut block {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = b'a' + u8::try_from((noise >> 33) % 26).unwrap();
        }
        encoder.write_all(&block).unwrap();
    }
    encoder.write_all(b"\"}\n{\"key\":\"b\",\"value\":2}\n").unwrap();
    encoder.finish().unwrap();
    let finished = home.run(&["import", "--store", "Store", path.to_str().unwrap()]);
    finished.refused(7, &["line 2 refused", "bytes"]);
    assert_eq!(home.ok(&["ls", "Store"]), "a\nb\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_nothing_appears_under_the_name() {
    use std::process::Stdio;

    use crate::harness::finish;

    let home = Home::new();
    home.ok(&["put", "Store", "key", "1"]);
    let mut command = home.command(&["export", "--store", "Store"]);
    command.stdout(Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap()));
    finish(command, None).refused(1, &["standard output", "No space left"]);
    let refused = home.run(&["export", "--store", "Store", "-o", "/dev/full"]);
    refused.refused(2, &["not a regular file"]);
}

#[test]
fn exporting_what_is_not_there_leaves_no_file() {
    let home = Home::new();
    let path = home.file("out.jsonl");
    home.run(&["export", "--store", "Nothing", "-o", path.to_str().unwrap()])
        .refused(3, &["DS001", "`Nothing`"]);
    assert!(!path.exists());
}
