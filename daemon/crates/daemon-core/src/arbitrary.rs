//! JSON texts for property tests: every spelling the grammar allows, in shapes small enough to shrink.
//!
//! **Invariant:** every text is valid JSON.

use proptest::prelude::*;
use proptest::sample::select;

/// Makes any JSON text, with white space around it.
pub(crate) fn json() -> impl Strategy<Value = String> {
    let tree = scalar().prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            (space(), padded_list(inner.clone())).prop_map(|(space, items)| wrap('[', &space, &items, ']')),
            (
                space(),
                padded_list(
                    (name(), space(), space(), inner)
                        .prop_map(|(name, before, after, value)| format!("{name}{before}:{after}{value}"))
                )
            )
                .prop_map(|(space, members)| wrap('{', &space, &members, '}')),
        ]
    });
    (space(), tree, space()).prop_map(|(before, value, after)| format!("{before}{value}{after}"))
}

/// Makes the text of a scalar.
pub(crate) fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "null",
            "true",
            "false",
            "{}",
            "[ ]",
            "1.0",
            "1e5",
            "-0",
            "12345678901234567890",
            "1e999"
        ])
        .prop_map(str::to_owned),
        select(vec![r#""""#, r#""\ud800""#, r#""😀\ud83d\ude00""#, r#""\u0000\n\/""#, r#""[1,{\"a\":2}]""#])
            .prop_map(str::to_owned),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?",
    ]
}

/// Makes a member's name; few enough that duplicates are common, some escaped and some empty.
fn name() -> impl Strategy<Value = String> {
    select(vec![r#""a""#, r#""b""#, r#""c d""#, r#""\u0061""#, r#""""#, r#""~/""#, r#""0""#, r#""é""#])
        .prop_map(str::to_owned)
}

fn space() -> impl Strategy<Value = String> {
    select(vec!["", "", "", " ", "\n  ", "\t", "\r\n"]).prop_map(str::to_owned)
}

fn padded_list(item: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    let padded = (space(), item, space()).prop_map(|(before, item, after)| format!("{before}{item}{after}"));
    proptest::collection::vec(padded, 0..6)
}

fn wrap(open: char, space: &str, items: &[String], close: char) -> String {
    let inner = if items.is_empty() { space.to_owned() } else { items.join(",") };
    format!("{open}{inner}{close}")
}

/// Makes a player's save: settings by name, and lists of items with and without an identity, all written alike.
///
/// Names, identities and contents are few, so that versions made apart from each other have much in common.
pub(crate) fn save() -> impl Strategy<Value = String> {
    let amount = select(vec!["1", "2", "2.0", "\"x\""]);
    let member = (select(vec!["a", "b", "c"]), amount.clone())
        .prop_map(|(name, value)| format!("\"{name}\": {value}"));
    let object = proptest::collection::vec(member.clone(), 0..4);
    let item = (object.clone(), proptest::option::of(inventory(member)));
    let bag = inventory(item.prop_map(|(members, bag)| {
        members.into_iter().chain(bag.map(|bag| format!("\"bag\": {bag}"))).collect::<Vec<_>>().join(", ")
    }));
    let list = proptest::collection::vec(amount, 0..4).prop_map(|items| format!("[{}]", items.join(",")));
    let bag = proptest::option::of(bag);
    (object, bag, list).prop_map(|(mut members, bag, list)| {
        members.extend(bag.map(|bag| format!("\"bag\": {bag}")));
        members.push(format!("\"list\": {list}"));
        format!("{{\n  {}\n}}", members.join(",\n  "))
    })
}

/// Makes a list of items with different identities and the given members.
fn inventory(members: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let identities =
        proptest::sample::subsequence(vec!["\"s\"", "\"t\"", "3", "4", "5"], 0..5).prop_shuffle();
    (identities, proptest::collection::vec(members, 5)).prop_map(|(identities, members)| {
        let item = |(id, members): (&str, String)| {
            if members.is_empty() {
                format!("{{\"id\": {id}}}")
            } else {
                format!("{{\"id\": {id}, {members}}}")
            }
        };
        format!("[{}]", identities.into_iter().zip(members).map(item).collect::<Vec<_>>().join(", "))
    })
}
