//! Merges written out, as tables.

mod rules;

use crate::merge::{MergeError, Overlap, Side, merge, merge_choosing};
use crate::value::{DEPTH_LIMIT, JsonText, VALUE_LIMIT_BYTES, ValueError};

fn json(text: &str) -> JsonText {
    JsonText::parse(text).unwrap()
}

/// Writes an overlap in short: the path, and the three texts.
fn short(overlap: &Overlap) -> String {
    let Overlap { path, base, theirs, mine } = overlap;
    let [base, theirs, mine] = [base, theirs, mine].map(|text| text.as_deref().unwrap_or("none"));
    format!("{path}: {base} | {theirs} | {mine}")
}

/// Checks a merge without overlaps.
#[track_caller]
fn check(base: &str, theirs: &str, mine: &str, expected: &str) {
    check_overlaps(base, theirs, mine, &[], expected, expected);
}

/// Checks a merge, and what becomes of it when theirs or mine is chosen everywhere.
#[track_caller]
fn check_overlaps(base: &str, theirs: &str, mine: &str, overlaps: &[&str], merged: &str, chosen: &str) {
    let [base, theirs, mine] = [base, theirs, mine].map(json);
    let found = merge(&base, &theirs, &mine).unwrap();
    assert_eq!(found.value.as_str(), merged);
    assert_eq!(found.overlaps.iter().map(short).collect::<Vec<_>>(), overlaps);
    let choose = |side: Side| {
        let mut asked = Vec::new();
        let mut choose = |overlap: &Overlap| {
            asked.push(short(overlap));
            side
        };
        let value = merge_choosing(&base, &theirs, &mine, &mut choose).unwrap();
        assert_eq!(asked, overlaps);
        value.into_string()
    };
    assert_eq!(choose(Side::Theirs), merged);
    assert_eq!(choose(Side::Mine), chosen);
}

#[test]
fn changes_of_both_sides_come_together() {
    check(
        "{\"coins\": 10, \"level\": 3, \"name\": \"A\"}",
        "{ \"coins\":15, \"level\": 3, \"name\" : \"\\u0041\" }",
        "{\"coins\": 10, \"level\": 4.0, \"name\": \"A\"}",
        "{ \"coins\":15, \"level\": 4.0, \"name\" : \"\\u0041\" }",
    );
    check(
        r#"{"settings":{"music":1,"sound":1},"pets":{}}"#,
        r#"{"settings":{"music":0,"sound":1},"pets":{},"badge":true}"#,
        r#"{"settings":{"music":1,"sound":0},"pets":{"cat":{"n":1}}}"#,
        r#"{"settings":{"music":0,"sound":0},"pets":{"cat":{"n":1}},"badge":true}"#,
    );
}

#[test]
fn the_same_change_of_both_sides_is_no_overlap() {
    check(r#"{"a":1}"#, r#"{"a":{"x" : 1,"y":2}}"#, r#"{"a":{"y":2,"x":1}}"#, r#"{"a":{"x" : 1,"y":2}}"#);
    check(r#"{"a":1,"b":1}"#, "{\"b\":1 }", r#"{"b":1}"#, "{\"b\":1 }");
    check("{}", r#"{"a":[1 ]}"#, r#"{"a":[1]}"#, r#"{"a":[1 ]}"#);
    check("1", "2", "2", "2");
}

#[test]
fn added_members_are_separated_like_their_siblings() {
    check("{}", "{ }", r#"{"a" : 1, "b":2}"#, r#"{"a" : 1,"b":2 }"#);
    check(
        r#"{"a":1}"#,
        "{\n  \"a\": 1\n}",
        r#"{"b": 2,"a":1,"c":3}"#,
        "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\":3\n}",
    );
    check(
        r#"{"a":1,"z":1}"#,
        r#"{"a":1, "b":2}"#,
        r#"{"a":1,"z":1,"\u0063":3}"#,
        r#"{"a":1, "b":2, "\u0063":3}"#,
    );
}

#[test]
fn removed_members_take_their_separators_along() {
    let base = r#"{"a":1,"b":2,"c":3,"d":4}"#;
    let theirs = r#"{ "a":1, "b":2 ,"c":3,  "d":4 }"#;
    check(base, theirs, r#"{"b":2,"c":3,"d":4}"#, r#"{ "b":2 ,"c":3,  "d":4 }"#);
    check(base, theirs, r#"{"a":1,"d":4}"#, r#"{ "a":1, "d":4 }"#);
    check(base, theirs, r#"{"a":1,"b":2}"#, r#"{ "a":1, "b":2 }"#);
    check(base, theirs, r#"{"c":3}"#, r#"{ "c":3 }"#);
    check(base, theirs, "{}", "{}");
    check(base, theirs, r#"{"e":5,"f":6}"#, r#"{ "e":5,  "f":6 }"#);
    check(base, theirs, r#"{"a":1,"c":3,"e":5}"#, r#"{ "a":1, "c":3,  "e":5 }"#);
}

#[test]
fn all_members_of_a_removed_name_go() {
    check(r#"{"a":1,"a":2,"b":1}"#, r#"{"a":1,"a":2,"b":2}"#, r#"{"b":1}"#, r#"{"b":2}"#);
    check(r#"{"a":1,"a":2,"b":1}"#, r#"{"a":1,"a":2,"b":2}"#, r#"{"a":3,"b":1}"#, r#"{"a":1,"a":3,"b":2}"#);
    check(r#"{"a":1,"a":2}"#, r#"{"\u0061":1, "a":2}"#, r#"{"b":[]}"#, r#"{"b":[]}"#);
}

#[test]
fn places_that_both_changed_overlap() {
    check_overlaps(
        r#"{"coins":10,"gems":1,"x":1}"#,
        r#"{"coins": 15,"gems":2,"x":1}"#,
        r#"{"coins":20,"gems":1,"x":2}"#,
        &["/coins: 10 | 15 | 20"],
        r#"{"coins": 15,"gems":2,"x":2}"#,
        r#"{"coins": 20,"gems":2,"x":2}"#,
    );
    check_overlaps("1", " 2 ", "3", &[": 1 | 2 | 3"], " 2 ", " 3 ");
    check_overlaps("{}", r#"{"a":1}"#, r#"{"a":2}"#, &["/a: none | 1 | 2"], r#"{"a":1}"#, r#"{"a":2}"#);
    check_overlaps("[1,2]", "[1,3]", "[0,1,2]", &[": [1,2] | [1,3] | [0,1,2]"], "[1,3]", "[0,1,2]");
}

#[test]
fn an_edit_within_what_the_other_side_removed_or_replaced_overlaps_there() {
    let base = r#"{"a":{"b":{"c":1}},"d":1}"#;
    check_overlaps(
        base,
        r#"{"d":2}"#,
        r#"{"a":{"b":{"c":2}},"d":1}"#,
        &[r#"/a: {"b":{"c":1}} | none | {"b":{"c":2}}"#],
        r#"{"d":2}"#,
        r#"{"d":2,"a":{"b":{"c":2}}}"#,
    );
    check_overlaps(
        base,
        r#"{"a":{"b":{"c":2}},"d":2}"#,
        r#"{"d":1,"e":1}"#,
        &[r#"/a: {"b":{"c":1}} | {"b":{"c":2}} | none"#],
        r#"{"a":{"b":{"c":2}},"d":2,"e":1}"#,
        r#"{"d":2,"e":1}"#,
    );
    check_overlaps(
        base,
        r#"{"a":{"b":[]},"d":1}"#,
        r#"{"a":{"b":{"c":2}},"d":1}"#,
        &[r#"/a/b: {"c":1} | [] | {"c":2}"#],
        r#"{"a":{"b":[]},"d":1}"#,
        r#"{"a":{"b":{"c":2}},"d":1}"#,
    );
}

#[test]
fn overlaps_come_in_the_order_of_their_text() {
    check_overlaps(
        r#"{"x":{"p":1,"q":1},"y":1,"z":{"p":1}}"#,
        r#"{"z":{"p":2},"x":{"p":2}}"#,
        r#"{"x":{"q":3,"p":3},"y":3,"z":{"p":3}}"#,
        &["/z/p: 1 | 2 | 3", "/x/p: 1 | 2 | 3", "/x/q: 1 | none | 3", "/y: 1 | none | 3"],
        r#"{"z":{"p":2},"x":{"p":2}}"#,
        r#"{"z":{"p":3},"x":{"p":3,"q":3},"y":3}"#,
    );
}

#[test]
fn items_of_an_inventory_are_merged_by_identity() {
    // One adds an item, the other edits another one.
    check(
        r#"{"inv":[{"id":"a","n":1},{"id":"b","n":1}]}"#,
        r#"{"inv":[{"id":"a","n":1},{"id":"b","n":1},{"id":"c","n":1}]}"#,
        r#"{"inv":[{"id":"a","n":5},{"id":"b","n":1}]}"#,
        r#"{"inv":[{"id":"a","n":5},{"id":"b","n":1},{"id":"c","n":1}]}"#,
    );
    // Both edit the same item, in different members; one removes another.
    check(
        r#"[{"id":"a","n":1,"x":1},{"id":"b"}]"#,
        r#"[{"id":"a","n":2,"x":1}, {"id":"b"}]"#,
        r#"[{"id":"a","n":1,"x":2}]"#,
        r#"[{"id":"a","n":2,"x":2}]"#,
    );
    // Both add; theirs come first.
    check(
        r#"[{"id":1},{"id":2}]"#,
        r#"[{"id":7},{"id":1},{"id":2},{"id":8}]"#,
        r#"[{"id":5},{"id":1},{"id":4},{"id":2},{"id":6}]"#,
        r#"[{"id":7},{"id":5},{"id":1},{"id":4},{"id":2},{"id":8},{"id":6}]"#,
    );
    check("[]", r#"[ {"id":1}, {"id":2} ]"#, r#"[{"id":3},{"id":2}]"#, r#"[ {"id":1}, {"id":3}, {"id":2} ]"#);
    // What I added follows the same items where they put these in another order.
    check(
        r#"[{"id":1},{"id":2}]"#,
        r#"[{"id":2},{"id":1}]"#,
        r#"[{"id":1},{"id":8},{"id":2},{"id":9}]"#,
        r#"[{"id":2},{"id":9},{"id":1},{"id":8}]"#,
    );
    // I replaced all items, they added one.
    check(
        r#"[{"id":1},{"id":2}]"#,
        r#"[{"id":1},{"id":2},{"id":3}]"#,
        r#"[{"id":4}]"#,
        r#"[{"id":3},{"id":4}]"#,
    );
    check(
        r#"[{"id":1},{"id":2}]"#,
        r#"[ {"id":1} , {"id":2} ]"#,
        r#"[{"id":4},{"id":5}]"#,
        r#"[ {"id":4} , {"id":5} ]"#,
    );
}

#[test]
fn items_that_one_side_removes_and_the_other_edits_overlap() {
    check_overlaps(
        r#"{"inv":[{"id":"a","n":1},{"id":"b","n":1},{"id":"c","n":1}]}"#,
        r#"{"inv":[{"id":"b","n":1},{"id":"c","n":3}]}"#,
        r#"{"inv":[{"id":"a","n":2},{"id":"b","n":1}]}"#,
        &[
            r#"/inv/1: {"id":"c","n":1} | {"id":"c","n":3} | none"#,
            r#"/inv/0: {"id":"a","n":1} | none | {"id":"a","n":2}"#,
        ],
        r#"{"inv":[{"id":"b","n":1},{"id":"c","n":3}]}"#,
        r#"{"inv":[{"id":"a","n":2},{"id":"b","n":1}]}"#,
    );
    check_overlaps(
        "[]",
        r#"[{"id":1,"n":1}]"#,
        r#"[{"id":1,"n":2},{"id":2}]"#,
        &[r#"/0: none | {"id":1,"n":1} | {"id":1,"n":2}"#],
        r#"[{"id":1,"n":1},{"id":2}]"#,
        r#"[{"id":1,"n":2},{"id":2}]"#,
    );
}

#[test]
fn paths_count_positions_in_theirs_or_in_the_base_where_they_removed_the_place() {
    check_overlaps(
        r#"[{"id":1,"n":1,"in":[{"id":5,"n":1}]}]"#,
        r#"[{"id":0},{"id":1,"n":2,"in":[]}]"#,
        r#"[{"id":1,"n":3,"in":[{"id":4},{"id":5,"n":2}]}]"#,
        &["/1/n: 1 | 2 | 3", r#"/0/in/0: {"id":5,"n":1} | none | {"id":5,"n":2}"#],
        r#"[{"id":0},{"id":1,"n":2,"in":[{"id":4}]}]"#,
        r#"[{"id":0},{"id":1,"n":3,"in":[{"id":4},{"id":5,"n":2}]}]"#,
    );
}

#[test]
fn items_take_the_order_of_the_side_that_changed_it() {
    let base = r#"[{"id":1,"n":1},{"id":2},{"id":3}]"#;
    check(
        base,
        r#"[ {"id":1,"n": 2}, {"id":9}, {"id":2}, {"id":3} ]"#,
        r#"[{"id":3},{"id":1,"n":1,"x":1},{"id":4},{"id":2}]"#,
        r#"[ {"id":3}, {"id":1,"n": 2,"x":1}, {"id":9}, {"id":4}, {"id":2} ]"#,
    );
    check(
        base,
        r#"[{"id":3},{"id":2},{"id":1,"n":1}]"#,
        r#"[{"id":1,"n":2},{"id":4},{"id":2},{"id":3}]"#,
        r#"[{"id":3},{"id":2},{"id":1,"n":2},{"id":4}]"#,
    );
    // Nested lists that I put in another order, within items that I did.
    check(
        r#"[{"id":1,"in":[{"id":1},{"id":2}]},{"id":2,"in":[{"id":1},{"id":2}]}]"#,
        r#"[{"id":1,"in":[{"id":1},{"id":2,"t":1}]},{"id":2,"in":[{"id":1,"t":1},{"id":2}]}]"#,
        r#"[{"id":2,"in":[{"id":2},{"id":1}]},{"id":1,"in":[{"id":2,"m":1},{"id":1}]}]"#,
        r#"[{"id":2,"in":[{"id":2},{"id":1,"t":1}]},{"id":1,"in":[{"id":2,"t":1,"m":1},{"id":1}]}]"#,
    );
    check_overlaps(
        r#"[{"id":1},{"id":2},{"id":3}]"#,
        r#"[{"id":3},{"id":1},{"id":2}]"#,
        r#"[{"id":2},{"id":1},{"id":3}]"#,
        &[r#": [{"id":1},{"id":2},{"id":3}] | [{"id":3},{"id":1},{"id":2}] | [{"id":2},{"id":1},{"id":3}]"#],
        r#"[{"id":3},{"id":1},{"id":2}]"#,
        r#"[{"id":2},{"id":1},{"id":3}]"#,
    );
}

#[test]
fn arrays_without_identity_are_changed_as_a_whole() {
    check(
        r#"{"a":[1,2],"b":[1]}"#,
        r#"{"a":[ 1,2 ],"b":[1,2]}"#,
        r#"{"a":[1, 3],"b":[1]}"#,
        r#"{"a":[1, 3],"b":[1,2]}"#,
    );
    check(r#"[{"id":1}]"#, r#"[{"id":1}]"#, r#"[{"id":1},5]"#, r#"[{"id":1},5]"#);
    check_overlaps(
        r#"[{"id":1}]"#,
        r#"[{"id":1},{"id":2}]"#,
        r#"[{"id":1},5]"#,
        &[r#": [{"id":1}] | [{"id":1},{"id":2}] | [{"id":1},5]"#],
        r#"[{"id":1},{"id":2}]"#,
        r#"[{"id":1},5]"#,
    );
}

#[test]
fn every_overlap_is_decided_by_itself() {
    let [base, theirs, mine] =
        [r#"{"a":1,"b":[],"c":{"d":1}}"#, r#"{"c":{"d":2},"a":2,"b":[2]}"#, r#"{"a":3,"b":[3],"c":3}"#]
            .map(json);
    let mut choose = |overlap: &Overlap| {
        if overlap.path.to_string() == "/b" { Side::Theirs } else { Side::Mine }
    };
    let value = merge_choosing(&base, &theirs, &mine, &mut choose).unwrap();
    assert_eq!(value.as_str(), r#"{"c":3,"a":3,"b":[2]}"#);
}

#[test]
fn results_stop_at_the_size_limit() {
    let filled = |bytes: usize| format!("\"{}\"", "x".repeat(bytes));
    let half = VALUE_LIMIT_BYTES / 2;
    let [base, theirs] = ["{}".to_owned(), format!("{{\"a\":{}}}", filled(half))].map(|text| json(&text));
    let mine = |bytes| json(&format!("{{\"b\":{}}}", filled(bytes)));
    let rest = VALUE_LIMIT_BYTES - half - r#"{"a":"","b":""}"#.len();
    assert_eq!(merge(&base, &theirs, &mine(rest)).unwrap().value.len_bytes(), VALUE_LIMIT_BYTES);
    let error = MergeError::Result { error: ValueError::TooLarge { bytes: VALUE_LIMIT_BYTES + 1 } };
    assert_eq!(merge(&base, &theirs, &mine(rest + 1)), Err(error.clone()));
    assert_eq!(
        error.to_string(),
        "the two versions cannot be merged, the result breaks a rule: the value has 4194305 bytes, 1 more than the \
         limit of 4194304; shorten it"
    );
    // White space that would separate thousands of members is counted before it is written.
    let spaced = json(&format!("{{\"a\":1,{}\"b\":1}}", " ".repeat(1_000_000)));
    let members: Vec<_> = (0..10_000).map(|member| format!(",\"{member}\":1")).collect();
    let members = members.concat();
    let error = merge(&json(r#"{"a":1,"b":1}"#), &spaced, &json(&format!("{{\"a\":1,\"b\":1{members}}}")));
    assert!(
        matches!(error, Err(MergeError::Result { error: ValueError::TooLarge { bytes } }) if bytes > 10_000_000_000)
    );
}

#[test]
fn long_names_above_many_overlaps_make_the_whole_value_one() {
    let nested = |item: usize| {
        let members: Vec<_> = (0..1_000).map(|member| format!("\"{member}\":{item}")).collect();
        json(&format!("{{\"{}\":{{{}}}}}", "x".repeat(100_000), members.join(",")))
    };
    let [base, theirs, mine] = [1, 2, 3].map(nested);
    let merged = merge(&base, &theirs, &mine).unwrap();
    assert_eq!(merged.value, theirs);
    assert_eq!(merged.overlaps.len(), 1);
    assert!(merged.overlaps[0].path.is_root());
    assert_eq!(merge_choosing(&base, &theirs, &mine, &mut |_| Side::Mine).unwrap(), mine);
}

#[test]
fn values_as_deep_as_can_be_are_merged() {
    // Every list is put in another order.
    let nested = |first: &str, last: &str, inner: &str| {
        let depth = DEPTH_LIMIT / 2;
        let (open, close) = (format!("[{first}{{\"id\":1,\"in\":"), format!("}}{last}]"));
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let [base, theirs, mine] =
        [nested("", ",{\"id\":2}", "1"), nested("", ", {\"id\":2}", "1"), nested("{\"id\":2},", "", "2")];
    check(&base, &theirs, &mine, &nested("{\"id\":2}, ", "", "2"));
}

#[test]
fn long_lists_are_merged() {
    const COUNT: usize = 30_000;
    let list = |items: &mut dyn Iterator<Item = (usize, usize)>| {
        let items: Vec<_> = items.map(|(id, count)| format!("{{\"id\":{id},\"n\":{count}}}")).collect();
        format!("[{}]", items.join(","))
    };
    let base = list(&mut (0..COUNT).map(|id| (id, 0)));
    let theirs = list(&mut (0..COUNT + 10).map(|id| (id, 0)));
    // I took out the first ones and edited others.
    let mine = list(&mut (10..COUNT).map(|id| (id, id % 7)));
    let merged = list(&mut (10..COUNT).map(|id| (id, id % 7)).chain((COUNT..COUNT + 10).map(|id| (id, 0))));
    check(&base, &theirs, &mine, &merged);
    // I put them in another order.
    let mine = list(&mut (0..COUNT).rev().map(|id| (id, id % 7)));
    let theirs = list(&mut (0..COUNT).filter(|id| id % 7 == 0).map(|id| (id, 1)));
    let found = merge(&json(&base), &json(&theirs), &json(&mine)).unwrap();
    assert_eq!(found.overlaps.len(), COUNT - COUNT.div_ceil(7));
    assert_eq!(found.value.as_str(), list(&mut (0..COUNT).rev().filter(|id| id % 7 == 0).map(|id| (id, 1))));
}

#[test]
fn objects_of_many_members_are_merged() {
    const COUNT: usize = 30_000;
    let members = |value: usize| {
        let members: Vec<_> = (0..COUNT).map(|name| format!("\"{name}\":{value}")).collect();
        json(&format!("{{{}}}", members.join(",")))
    };
    let [zero, one, two, none] = [members(0), members(1), members(2), json("{}")];
    assert_eq!(merge(&zero, &one, &two).unwrap().overlaps.len(), COUNT);
    assert_eq!(merge(&zero, &one, &none).unwrap().overlaps.len(), COUNT);
    assert_eq!(merge(&none, &json("{ }"), &two).unwrap().value.as_str(), two.as_str().replace('}', " }"));
    assert_eq!(merge_choosing(&zero, &one, &two, &mut |_| Side::Mine).unwrap(), two);
}
