//! Differences: the places where one value reads differently from another.
//!
//! White space, the order of members and the spelling of a string's escapes make no difference; the text of a number does,
//! since `1.0` and `1` are different bytes. A renamed member is a removal and an addition. Nothing here writes; whoever wants
//! to join two versions finds that in [`merge`](crate::merge).
//!
//! Items of arrays are matched by the first of [`IDENTITY_MEMBERS`] that all items of both arrays have with a string or
//! number, each a different one. Such items may change places: only when nothing else about their array differs is the array
//! itself reported as changed. Other items are matched by their order, and what lies between two matches is compared position
//! by position.
//!
//! **Invariant:** there are no differences exactly when [`is_same`] says so.
//! **Invariant:** no two of the places lie within each other.

use crate::alignment::{Gap, gaps};
use crate::index::{Index, NodeId, Tree};
use crate::places::{PlaceId, Places, Step, Version};
use crate::pointer::Pointer;
use crate::sameness::{Class, Classifier, Document, Keyed, identified};
use crate::value::{JsonText, VALUE_LIMIT_BYTES, ValueKind};

/// The members that may tell the items of an array apart, in the order in which they are tried.
pub const IDENTITY_MEMBERS: [&str; 16] = [
    "id", "Id", "ID", "uuid", "Uuid", "UUID", "guid", "Guid", "GUID", "key", "Key", "uid", "Uid", "UID",
    "name", "Name",
];

/// The most memory that the paths of all places together may take; a long name above many places would take it many times.
pub(crate) const PATHS_LIMIT_BYTES: usize = 16 * VALUE_LIMIT_BYTES;

/// The differences between two values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// The first of them, in the order of the later text; what was removed follows the
    /// other members of its object or the other identified items of its array.
    pub items: Vec<Difference>,
    /// How many there are in all.
    pub total: usize,
}

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The place in the later value; of what was removed, in the earlier one.
    pub path: Pointer,
    /// What happened there.
    pub kind: DifferenceKind,
    /// The text that stood there; none where something was added.
    pub before: Option<String>,
    /// The text that stands there; none where something was removed.
    pub after: Option<String>,
    /// The innermost identified item that the place is or lies in.
    pub item: Option<ItemIdentity>,
}

/// What happened at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// A member or item was added.
    Added,
    /// A member or item was removed.
    Removed,
    /// Another value stands there, or identified items are in another order.
    Changed,
}

/// What tells an item from the others of its array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemIdentity {
    /// One of [`IDENTITY_MEMBERS`].
    pub member: &'static str,
    /// The text of its value, quotes included where it is a string.
    pub value: String,
}

/// Tells whether two values read the same.
pub fn is_same(one: &JsonText, other: &JsonText) -> bool {
    if one.as_str() == other.as_str() {
        return true;
    }
    let indexes = [Index::new(one), Index::new(other)];
    let mut classifier = Classifier::new();
    let [one, other] = [(one, &indexes[0]), (other, &indexes[1])]
        .map(|(value, index)| classifier.classify(Tree::new(value.as_str(), index)).class(Tree::ROOT));
    one == other
}

/// Finds the places where two values differ, and lists at most `limit` of them.
///
/// Fewer are listed when their paths would take tens of megabytes; the total counts all of them nevertheless.
pub fn differences(before: &JsonText, after: &JsonText, limit: usize) -> Differences {
    if before.as_str() == after.as_str() {
        return Differences::default();
    }
    let indexes = [Index::new(before), Index::new(after)];
    let mut classifier = Classifier::new();
    let [before, after] = [(before, &indexes[0]), (after, &indexes[1])]
        .map(|(value, index)| classifier.classify(Tree::new(value.as_str(), index)));
    drop(classifier);
    let walk = Walk {
        before,
        after,
        places: Places::default(),
        pending: Vec::new(),
        met: Vec::new(),
        found: Differences::default(),
        limit,
        paths_bytes: 0,
    };
    walk.run()
}

/// Goes through both values at once, with a stack of its own.
struct Walk<'value> {
    before: Document<'value>,
    after: Document<'value>,
    places: Places<'value>,
    /// Where the walk goes on, the next place last.
    pending: Vec<Visit<'value>>,
    /// The places within the current object or array, in order.
    met: Vec<Visit<'value>>,
    found: Differences,
    limit: usize,
    paths_bytes: usize,
}

/// A place that differs, or differs somewhere inside.
#[derive(Clone, Copy)]
struct Visit<'value> {
    place: PlaceId,
    versions: Pair,
    item: Option<Item<'value>>,
}

/// The values at one place; at least one is there.
#[derive(Clone, Copy)]
struct Pair {
    before: Option<NodeId>,
    after: Option<NodeId>,
}

/// The identity of an item.
#[derive(Clone, Copy)]
struct Item<'value> {
    member: &'static str,
    value: &'value str,
}

impl<'value> Walk<'value> {
    fn run(mut self) -> Differences {
        if self.before.class(Tree::ROOT) != self.after.class(Tree::ROOT) {
            let versions = Pair { before: Some(Tree::ROOT), after: Some(Tree::ROOT) };
            self.pending.push(Visit { place: Places::ROOT, versions, item: None });
        }
        while let Some(visit) = self.pending.pop() {
            match self.containers(visit.versions) {
                Some((before, after, ValueKind::Object)) => {
                    let members = [self.before.members(before), self.after.members(after)];
                    self.meet_keyed(visit, &members, None);
                }
                Some((before, after, _)) => {
                    match identified([(&self.before, before), (&self.after, after)]) {
                        Some((member, items)) => self.meet_keyed(visit, &items, Some(member)),
                        None => self.meet_items(visit, before, after),
                    }
                }
                None => self.report(visit),
            }
            self.pending.extend(self.met.drain(..).rev());
        }
        self.found
    }

    /// Returns the values when they are two objects or two arrays.
    fn containers(&self, versions: Pair) -> Option<(NodeId, NodeId, ValueKind)> {
        let (before, after) = (versions.before?, versions.after?);
        let kind = self.before.tree().kind(before);
        (kind.is_container() && kind == self.after.tree().kind(after)).then_some((before, after, kind))
    }

    /// Compares members by name, or items by the member that identifies them.
    fn meet_keyed(&mut self, visit: Visit<'value>, children: &[Keyed; 2], member: Option<&'static str>) {
        let total = self.found.total;
        let [before, after] = children;
        for child in after.children() {
            let old = before.get(child.key);
            if old.is_some_and(|old| self.before.class(old.value) == self.after.class(child.value)) {
                continue;
            }
            let versions = Pair { before: old.map(|old| old.value), after: Some(child.value) };
            let positions = (old.map_or(child.position, |old| old.position), child.position);
            self.meet(visit, versions, self.after.tree(), child.label, member, positions);
        }
        for child in before.children() {
            if !after.contains(child.key) {
                let versions = Pair { before: Some(child.value), after: None };
                let positions = (child.position, child.position);
                self.meet(visit, versions, self.before.tree(), child.label, member, positions);
            }
        }
        if self.met.is_empty() && self.found.total == total {
            // Nothing but the order of the items is left.
            self.report(visit);
        }
    }

    /// Goes to a child that is told from its siblings by its label.
    fn meet(
        &mut self,
        parent: Visit<'value>,
        versions: Pair,
        labelled: Tree<'value>,
        label: NodeId,
        member: Option<&'static str>,
        (before, after): (usize, usize),
    ) {
        let item = member.map(|member| Item { member, value: labelled.raw(label) });
        let step = || match member {
            Some(_) => Step::Item { before, after },
            None => Step::Member(labelled.name(label)),
        };
        self.push(parent, versions, item, step);
    }

    /// Compares items by their order.
    fn meet_items(&mut self, visit: Visit<'value>, before: NodeId, after: NodeId) {
        let list = |document: &Document<'_>, array| -> (Vec<NodeId>, Vec<Class>) {
            document.tree().children(array).map(|child| (child.value, document.class(child.value))).unzip()
        };
        let (old, old_classes) = list(&self.before, before);
        let (new, new_classes) = list(&self.after, after);
        for Gap { before, after } in gaps(&old_classes, &new_classes) {
            for offset in 0..before.len().max(after.len()) {
                let (before_at, after_at) = (before.start + offset, after.start + offset);
                let versions = Pair {
                    before: before.contains(&before_at).then(|| old[before_at]),
                    after: after.contains(&after_at).then(|| new[after_at]),
                };
                let classes = (
                    versions.before.map(|old| self.before.class(old)),
                    versions.after.map(|new| self.after.class(new)),
                );
                if classes.0 != classes.1 {
                    self.push(visit, versions, None, || Step::Item { before: before_at, after: after_at });
                }
            }
        }
    }

    fn push(
        &mut self,
        parent: Visit<'value>,
        versions: Pair,
        item: Option<Item<'value>>,
        step: impl FnOnce() -> Step<'value>,
    ) {
        // Each place met before this one will be listed, so beyond the limit those without any inside need no visit.
        if self.met.len() >= self.room() && self.containers(versions).is_none() {
            self.found.total += 1;
            return;
        }
        let place = self.places.add(parent.place, step());
        self.met.push(Visit { place, versions, item: item.or(parent.item) });
    }

    /// Returns how many places may still be listed.
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.found.items.len())
    }

    /// Counts a place, and lists it if there is room.
    fn report(&mut self, Visit { place, versions, item }: Visit<'value>) {
        self.found.total += 1;
        if self.room() == 0 {
            return;
        }
        self.paths_bytes += self.places.pointer_bytes(place) + item.map_or(0, |item| item.value.len());
        if self.paths_bytes > PATHS_LIMIT_BYTES {
            self.limit = 0;
            return;
        }
        let before = versions.before.map(|old| self.before.tree().raw(old).to_owned());
        let after = versions.after.map(|new| self.after.tree().raw(new).to_owned());
        let (kind, version) = match (&before, &after) {
            (_, None) => (DifferenceKind::Removed, Version::Before),
            (None, _) => (DifferenceKind::Added, Version::After),
            _ => (DifferenceKind::Changed, Version::After),
        };
        let item = item.map(|Item { member, value }| ItemIdentity { member, value: value.to_owned() });
        let path = self.places.pointer(place, version);
        self.found.items.push(Difference { path, kind, before, after, item });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbitrary;
    use crate::edit::{EDITS_LIMIT, Edit, apply};
    use crate::value::{DEPTH_LIMIT, ValueWarning, warnings};
    use proptest::prelude::*;

    fn json(text: &str) -> JsonText {
        JsonText::parse(text).unwrap()
    }

    /// Writes differences in short: `+`, `-` or `~`, the path, the texts, and the identity of the item.
    fn short(before: &str, after: &str, limit: usize) -> Vec<String> {
        differences(&json(before), &json(after), limit)
            .items
            .into_iter()
            .map(|Difference { path, kind, before, after, item }| {
                let mark = match kind {
                    DifferenceKind::Added => '+',
                    DifferenceKind::Removed => '-',
                    DifferenceKind::Changed => '~',
                };
                let texts = [before, after].into_iter().flatten().collect::<Vec<_>>().join(" > ");
                let item = item.map_or_else(String::new, |item| format!(" ({} {})", item.member, item.value));
                format!("{mark} {path} {texts}{item}")
            })
            .collect()
    }

    #[track_caller]
    fn check(before: &str, after: &str, expected: &[&str]) {
        assert_eq!(short(before, after, usize::MAX), expected);
        assert_eq!(differences(&json(before), &json(after), 0).total, expected.len());
        assert_eq!(is_same(&json(before), &json(after)), expected.is_empty());
        assert_eq!(is_same(&json(after), &json(before)), expected.is_empty());
    }

    #[test]
    fn white_space_order_of_members_and_escapes_make_no_difference() {
        check(r#"{"a":1,"b":["x",{}]}"#, " { \"b\" : [ \"\\u0078\" , { } ] ,\n\"\\u0061\" : 1 } ", &[]);
        check(r#"{"a":1,"a":{"x":2}}"#, r#"{"a":{"x":2}}"#, &[]);
        check(r#""\ud83d\ude00\/""#, "\"😀/\"", &[]);
    }

    #[test]
    fn every_other_byte_makes_a_difference() {
        check("1", "1.0", &["~  1 > 1.0"]);
        check("1", "\"1\"", &["~  1 > \"1\""]);
        check("[]", "{}", &["~  [] > {}"]);
        check("null", "\"null\"", &["~  null > \"null\""]);
        check(r#"{"a":2,"a":1}"#, r#"{"a":1,"a":2}"#, &["~ /a 1 > 2"]);
        check(r#"["\ud800"]"#, r#"["\ud801"]"#, &[r#"~ /0 "\ud800" > "\ud801""#]);
        check(r#"["\ud800"]"#, r#"["\ufffd"]"#, &[r#"~ /0 "\ud800" > "\ufffd""#]);
    }

    #[test]
    fn members_are_matched_by_name() {
        check(
            r#"{"gone":1,"kept":{"x":1,"y":[]},"old":true}"#,
            r#"{"new":true,"kept":{"y":{},"x": 2},"a/b":"\n"}"#,
            &[
                "+ /new true",
                "~ /kept/y [] > {}",
                "~ /kept/x 1 > 2",
                r#"+ /a~1b "\n""#,
                "- /gone 1",
                "- /old true",
            ],
        );
        check(r#"{"\u0061":1}"#, r#"{"a":[1]}"#, &["~ /a 1 > [1]"]);
    }

    #[test]
    fn items_of_an_inventory_are_matched_by_identity() {
        let before =
            r#"{"coins":10,"inventory":[{"id":"sword","n":1},{"id":"bow","n":1},{"id":"key","n":2}]}"#;
        let after =
            r#"{"coins":10,"inventory":[{"id":"bow","n":3},{"id":"gem","n":1},{"n":1,"id":"sword"}]}"#;
        check(
            before,
            after,
            &[
                r#"~ /inventory/0/n 1 > 3 (id "bow")"#,
                r#"+ /inventory/1 {"id":"gem","n":1} (id "gem")"#,
                r#"- /inventory/2 {"id":"key","n":2} (id "key")"#,
            ],
        );
        check(
            r#"[{"id":1},{"id":2}]"#,
            r#"[{"id":2},{"id":1}]"#,
            &[r#"~  [{"id":1},{"id":2}] > [{"id":2},{"id":1}]"#],
        );
        check(r#"[{"id":1,"a":1},{"id":2}]"#, r#"[{"id":2},{"id":1,"a":2}]"#, &["~ /1/a 1 > 2 (id 1)"]);
        check(
            r#"[{"id":1,"bag":[{"name":"x","n":1}]}]"#,
            r#"[{"id":0},{"id":1,"bag":[{"name":"y","n":0},{"name":"x","n":2}]}]"#,
            &[
                "+ /0 {\"id\":0} (id 0)",
                r#"+ /1/bag/0 {"name":"y","n":0} (name "y")"#,
                r#"~ /1/bag/1/n 1 > 2 (name "x")"#,
            ],
        );
        check("[]", r#"[{"name":"a"}]"#, &[r#"+ /0 {"name":"a"} (name "a")"#]);
    }

    #[test]
    fn the_first_member_that_tells_all_items_apart_identifies() {
        let by = |before: &str, after: &str| {
            differences(&json(before), &json(after), 1).items.remove(0).item.map(|item| item.member)
        };
        assert_eq!(by(r#"[{"name":"a","id":1}]"#, r#"[{"name":"a","id":1,"x":0}]"#), Some("id"));
        // Two items share the identity, one lacks it, or it is neither string nor number.
        assert_eq!(
            by(r#"[{"name":"a","id":1},{"name":"b","id":1}]"#, r#"[{"name":"a","id":2}]"#),
            Some("name")
        );
        assert_eq!(by(r#"[{"Name":"a","id":1}]"#, r#"[{"Name":"a"}]"#), Some("Name"));
        assert_eq!(by(r#"[{"GUID":"a","id":null}]"#, r#"[{"GUID":"b","id":1}]"#), Some("GUID"));
        assert_eq!(by(r#"[{"id":1,"id":[]}]"#, r#"[{"id":1,"id":{}}]"#), None);
        assert_eq!(by(r#"[{"id":1},2]"#, r#"[{"id":1},3]"#), None);
        assert_eq!(by(r#"[{"id":1,"id":2},{"id":1}]"#, r#"[{"id":1,"x":0},{"id":2}]"#), Some("id"));
    }

    #[test]
    fn other_items_are_matched_by_order() {
        check("[1,2,3]", "[1,3]", &["- /1 2"]);
        check("[1,3]", "[0,1,2,3]", &["+ /0 0", "+ /2 2"]);
        check("[1,2,3]", "[1,4,3,5]", &["~ /1 2 > 4", "+ /3 5"]);
        check(r#"[[1],{"a":1},[2]]"#, r#"[[1],{"a":2},[0],[2]]"#, &["~ /1/a 1 > 2", "+ /2 [0]"]);
        check(
            r#"[0,{"a":[1,{"b":1}]}]"#,
            r#"[{"a":[{"b":2}]}]"#,
            &["~ /0 0 > {\"a\":[{\"b\":2}]}", "- /1 {\"a\":[1,{\"b\":1}]}"],
        );
    }

    #[test]
    fn the_list_stops_at_the_limit_and_the_total_does_not() {
        let (before, after) =
            (r#"{"a":1,"b":{"c":1,"d":[1,2]},"e":1}"#, r#"{"b":{"c":2,"d":[2]},"e":2,"f":1}"#);
        let all = short(before, after, usize::MAX);
        assert_eq!(all.len(), 5);
        for limit in 0..=all.len() {
            assert_eq!(short(before, after, limit), all[..limit]);
            assert_eq!(differences(&json(before), &json(after), limit).total, all.len());
        }
    }

    #[test]
    fn long_names_above_many_places_do_not_fill_the_memory() {
        let nested = |item: usize| {
            json(&format!("{{\"{}\":[{}0]}}", "x".repeat(1_000_000), format!("[{item}],").repeat(10_000)))
        };
        let found = differences(&nested(1), &nested(2), usize::MAX);
        assert_eq!(found.total, 10_000);
        assert!((10..100).contains(&found.items.len()), "{}", found.items.len());
    }

    #[test]
    fn values_as_deep_as_can_be_are_compared() {
        let nested = |inner: &str| {
            json(&format!("{}{inner}{}", "[{\"a\":".repeat(DEPTH_LIMIT / 2), "}]".repeat(DEPTH_LIMIT / 2)))
        };
        let found = differences(&nested("1"), &nested("2"), 10);
        assert_eq!((found.total, found.items[0].path.tokens().len()), (1, DEPTH_LIMIT));
    }

    #[test]
    fn long_values_are_compared() {
        const COUNT: usize = 30_000;
        let list = |mark: &dyn Fn(usize) -> String| (0..COUNT).map(mark).collect::<Vec<_>>().join(",");
        let total = |before: String, after: String| differences(&json(&before), &json(&after), 10).total;
        let items = |count: usize| format!("[{}]", list(&|id| format!("{{\"id\":{id},\"n\":{count}}}")));
        assert_eq!(total(items(0), items(1)), COUNT);
        let members = |count: usize| format!("{{{}}}", list(&|name| format!("\"{name}\":{count}")));
        assert_eq!(total(members(0), members(1)), COUNT);
        let numbers = |from: usize| format!("[{}]", list(&|number| (from + number).to_string()));
        assert_eq!(total(numbers(0), numbers(3)), 6);
        assert_eq!(total(numbers(0), numbers(COUNT)), COUNT);
        // Too many changes to be aligned are compared position by position.
        let marked = |mark: usize| {
            format!("[{}]", list(&|number| if number % 3 == 0 { mark } else { number }.to_string()))
        };
        assert_eq!(total(marked(COUNT), marked(COUNT + 1)), COUNT / 3);
    }

    fn names_a_member_twice(value: &JsonText) -> bool {
        warnings(value, usize::MAX)
            .iter()
            .any(|warning| matches!(warning, ValueWarning::DuplicateMember { .. }))
    }

    fn resolve(value: &JsonText, path: &Pointer) -> Option<String> {
        let index = Index::new(value);
        let tree = Tree::new(value.as_str(), &index);
        tree.resolve(path.tokens()).ok().map(|node| tree.raw(node).to_owned())
    }

    fn version() -> impl Strategy<Value = JsonText> {
        prop_oneof![arbitrary::json(), arbitrary::save()].prop_map(|text| json(&text))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn a_value_does_not_differ_from_itself(value in version()) {
            let respaced = json(&format!(" {}\n", value.as_str()));
            prop_assert_eq!(differences(&value, &respaced, 10), Differences::default());
            prop_assert!(is_same(&value, &respaced));
        }

        #[test]
        fn values_without_differences_read_the_same(before in version(), after in version()) {
            let found = differences(&before, &after, usize::MAX);
            prop_assert_eq!(found.total, found.items.len());
            prop_assert_eq!(found.items.is_empty(), is_same(&before, &after));
            let back = differences(&after, &before, usize::MAX);
            prop_assert_eq!(back.items.is_empty(), found.items.is_empty());
        }

        #[test]
        fn paths_lead_to_the_texts(before in version(), after in version()) {
            for difference in differences(&before, &after, usize::MAX).items {
                if difference.kind == DifferenceKind::Removed {
                    prop_assert_eq!(resolve(&before, &difference.path), difference.before);
                    prop_assert_eq!(difference.after, None);
                } else {
                    prop_assert_eq!(difference.before.is_none(), difference.kind == DifferenceKind::Added);
                    prop_assert_eq!(resolve(&after, &difference.path), difference.after);
                }
            }
        }

        #[test]
        fn differences_are_the_edits_that_lead_from_one_version_to_the_other(before in version(), after in version()) {
            let found = differences(&before, &after, EDITS_LIMIT);
            // Edits name items by position, which others shift; and they remove one member of a name only.
            let in_array = |item: &Difference| item.kind != DifferenceKind::Changed
                && (0..item.path.tokens().len()).any(|depth| {
                    let version = if item.kind == DifferenceKind::Removed { &before } else { &after };
                    resolve(version, &item.path.truncated(depth)).is_some_and(|text| text.starts_with('['))
                });
            prop_assume!(!names_a_member_twice(&before) && !found.items.iter().any(in_array));
            prop_assume!(!found.items.iter().any(|item| item.item.is_some()));
            let edits: Vec<_> = found.items.into_iter().map(|item| match item.after {
                Some(value) => Edit::Set { path: item.path, value: json(&value) },
                None => Edit::Remove { path: item.path },
            }).collect();
            prop_assert!(is_same(&apply(&before, &edits).unwrap(), &after));
        }
    }
}
