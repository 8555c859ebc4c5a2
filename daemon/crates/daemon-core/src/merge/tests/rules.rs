//! The rules of merging, held against versions of any kind.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::arbitrary;
use crate::diff::{DifferenceKind, differences, is_same};
use crate::edit::{Edit, apply};
use crate::index::{Index, NodeId, Tree};
use crate::merge::tests::json;
use crate::merge::{Side, merge, merge_choosing};
use crate::pointer::Pointer;
use crate::value::{JsonText, ValueKind, ValueWarning, warnings};

/// A value as the rules of merging see it; the order of identified items is left out.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Opaque(String),
    Object(BTreeMap<String, Model>),
    Items(BTreeMap<String, Model>, Vec<String>),
}

impl Model {
    fn new(tree: Tree<'_>, node: NodeId) -> Self {
        let children: Vec<_> = tree.children(node).collect();
        match tree.kind(node) {
            ValueKind::Object => Self::Object(
                children
                    .iter()
                    .map(|child| (tree.name(child.name.unwrap()).into_owned(), Self::new(tree, child.value)))
                    .collect(),
            ),
            ValueKind::Array if children.iter().all(|child| tree.kind(child.value) == ValueKind::Object) => {
                let id = |item| tree.raw(tree.member(item, "id").unwrap().1.value).to_owned();
                let order: Vec<_> = children.iter().map(|child| id(child.value)).collect();
                let items = children.iter().map(|child| Self::new(tree, child.value));
                Self::Items(order.iter().cloned().zip(items).collect(), order)
            }
            ValueKind::Array => {
                let items: Vec<_> = children.iter().map(|child| tree.raw(child.value)).collect();
                Self::Opaque(items.join(","))
            }
            _ => Self::Opaque(tree.raw(node).to_owned()),
        }
    }

    fn of(value: &JsonText) -> Self {
        let index = Index::new(value);
        Self::new(Tree::new(value.as_str(), &index), Tree::ROOT)
    }

    /// Drops the order of items, for comparing contents.
    fn unordered(self) -> Self {
        let each = |children: BTreeMap<String, Self>| {
            children.into_iter().map(|(key, child)| (key, child.unordered())).collect()
        };
        match self {
            Self::Items(items, _) => Self::Items(each(items), Vec::new()),
            Self::Object(members) => Self::Object(each(members)),
            Self::Opaque(text) => Self::Opaque(text),
        }
    }

    /// Merges by the rules, each overlap in favour of the side.
    fn merged(
        base: Option<&Self>,
        theirs: Option<&Self>,
        mine: Option<&Self>,
        side: Side,
        overlaps: &mut usize,
    ) -> Option<Self> {
        if base == mine || theirs == mine {
            return theirs.cloned();
        }
        let each = |children: [&BTreeMap<String, Self>; 3], overlaps: &mut usize| {
            let keys: BTreeSet<_> = children.iter().flat_map(|children| children.keys()).collect();
            keys.into_iter()
                .filter_map(|key| {
                    let [base, theirs, mine] = children.map(|children| children.get(key));
                    Some((key.clone(), Self::merged(base, theirs, mine, side, overlaps)?))
                })
                .collect()
        };
        match (base, theirs, mine) {
            (Some(Self::Object(base)), Some(Self::Object(theirs)), Some(Self::Object(mine))) => {
                return Some(Self::Object(each([base, theirs, mine], overlaps)));
            }
            (
                Some(Self::Items(base, old)),
                Some(Self::Items(theirs, their_order)),
                Some(Self::Items(mine, my_order)),
            ) => {
                let common = |order: &Vec<String>| -> Vec<String> {
                    let everywhere =
                        |key: &&String| [base, theirs, mine].iter().all(|items| items.contains_key(*key));
                    order.iter().filter(everywhere).cloned().collect()
                };
                let [old, their_order, my_order] = [old, their_order, my_order].map(common);
                if old == their_order || old == my_order || their_order == my_order {
                    return Some(Self::Items(each([base, theirs, mine], overlaps), Vec::new()));
                }
            }
            _ if base == theirs => return mine.cloned(),
            _ => {}
        }
        *overlaps += 1;
        if side == Side::Theirs { theirs.cloned() } else { mine.cloned() }
    }
}

fn resolve(value: &JsonText, path: &Pointer) -> Option<JsonText> {
    let index = Index::new(value);
    let tree = Tree::new(value.as_str(), &index);
    tree.resolve(path.tokens()).ok().map(|node| json(tree.raw(node)))
}

fn read_the_same(one: Option<&JsonText>, other: Option<&JsonText>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => is_same(one, other),
        _ => one.is_none() && other.is_none(),
    }
}

/// Cuts a pointer off at the outermost array it leads into.
fn outside_arrays(path: &Pointer, versions: [&JsonText; 2]) -> Pointer {
    let is_array = |depth: &usize| {
        let resolved = versions.map(|version| resolve(version, &path.truncated(*depth)));
        resolved.into_iter().flatten().any(|value| value.as_str().starts_with('['))
    };
    path.truncated((0..path.tokens().len()).find(is_array).unwrap_or(path.tokens().len()))
}

/// Lists the pointers to all members that lie in no array.
fn members(value: &JsonText) -> Vec<Pointer> {
    let index = Index::new(value);
    let tree = Tree::new(value.as_str(), &index);
    let mut found = Vec::new();
    let mut pending = vec![(Pointer::root(), Tree::ROOT)];
    while let Some((path, node)) = pending.pop() {
        for child in tree.children(node) {
            let Some(name) = child.name else { continue };
            pending.push((path.join(tree.name(name)), child.value));
        }
        found.push(path);
    }
    found
}

fn version() -> impl Strategy<Value = JsonText> {
    prop_oneof![arbitrary::json(), arbitrary::save()].prop_map(|text| json(&text))
}

fn save() -> impl Strategy<Value = JsonText> {
    arbitrary::save().prop_map(|text| json(&text))
}

fn object() -> impl Strategy<Value = JsonText> {
    proptest::collection::vec(arbitrary::json(), 3).prop_map(|values| {
        json(&format!("{{\"x\":{}, \"y\":{},\n\"z\" : {}}}", values[0], values[1], values[2]))
    })
}

/// Picks a member below one of the outermost, and edits it.
fn edited(value: &JsonText, outermost: &str, place: prop::sample::Index, action: u8, new: &str) -> JsonText {
    let below = |path: &Pointer| path.tokens().first().is_some_and(|name| name == outermost);
    let places: Vec<_> = members(value).into_iter().filter(below).collect();
    let path = places[place.index(places.len())].clone();
    let new = json(new);
    let is_object = resolve(value, &path).unwrap().as_str().starts_with('{');
    let edit = match action {
        0 => Edit::Set { path, value: new },
        1 if is_object => Edit::Insert { path: path.join("brand new"), value: new },
        _ => Edit::Remove { path },
    };
    apply(value, &[edit]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn what_only_i_changed_reads_as_mine(base in version(), mine in version()) {
        let merged = merge(&base, &base, &mine).unwrap();
        prop_assert!(is_same(&merged.value, &mine), "{:?}", merged);
        prop_assert_eq!(merged.overlaps, []);
        let respaced = json(&format!(" {}", base.as_str()));
        prop_assert!(is_same(&merge(&base, &respaced, &mine).unwrap().value, &mine));
    }

    #[test]
    fn what_only_they_changed_keeps_every_byte(base in version(), theirs in version()) {
        let respaced = json(&format!(" {}", base.as_str()));
        for mine in [&base, &respaced] {
            let merged = merge(&base, &theirs, mine).unwrap();
            prop_assert_eq!(&merged.value, &theirs);
            prop_assert_eq!(merged.overlaps, []);
        }
    }

    #[test]
    fn what_both_changed_alike_keeps_every_byte(base in version(), theirs in version()) {
        let respaced = json(&format!(" {}", theirs.as_str()));
        for mine in [&theirs, &respaced] {
            let merged = merge(&base, &theirs, mine).unwrap();
            prop_assert_eq!(&merged.value, &theirs);
            prop_assert_eq!(merged.overlaps, []);
        }
    }

    #[test]
    fn saves_are_merged_by_the_rules(base in save(), theirs in save(), mine in save()) {
        let models = [&base, &theirs, &mine].map(Model::of);
        // Opaque lists are compared by their texts, and an empty list may be either.
        for side in [Side::Theirs, Side::Mine] {
            let mut expected_overlaps = 0;
            let [base_model, theirs_model, mine_model] = models.each_ref().map(Some);
            let expected = Model::merged(base_model, theirs_model, mine_model, side, &mut expected_overlaps);
            let mut overlaps = 0;
            let value = merge_choosing(&base, &theirs, &mine, &mut |_| { overlaps += 1; side }).unwrap();
            prop_assert_eq!(Some(Model::of(&value).unordered()), expected.map(Model::unordered), "{:?}", value);
            prop_assert_eq!(overlaps, expected_overlaps);
        }
    }

    #[test]
    fn overlaps_are_the_same_from_either_side(base in version(), one in version(), other in version()) {
        let [there, back] = [merge(&base, &one, &other), merge(&base, &other, &one)].map(Result::unwrap);
        let mut texts: Vec<_> = there.overlaps.into_iter().map(|it| (it.base, it.theirs, it.mine)).collect();
        let mut back_texts: Vec<_> = back.overlaps.into_iter().map(|it| (it.base, it.mine, it.theirs)).collect();
        texts.sort();
        back_texts.sort();
        prop_assert_eq!(&texts, &back_texts);
        if texts.is_empty() {
            // Only the order of items that both sides added to one array may depend on the side.
            for difference in differences(&there.value, &back.value, 100).items {
                prop_assert_eq!(difference.kind, DifferenceKind::Changed);
                prop_assert!([difference.before, difference.after].into_iter().flatten().all(|text| text.starts_with('[')));
            }
        }
    }

    #[test]
    fn chosen_places_read_as_the_side_that_was_chosen(base in version(), theirs in version(), mine in version()) {
        for (side, version) in [(Side::Theirs, &theirs), (Side::Mine, &mine)] {
            let value = merge_choosing(&base, &theirs, &mine, &mut |_| side).unwrap();
            for difference in differences(&base, version, usize::MAX).items {
                // Items of identified arrays are checked by the rules above.
                prop_assume!(difference.item.is_none());
                let path = outside_arrays(&difference.path, [&base, version]);
                let is_order = path == difference.path && difference.after.is_some_and(|after| after.contains("\"id\""));
                prop_assume!(!is_order);
                let places = [&value, version].map(|value| resolve(value, &path));
                prop_assert!(read_the_same(places[0].as_ref(), places[1].as_ref()), "{} of {:?}", path, value);
            }
        }
    }

    #[test]
    fn members_that_i_did_not_change_keep_every_byte(base in version(), theirs in version(), mine in version()) {
        let merged = merge(&base, &theirs, &mine).unwrap().value;
        for path in members(&theirs) {
            let [old, new] = [&base, &mine].map(|version| resolve(version, &path));
            let parents = (0..path.tokens().len()).map(|depth| path.truncated(depth));
            let kept = |path: Pointer| resolve(&merged, &path).is_some_and(|value| value.as_str().starts_with('{'))
                && resolve(&mine, &path).is_some_and(|value| value.as_str().starts_with('{'));
            if read_the_same(old.as_ref(), new.as_ref()) && parents.into_iter().all(kept) {
                prop_assert_eq!(resolve(&merged, &path), resolve(&theirs, &path), "{}", path);
            }
        }
    }

    #[test]
    fn edits_in_different_members_both_appear_and_nothing_else_changes(
        base in object(),
        their_place: prop::sample::Index,
        my_place: prop::sample::Index,
        their_action in 0_u8..3,
        my_action in 0_u8..3,
        their_new in arbitrary::json(),
        my_new in arbitrary::scalar(),
    ) {
        let names_twice = |warning: &ValueWarning| matches!(warning, ValueWarning::DuplicateMember { .. });
        prop_assume!(!warnings(&base, usize::MAX).iter().any(names_twice));
        let theirs = edited(&base, "x", their_place, their_action, &their_new);
        let mine = edited(&base, "z", my_place, my_action, &my_new);
        let merged = merge(&base, &theirs, &mine).unwrap();
        prop_assert_eq!(merged.overlaps, []);
        let expected = if is_same(&base, &mine) { theirs } else { edited(&theirs, "z", my_place, my_action, &my_new) };
        prop_assert_eq!(merged.value, expected);
    }
}
