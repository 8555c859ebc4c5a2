//! Names, values, users, attributes and times come back as they went.

use daemon::universes::{EntryWrite, Expectation};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, Key, NAME_LIMIT_BYTES, Scope, StoreName};
use daemon_core::value::{JsonText, VALUE_LIMIT_BYTES};

use crate::bench::{Bench, address, entry_id, json, key_query, store_name};

/// Names that URLs, paths and filters could take for something else.
const NAMES: [&str; 16] = [
    "plain",
    "a/b",
    ".",
    "..",
    " ",
    "%2F",
    "a%b",
    "a?b#c&d=e+f",
    "é🗝",
    "\"quoted\\\"",
    "at@latest",
    "a:increment",
    "-",
    "global",
    "a b",
    "A",
];

pub(crate) async fn names_of_every_kind_are_kept(bench: &Bench) {
    let longest = "é".repeat(NAME_LIMIT_BYTES / 2);
    for name in NAMES.into_iter().chain([longest.as_str()]) {
        let addresses = [
            entry_id("global", name).in_store(store_name("Keys")),
            entry_id(name, "key").in_store(store_name("Scopes")),
            entry_id("global", "key").in_store(store_name(name)),
        ];
        for address in addresses {
            bench.create(&address, "1").await;
            assert_eq!(bench.get(&address).await.unwrap().value.as_str(), "1", "{address:?}");
            let store = address.store.as_str();
            let listed = bench.keys(&key_query(store, Some(address.scope.as_str()), "", 256)).await;
            let expected = (address.scope.to_string(), address.key.to_string());
            assert!(listed.contains(&expected), "{address:?} is not in {listed:?}");
            let everywhere = bench.keys(&key_query(store, None, "", 256)).await;
            assert!(everywhere.contains(&expected), "{address:?} is not in {everywhere:?}");
        }
    }
    // What is above the limit reaches no source.
    let above = format!("{longest}a");
    assert!(
        Key::parse(&above).is_err() && Scope::parse(&above).is_err() && StoreName::parse(&above).is_err()
    );
}

pub(crate) async fn values_are_kept_byte_for_byte(bench: &Bench) {
    let values = [
        "null",
        "true",
        "0",
        "-0",
        "1.0",
        "1e999",
        "1E+2",
        "9007199254740993",
        "12345678901234567890",
        "3.141592653589793238462643383279",
        "\"\"",
        "\"\\u0000\\ud800\\/\\u00e9é🗝\"",
        "{}",
        "[]",
        "{\"b\":1,\"a\":2,\"b\":3}",
        " \t\r\n{ \"a\" : [ 1 , 2.50 ] }\n ",
        "[[[[[[[[]]]]]]]]",
        "{\"\":{\"t\":\"buffer\",\"zbase64\":\"\"}}",
    ];
    for (number, value) in values.into_iter().enumerate() {
        let address = address(&number.to_string());
        let written = bench.create(&address, value).await;
        let entry = bench.get(&address).await.unwrap();
        assert_eq!(entry.value.as_str(), value);
        assert_eq!(entry.revision, written.revision, "{value}");
    }
}

pub(crate) async fn values_of_the_largest_size_are_kept(bench: &Bench) {
    let largest = format!("\"{}\"", "x".repeat(VALUE_LIMIT_BYTES - 2));
    bench.create(&address("large"), &largest).await;
    assert_eq!(bench.get(&address("large")).await.unwrap().value, json(&largest));
    // What is above the limit reaches no source.
    assert!(JsonText::parse(format!("{largest} ")).is_err());
}

pub(crate) async fn users_and_attributes_are_kept_and_replaced(bench: &Bench) {
    let write = |address: &EntryAddress, users: &[i64], attributes: &str, expected| EntryWrite {
        address: address.clone(),
        value: json("1"),
        user_ids: UserIds::new(users.to_vec()).unwrap(),
        attributes: Attributes::parse(attributes).unwrap(),
        expected,
    };
    let address = address("tagged");
    let most = format!("{{\"note\":\"{}\",\"n\":\"{}\"}}", "n".repeat(250), "m".repeat(31));
    assert_eq!(most.len(), 299);
    let mut expected = Expectation::Absent;
    for (users, attributes) in [
        (&[156, 261][..], "{\"level\":3}"),
        (&[-1, i64::MAX, 0, 7], "{\"a\":\"b\",\"c\":[1.0,null]}"),
        (&[], "{}"),
        (&[5], most.as_str()),
    ] {
        let written = bench.universe.write(write(&address, users, attributes, expected)).await.unwrap();
        let entry = bench.get(&address).await.unwrap();
        assert_eq!(entry.user_ids.as_slice(), users);
        assert_eq!(entry.attributes.as_str(), attributes);
        expected = Expectation::Revision(written.revision);
    }
}

pub(crate) async fn times_are_told(bench: &Bench) {
    let start = bench.clock.now();
    let created = bench.create(&address("a"), "1").await;
    assert_eq!((created.created_at, created.updated_at), (start, start));
    bench.hours_pass(2);
    let replaced = bench.replace(&address("a"), "2").await;
    assert_eq!((replaced.created_at, replaced.updated_at), (start, bench.clock.now()));
    let entry = bench.get(&address("a")).await.unwrap();
    assert_eq!((entry.created_at, entry.updated_at), (start, bench.clock.now()));
}
