//! Entries of v1: bytes, headers, conditions, limits and errors.

use daemon_core::value::VALUE_LIMIT_BYTES;

use super::{DAY, Fixture, HOUR, NINETEEN, V1_ENTRY};

fn entry(key: &str) -> String {
    format!("{V1_ENTRY}?datastoreName=s&entryKey={key}")
}

#[tokio::test]
async fn a_value_comes_back_with_its_bytes_and_headers() {
    let fixture = Fixture::new();
    fixture.at(NINETEEN + 12_345_678);
    let value = "{ \"b\": 1.0,\n \"a\": 9007199254740993, \"a\": [] }";
    let headers = [
        ("roblox-entry-attributes", "{ \"level\": 3, \"é\": \"x\" }"),
        ("roblox-entry-userids", "[156, 261]"),
        ("content-md5", &crate::emulator::reply::md5(value.as_bytes())),
    ];
    let set = fixture.send("POST", &entry("a"), &headers, value.as_bytes()).await;
    assert_eq!((set.status.as_u16(), set.header("content-type")), (200, "application/json"));
    let version = set.json();
    assert_eq!(version["deleted"], false);
    assert_eq!(version["contentLength"], value.len());
    assert_eq!(version["createdTime"], "2024-07-22T19:00:01.2345678Z");
    assert_eq!(version["objectCreatedTime"], "2024-07-22T19:00:01.2345678Z");

    let got = fixture.get(&entry("a")).await;
    assert_eq!((got.status.as_u16(), got.text()), (200, value));
    assert_eq!(got.header("content-md5"), crate::emulator::reply::md5(value.as_bytes()));
    assert_eq!(got.header("roblox-entry-version"), version["version"].as_str().unwrap());
    assert_eq!(got.header("roblox-entry-created-time"), "2024-07-22T19:00:01.2345678+00:00");
    assert_eq!(got.header("roblox-entry-version-created-time"), "2024-07-22T19:00:01.2345678+00:00");
    assert_eq!(got.header("roblox-entry-attributes"), "{\"level\":3,\"\\u00e9\":\"x\"}");
    assert_eq!(got.header("roblox-entry-userids"), "[156,261]");
    assert_eq!(got.header("last-modified"), "Mon, 22 Jul 2024 19:00:01 GMT");

    // What is not sent again is cleared.
    fixture.set("a", "\"x\"", NINETEEN + 2 * HOUR).await;
    let got = fixture.get(&entry("a")).await;
    assert_eq!((got.header("roblox-entry-attributes"), got.header("roblox-entry-userids")), ("{}", "[]"));
    assert_eq!(got.header("roblox-entry-created-time"), "2024-07-22T19:00:01.2345678+00:00");
    assert_eq!(got.header("roblox-entry-version-created-time"), "2024-07-22T21:00:00.0000000+00:00");
}

#[tokio::test]
async fn query_names_are_taken_in_any_case_and_scopes_are_apart() {
    let fixture = Fixture::new();
    let path = format!("{V1_ENTRY}?DataStoreName=s&ENTRYKEY=a&Scope=x");
    assert_eq!(fixture.post(&path, "1").await.status, 200);
    fixture.get(&entry("a")).await.assert_v1(404, "EntryNotFound");
    assert_eq!(fixture.get(&path).await.text(), "1");
    assert_eq!(fixture.post(&format!("{}&scope=", entry("a")), "2").await.status, 200);
    assert_eq!(fixture.get(&format!("{}&scope=global", entry("a"))).await.text(), "2");
}

#[tokio::test]
async fn names_end_at_fifty_bytes() {
    let fixture = Fixture::new();
    let check = async |store: &str, scope: &str, key: &str, code: Option<&str>| {
        let path = format!("{V1_ENTRY}?datastoreName={store}&scope={scope}&entryKey={key}");
        let answer = fixture.post(&path, "1").await;
        match code {
            None => assert_eq!(answer.status, 200, "{answer:?}"),
            Some(code) => answer.assert_v1(400, code),
        }
    };
    let (limit, above) = ("a".repeat(50), "a".repeat(51));
    check(&limit, &limit, &limit, None).await;
    check(&above, &limit, &limit, Some("InvalidDataStoreName")).await;
    check(&limit, &above, &limit, Some("InvalidDataStoreScope")).await;
    check(&limit, &limit, &above, Some("InvalidEntryKey")).await;
    check(&limit, &limit, &"%C3%A9".repeat(25), None).await;
    check(&limit, &limit, &"%C3%A9".repeat(26), Some("InvalidEntryKey")).await;
    check("", "x", "a", Some("InvalidDataStoreName")).await;
    check("s", "x", "", Some("InvalidEntryKey")).await;
    check("s", "x", "a%00", Some("InvalidEntryKey")).await;
    check("s", "x", "a%2Fb%20%F0%9F%98%80..", None).await;
}

#[tokio::test]
async fn values_end_at_the_limit_and_are_json() {
    let fixture = Fixture::new();
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let limit = text(VALUE_LIMIT_BYTES);
    assert_eq!(fixture.post(&entry("a"), &limit).await.status, 200);
    assert_eq!(fixture.get(&entry("a")).await.body.len(), VALUE_LIMIT_BYTES);
    fixture.post(&entry("a"), &text(VALUE_LIMIT_BYTES + 1)).await.assert_v1(400, "ContentTooBig");
    for body in ["", "{", "nan", "'a'", "{\"a\":1,}"] {
        fixture.post(&entry("a"), body).await.assert_v1(400, "ContentNotJson");
    }
    let refused = fixture.send("POST", &entry("a"), &[], b"\"\xff\"").await;
    refused.assert_v1(400, "ContentNotJson");
    for body in ["null", "true", "0", "\"\"", "[]", " {} "] {
        assert_eq!(fixture.post(&entry("a"), body).await.status, 200, "{body}");
        assert_eq!(fixture.get(&entry("a")).await.text(), body);
    }
}

#[tokio::test]
async fn checksums_and_lengths_are_checked() {
    let fixture = Fixture::new();
    for wrong in ["", "x", "sTf90fedVsft8zZf6nUg8g", "stf90fedVsft8zZf6nUg8g=="] {
        let refused = fixture.send("POST", &entry("a"), &[("content-md5", wrong)], b"750").await;
        refused.assert_v1(400, "ChecksumMismatch");
    }
    let right = [("content-md5", "sTf90fedVsft8zZf6nUg8g==")];
    assert_eq!(fixture.send("POST", &entry("a"), &right, b"750").await.status, 200);
    let refused = fixture.send("POST", &entry("a"), &[("content-length", "absent")], b"750").await;
    refused.assert_v1(400, "ContentLengthRequired");
}

#[tokio::test]
async fn attributes_and_user_ids_have_limits() {
    let fixture = Fixture::new();
    let check = async |name: &str, value: &str, code: Option<&str>| {
        let answer = fixture.send("POST", &entry("a"), &[(name, value)], b"1").await;
        match code {
            None => assert_eq!(answer.status, 200, "{value}: {answer:?}"),
            Some(code) => answer.assert_v1(400, code),
        }
    };
    let attributes = |bytes: usize| {
        let frame = "{\"a\":\"\",\"b\":\"\"}".len();
        format!("{{\"a\":\"{}\",\"b\":\"{}\"}}", "x".repeat(200), "y".repeat(bytes - frame - 200))
    };
    check("roblox-entry-attributes", &attributes(299), None).await;
    for refused in [attributes(300), "[]".to_owned(), "x".to_owned(), "{\"a\":1,\"a\":2}".to_owned()] {
        check("roblox-entry-attributes", &refused, Some("InvalidAttributes")).await;
    }
    check("roblox-entry-userids", "[1,2,3,4]", None).await;
    check("roblox-entry-userids", "[]", None).await;
    for refused in ["[1,2,3,4,5]", "1,2", "[\"1\"]", "[1.5]", "{}"] {
        check("roblox-entry-userids", refused, Some("InvalidUserIds")).await;
    }
}

#[tokio::test]
async fn a_condition_that_is_not_met_answers_the_current_value() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await;
    let second = fixture.set("a", "2", NINETEEN + 1).await;
    for condition in [format!("matchVersion={first}"), "exclusiveCreate=true".to_owned()] {
        let refused = fixture.post(&format!("{}&{condition}", entry("a")), "3").await;
        assert_eq!((refused.status.as_u16(), refused.text()), (412, "2"), "{condition}");
        assert_eq!(refused.header("roblox-entry-version"), second);
    }
    for condition in [format!("matchVersion={second}"), "exclusiveCreate=False".to_owned()] {
        assert_eq!(fixture.post(&format!("{}&{condition}", entry("a")), "3").await.status, 200);
    }
    assert_eq!(fixture.post(&format!("{}&exclusiveCreate=true", entry("b")), "1").await.status, 200);
    let refused = fixture.post(&format!("{}&matchVersion={second}", entry("c")), "1").await;
    assert_eq!((refused.status.as_u16(), refused.text()), (412, ""));

    let both = fixture.post(&format!("{}&matchVersion={second}&exclusiveCreate=true", entry("a")), "1").await;
    both.assert_v1(400, "ExclusiveCreateAndMatchVersionCannotBeSet");
    fixture.post(&format!("{}&matchVersion=x", entry("a")), "1").await.assert_v1(400, "InvalidVersionId");
    fixture
        .post(&format!("{}&exclusiveCreate=x", entry("a")), "1")
        .await
        .assert_validation("exclusiveCreate");
}

#[tokio::test]
async fn a_deleted_entry_is_gone_but_its_versions_are_not() {
    let fixture = Fixture::new();
    fixture.get(&entry("a")).await.assert_v1(404, "DatastoreNotFound");
    fixture.delete(&entry("a")).await.assert_v1(404, "DatastoreNotFound");
    let version = fixture.set("a", "1", NINETEEN).await;
    fixture.unset("a", NINETEEN + 1).await;
    fixture.get(&entry("a")).await.assert_v1(404, "EntryNotFound");
    fixture.delete(&entry("a")).await.assert_v1(404, "EntryNotFound");
    fixture.delete(&entry("b")).await.assert_v1(404, "EntryNotFound");
    let path =
        |version: &str| format!("{V1_ENTRY}/versions/version?datastoreName=s&entryKey=a&versionId={version}");
    assert_eq!(fixture.get(&path(&version)).await.text(), "1");
    fixture.at(NINETEEN + 1 + 30 * DAY);
    fixture.get(&path(&version)).await.assert_v1(404, "DatastoreNotFound");
}

#[tokio::test]
async fn versions_are_read_as_roblox_keeps_them() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await;
    let lost = fixture.set("a", "2", NINETEEN + HOUR).await;
    let last = fixture.set("a", "3", NINETEEN + HOUR + 1).await;
    let path =
        |version: &str| format!("{V1_ENTRY}/versions/version?datastoreName=s&entryKey=a&versionId={version}");
    assert_eq!(fixture.get(&path(&first)).await.text(), "1");
    assert_eq!(fixture.get(&path(&last)).await.header("roblox-entry-version"), last);
    // Our engine has the value still, but Roblox would have lost it within its hour.
    fixture.get(&path(&lost)).await.assert_v1(404, "VersionNotFound");
    fixture.get(&path("x")).await.assert_v1(400, "InvalidVersionId");
    fixture.get(&path("")).await.assert_v1(400, "InvalidVersionId");
    let other_store = path(&first).replace("=s&", "=t&");
    fixture.get(&other_store).await.assert_v1(404, "DatastoreNotFound");
}

#[tokio::test]
async fn an_increment_answers_the_sum_and_the_headers() {
    let fixture = Fixture::new();
    let path = format!("{V1_ENTRY}/increment?datastoreName=s&entryKey=a");
    let first = fixture.send("POST", &path, &[("roblox-entry-userids", "[7]")], b"").await;
    assert_eq!((first.status.as_u16(), first.text()), (200, "1"));
    assert_eq!(first.header("roblox-entry-userids"), "[7]");
    let second = fixture.post(&format!("{path}&incrementBy=-5"), "").await;
    assert_eq!((second.text(), second.header("roblox-entry-userids")), ("-4", "[]"));
    assert_ne!(second.header("roblox-entry-version"), first.header("roblox-entry-version"));
    assert_eq!(second.header("content-md5"), crate::emulator::reply::md5(b"-4"));

    fixture.post(&format!("{path}&incrementBy=1.5"), "").await.assert_validation("incrementBy");
    fixture.set("a", "9223372036854775806", NINETEEN).await;
    assert_eq!(fixture.post(&path, "").await.text(), "9223372036854775807");
    fixture.post(&path, "").await.assert_v1(400, "IncrementValueTooLarge");
    fixture.set("a", "-9223372036854775808", NINETEEN).await;
    fixture.post(&format!("{path}&incrementBy=-1"), "").await.assert_v1(400, "IncrementValueTooSmall");
    fixture.set("a", "\"x\"", NINETEEN).await;
    fixture.post(&path, "").await.assert_v1(400, "ExistingValueNotNumeric");
}
