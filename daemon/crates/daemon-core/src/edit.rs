//! Edits: changing named places of a value and nothing else.
//!
//! An edit cuts and pastes text. It knows no schema and does not decide who may write.
//!
//! **Invariant:** every byte outside the member or item an edit names stays as it was: white space, number text,
//! escapes, order, `{}` against `[]`. Only what separates an added or removed child from its siblings comes or goes
//! with it.
//! **Invariant:** where an object names a member twice, edits act on the last one. Removing or renaming that one makes
//! the one before it count.

use std::ops::Range;

use thiserror::Error;

use crate::index::{Index, NodeId, Tree};
use crate::pointer::{Pointer, PointerProblem};
use crate::syntax::{Ignore, encode_string, scan};
use crate::value::{JsonText, VALUE_LIMIT_BYTES, ValueError, ValueKind, locate};

/// The most edits that may be applied at once; each one costs a pass over the value.
pub const EDITS_LIMIT: usize = 1_000;

/// One change inside a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Replaces what is at `path`, adds a member that is not there yet, or appends to an array (last token `-`).
    Set {
        /// The place.
        path: Pointer,
        /// What stands there afterwards; white space around it is left out.
        value: JsonText,
    },
    /// Puts an item before the one at `path` (`-` or the array's length: after the last), or adds a new member.
    Insert {
        /// The place; no member of that name may exist.
        path: Pointer,
        /// What stands there afterwards; white space around it is left out.
        value: JsonText,
    },
    /// Removes the member or item at `path`.
    Remove {
        /// The place.
        path: Pointer,
    },
    /// Gives the member at `path` another name, in its place.
    Rename {
        /// The place.
        path: Pointer,
        /// The new name; no other member may have it.
        name: String,
    },
}

/// Tells why edits could not be applied; none of them was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// An edit names a place it cannot act on.
    #[error("edit {number} cannot change `{pointer}`: {problem}", number = position + 1)]
    Place {
        /// Which edit, from 0.
        position: usize,
        /// The place, or the first part of the way to it that leads nowhere.
        pointer: Pointer,
        /// Why.
        problem: PointerProblem,
    },
    /// An edit makes the value too large or too deep.
    #[error("edit {number} cannot be applied, its result breaks a rule: {error}", number = position + 1)]
    Result {
        /// Which edit, from 0.
        position: usize,
        /// The rule that the result breaks.
        error: ValueError,
    },
    /// There are more than [`EDITS_LIMIT`] edits.
    #[error("{count} edits were sent; send at most {EDITS_LIMIT} at a time")]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

/// Applies the edits one after the other, each to the result of those before it; all or none.
///
/// Added members and items are separated from their siblings, and names from values, the way the sibling before them
/// is, so compact text stays compact and indented text indented. Every single result must be a value within the limits.
pub fn apply(value: &JsonText, edits: &[Edit]) -> Result<JsonText, EditError> {
    if edits.len() > EDITS_LIMIT {
        return Err(EditError::TooMany { count: edits.len() });
    }
    let mut text = value.as_str().to_owned();
    let mut index = Index::new(value);
    for (position, edit) in edits.iter().enumerate() {
        let splice = plan(Tree::new(&text, &index), edit)
            .map_err(|Misplaced { pointer, problem }| EditError::Place { position, pointer, problem })?;
        let bytes = text.len() - splice.range.len() + splice.text.len();
        if bytes > VALUE_LIMIT_BYTES {
            return Err(EditError::Result { position, error: ValueError::TooLarge { bytes } });
        }
        text.replace_range(splice.range, &splice.text);
        // An index may take several times the memory of its text: it goes before the next one comes, and after the last
        // edit none comes.
        drop(std::mem::take(&mut index));
        let scanned = if position + 1 == edits.len() {
            scan(&text, &mut Ignore)
        } else {
            Index::scan(&text).map(|next| index = next)
        };
        scanned.map_err(|error| EditError::Result { position, error: locate(&text, error) })?;
    }
    Ok(JsonText::proven(text))
}

/// The text to put in place of a range of bytes.
struct Splice {
    range: Range<usize>,
    text: String,
}

struct Misplaced {
    pointer: Pointer,
    problem: PointerProblem,
}

/// The object or array an edit changes, and the token that names the child.
struct Target<'edit> {
    path: &'edit Pointer,
    parent: NodeId,
    token: &'edit str,
}

impl Target<'_> {
    fn misplaced(&self, problem: PointerProblem) -> Misplaced {
        Misplaced { pointer: self.path.clone(), problem }
    }
}

fn plan(tree: Tree<'_>, edit: &Edit) -> Result<Splice, Misplaced> {
    match edit {
        Edit::Set { path, value } => plan_set(tree, path, trimmed(value)),
        Edit::Insert { path, value } => plan_insert(tree, &target(tree, path)?, trimmed(value)),
        Edit::Remove { path } => plan_remove(tree, &target(tree, path)?),
        Edit::Rename { path, name } => plan_rename(tree, &target(tree, path)?, name),
    }
}

/// Returns a value's text without the white space around it.
fn trimmed(value: &JsonText) -> &str {
    value.as_str().trim_matches([' ', '\t', '\n', '\r'])
}

/// Finds the object or array that holds the place; the place itself need not exist.
fn target<'edit>(tree: Tree<'_>, path: &'edit Pointer) -> Result<Target<'edit>, Misplaced> {
    let Some((token, parent)) = path.tokens().split_last() else {
        return Err(Misplaced { pointer: path.clone(), problem: PointerProblem::WholeValue });
    };
    let parent = tree
        .resolve(parent)
        .map_err(|lost| Misplaced { pointer: path.truncated(lost.depth + 1), problem: lost.problem })?;
    Ok(Target { path, parent, token })
}

fn plan_set(tree: Tree<'_>, path: &Pointer, value: &str) -> Result<Splice, Misplaced> {
    if path.is_root() {
        return Ok(Splice { range: tree.span(Tree::ROOT), text: value.to_owned() });
    }
    let target = target(tree, path)?;
    let appends = tree.kind(target.parent) == ValueKind::Array && target.token == "-";
    match tree.child(target.parent, target.token) {
        Ok((_, child)) => Ok(Splice { range: tree.span(child.value), text: value.to_owned() }),
        Err(PointerProblem::NoSuchMember) => Ok(add_member(tree, &target, value)),
        Err(_) if appends => Ok(add_last(tree, target.parent, value)),
        Err(problem) => Err(target.misplaced(problem)),
    }
}

fn plan_insert(tree: Tree<'_>, target: &Target<'_>, value: &str) -> Result<Splice, Misplaced> {
    match tree.kind(target.parent) {
        ValueKind::Object if tree.member(target.parent, target.token).is_some() => {
            Err(target.misplaced(PointerProblem::AlreadyExists))
        }
        ValueKind::Object => Ok(add_member(tree, target, value)),
        ValueKind::Array => {
            let position = tree
                .item_position(target.parent, target.token)
                .map_err(|problem| target.misplaced(problem))?;
            let length = tree.count(target.parent) as usize;
            if position > length {
                return Err(target.misplaced(PointerProblem::OutOfRange { length }));
            }
            let spans = Siblings::around(tree, target.parent, position);
            let Some(at) = spans.current else { return Ok(add_last(tree, target.parent, value)) };
            // Before the first item nothing separates yet; what separates the next two is repeated.
            let separator = match (&spans.previous, &spans.next) {
                (Some(previous), _) => between(tree, previous.end..at.start).to_owned(),
                (None, Some(next)) => between(tree, at.end..next.start).to_owned(),
                (None, None) => first_separator(tree, target.parent, at.start),
            };
            Ok(Splice { range: at.start..at.start, text: format!("{value}{separator}") })
        }
        kind => Err(target.misplaced(PointerProblem::ThroughScalar { kind })),
    }
}

fn plan_remove(tree: Tree<'_>, target: &Target<'_>) -> Result<Splice, Misplaced> {
    let (position, _) =
        tree.child(target.parent, target.token).map_err(|problem| target.misplaced(problem))?;
    let parent = tree.span(target.parent);
    let spans = Siblings::around(tree, target.parent, position);
    let range = match (spans.previous, spans.current, spans.next) {
        (_, Some(current), Some(next)) => current.start..next.start,
        (Some(previous), Some(current), None) => previous.end..current.end,
        _ => parent.start + 1..parent.end - 1,
    };
    Ok(Splice { range, text: String::new() })
}

fn plan_rename(tree: Tree<'_>, target: &Target<'_>, name: &str) -> Result<Splice, Misplaced> {
    let (_, child) = tree.child(target.parent, target.token).map_err(|problem| target.misplaced(problem))?;
    let Some(name_id) = child.name else { return Err(target.misplaced(PointerProblem::NotAMember)) };
    let range = tree.span(name_id);
    if name == target.token {
        return Ok(Splice { range: range.start..range.start, text: String::new() });
    }
    if tree.member(target.parent, name).is_some() {
        return Err(target.misplaced(PointerProblem::AlreadyExists));
    }
    Ok(Splice { range, text: encode_string(name) })
}

fn add_member(tree: Tree<'_>, target: &Target<'_>, value: &str) -> Splice {
    let last = tree.children(target.parent).last();
    let colon =
        last.and_then(|child| Some(between(tree, tree.span(child.name?).end..tree.span(child.value).start)));
    let member = format!("{}{}{value}", encode_string(target.token), colon.unwrap_or(":"));
    add_last(tree, target.parent, &member)
}

/// Puts text after the last child, or right after the bracket when there is none.
fn add_last(tree: Tree<'_>, parent: NodeId, text: &str) -> Splice {
    let count = tree.count(parent) as usize;
    let spans = Siblings::around(tree, parent, count.saturating_sub(1));
    let (at, separator) = match (spans.previous, spans.current) {
        (_, None) => (tree.span(parent).start + 1, String::new()),
        (Some(previous), Some(last)) => (last.end, between(tree, previous.end..last.start).to_owned()),
        (None, Some(only)) => (only.end, first_separator(tree, parent, only.start)),
    };
    Splice { range: at..at, text: format!("{separator}{text}") }
}

/// Returns what would separate an only child from a second one: a comma and the space before the child.
fn first_separator(tree: Tree<'_>, parent: NodeId, child_start: usize) -> String {
    format!(",{}", between(tree, tree.span(parent).start + 1..child_start))
}

fn between(tree: Tree<'_>, range: Range<usize>) -> &str {
    tree.text().get(range).unwrap_or_default()
}

/// The bytes of a child, from its name on, and of its neighbours.
struct Siblings {
    previous: Option<Range<usize>>,
    current: Option<Range<usize>>,
    next: Option<Range<usize>>,
}

impl Siblings {
    fn around(tree: Tree<'_>, parent: NodeId, position: usize) -> Self {
        let mut spans = tree.children(parent).skip(position.saturating_sub(1)).map(|child| {
            let value = tree.span(child.value);
            child.name.map_or(value.start, |name| tree.span(name).start)..value.end
        });
        let previous = if position == 0 { None } else { spans.next() };
        Self { previous, current: spans.next(), next: spans.next() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbitrary;
    use crate::value::DEPTH_LIMIT;
    use proptest::prelude::*;

    fn json(text: &str) -> JsonText {
        JsonText::parse(text).unwrap()
    }

    fn pointer(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    fn set(path: &str, value: &str) -> Edit {
        Edit::Set { path: pointer(path), value: json(value) }
    }

    fn insert(path: &str, value: &str) -> Edit {
        Edit::Insert { path: pointer(path), value: json(value) }
    }

    fn remove(path: &str) -> Edit {
        Edit::Remove { path: pointer(path) }
    }

    fn rename(path: &str, name: &str) -> Edit {
        Edit::Rename { path: pointer(path), name: name.to_owned() }
    }

    #[track_caller]
    fn check(text: &str, edit: Edit, expected: &str) {
        assert_eq!(apply(&json(text), &[edit]).unwrap().as_str(), expected);
    }

    #[track_caller]
    fn refuse(text: &str, edit: Edit, pointer: &str, problem: PointerProblem) {
        let pointer = Pointer::parse(pointer).unwrap();
        assert_eq!(apply(&json(text), &[edit]), Err(EditError::Place { position: 0, pointer, problem }));
    }

    #[test]
    fn replaces_nothing_but_the_named_value() {
        let text = "{ \"n\":1.0,\"big\" : 12345678901234567890 ,\"e\":1e5, \"s\":\"\\u0041\\/\",\"o\":{},\"l\":[ ] }\n";
        check(text, set("/e", " [true] \n"), &text.replace("1e5", "[true]"));
        check(text, set("/l", "{}"), &text.replace("[ ]", "{}"));
        check("[1, [2, 3]]", set("/1/0", "{\"a\" : 1.50}"), "[1, [{\"a\" : 1.50}, 3]]");
        check(" 1 ", set("", "\t{}"), " {} ");
        assert_eq!(apply(&json(text), &[]).unwrap().as_str(), text);
    }

    #[test]
    fn adds_members_the_way_their_siblings_are_written() {
        check("{}", set("/a", "1"), "{\"a\":1}");
        check("{ }", set("/a", "1"), "{\"a\":1 }");
        check("{\"a\":1}", set("/b", "2"), "{\"a\":1,\"b\":2}");
        check("{ \"a\": 1 }", set("/b", "2"), "{ \"a\": 1, \"b\": 2 }");
        check("{\"a\": 1, \"b\": 2}", insert("/c", "3"), "{\"a\": 1, \"b\": 2, \"c\": 3}");
        check("{\n\t\"a\" : 1\n}", insert("/b", "[ ]"), "{\n\t\"a\" : 1,\n\t\"b\" : [ ]\n}");
        check("{\"a\":{},\"b\":[]}", set("/a/x", "1"), "{\"a\":{\"x\":1},\"b\":[]}");
        check("{}", set("/q\"\\\n~1é", "1"), "{\"q\\\"\\\\\\n/é\":1}");
        check("{}", set("/", "1"), "{\"\":1}");
    }

    #[test]
    fn adds_items_the_way_their_siblings_are_written() {
        check("[]", set("/-", "1"), "[1]");
        check("[]", insert("/0", "1"), "[1]");
        check("[1]", insert("/-", "2"), "[1,2]");
        check("[ 1 ]", insert("/1", "2"), "[ 1, 2 ]");
        check("[1, 2]", insert("/0", "0"), "[0, 1, 2]");
        check("[1, 2]", insert("/1", "0"), "[1, 0, 2]");
        check("[1, 2]", insert("/2", "0"), "[1, 2, 0]");
        check("[1 , 2]", set("/-", "3"), "[1 , 2 , 3]");
        check("[\n  1\n]", insert("/0", "0"), "[\n  0,\n  1\n]");
        check("[\n  1,\n  2\n]", insert("/0", "0"), "[\n  0,\n  1,\n  2\n]");
        check("[\n  1,\n  2\n]", insert("/-", "3"), "[\n  1,\n  2,\n  3\n]");
    }

    #[test]
    fn removes_a_child_with_its_separator() {
        check("{\"a\":1}", remove("/a"), "{}");
        check("{\n  \"a\": 1\n}", remove("/a"), "{}");
        check("[ 1 ]", remove("/0"), "[]");
        check("{ \"a\" : 1 , \"b\" : 2 }", remove("/a"), "{ \"b\" : 2 }");
        check("{ \"a\" : 1 , \"b\" : 2 }", remove("/b"), "{ \"a\" : 1 }");
        check("[\n  1,\n  2,\n  3\n]", remove("/1"), "[\n  1,\n  3\n]");
        check("[\n  1,\n  2,\n  3\n]", remove("/2"), "[\n  1,\n  2\n]");
        check("{\"a\":[[]],\"b\":{}}", remove("/a/0"), "{\"a\":[],\"b\":{}}");
    }

    #[test]
    fn renames_in_place() {
        check("{ \"a\" : 1.0, \"b\":2 }", rename("/a", "c\"d"), "{ \"c\\\"d\" : 1.0, \"b\":2 }");
        check("{\"\\u0061\":1}", rename("/a", "a"), "{\"\\u0061\":1}");
        refuse("{\"a\":1,\"b\":2}", rename("/a", "b"), "/a", PointerProblem::AlreadyExists);
        refuse("[1]", rename("/0", "b"), "/0", PointerProblem::NotAMember);
        refuse("1", rename("", "b"), "", PointerProblem::WholeValue);
    }

    #[test]
    fn acts_on_the_last_of_duplicate_members() {
        let text = "{\"a\":1,\"\\u0061\":2,\"b\":3}";
        check(text, set("/a", "9"), "{\"a\":1,\"\\u0061\":9,\"b\":3}");
        check(text, remove("/a"), "{\"a\":1,\"b\":3}");
        check(text, rename("/a", "c"), "{\"a\":1,\"c\":2,\"b\":3}");
        refuse(text, insert("/a", "9"), "/a", PointerProblem::AlreadyExists);
    }

    #[test]
    fn names_the_place_it_cannot_act_on() {
        let text = "{\"a\":[1,{\"b\":\"x\"}]}";
        refuse(text, set("/x/y/z", "1"), "/x", PointerProblem::NoSuchMember);
        refuse(text, remove("/a/1/c"), "/a/1/c", PointerProblem::NoSuchMember);
        refuse(
            text,
            set("/a/1/b/c", "1"),
            "/a/1/b/c",
            PointerProblem::ThroughScalar { kind: ValueKind::String },
        );
        refuse(
            text,
            insert("/a/0/c/d", "1"),
            "/a/0/c",
            PointerProblem::ThroughScalar { kind: ValueKind::Number },
        );
        refuse(
            text,
            insert("/a/0/c", "1"),
            "/a/0/c",
            PointerProblem::ThroughScalar { kind: ValueKind::Number },
        );
        refuse(text, set("/a/2", "1"), "/a/2", PointerProblem::OutOfRange { length: 2 });
        refuse(text, insert("/a/3", "1"), "/a/3", PointerProblem::OutOfRange { length: 2 });
        refuse(text, remove("/a/-"), "/a/-", PointerProblem::OutOfRange { length: 2 });
        refuse(text, set("/a/01", "1"), "/a/01", PointerProblem::NotAPosition);
        refuse(text, insert("/a/x", "1"), "/a/x", PointerProblem::NotAPosition);
        refuse(text, insert("", "1"), "", PointerProblem::WholeValue);
        refuse(text, remove(""), "", PointerProblem::WholeValue);
    }

    #[test]
    fn applies_in_order_all_or_none() {
        let value = json("{\"a\":1}");
        let edits =
            [set("/b", "[]"), insert("/b/0", "2"), insert("/b/0", "1"), rename("/b", "c"), remove("/a")];
        assert_eq!(apply(&value, &edits).unwrap().as_str(), "{\"c\":[1,2]}");
        let error = apply(&value, &[set("/b", "[]"), remove("/c/d")]).unwrap_err();
        assert_eq!(error.to_string(), "edit 2 cannot change `/c`: there is no such member");
    }

    #[test]
    fn results_stop_at_the_size_limit() {
        let filled = |bytes: usize| json(&format!("[\"{}\"]", "x".repeat(bytes - 4)));
        let at_limit = apply(&filled(VALUE_LIMIT_BYTES - 2), &[set("/-", "1")]).unwrap();
        assert_eq!(at_limit.len_bytes(), VALUE_LIMIT_BYTES);
        let bytes = VALUE_LIMIT_BYTES + 1;
        assert_eq!(
            apply(&filled(VALUE_LIMIT_BYTES - 1), &[set("/-", "1")]),
            Err(EditError::Result { position: 0, error: ValueError::TooLarge { bytes } })
        );
    }

    #[test]
    fn results_stop_at_the_depth_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let at_limit = apply(&json("[0]"), &[set("/0", &nested(DEPTH_LIMIT - 1))]).unwrap();
        assert_eq!(at_limit.as_str(), nested(DEPTH_LIMIT));
        let error = apply(&json("[0]"), &[set("/0", &nested(DEPTH_LIMIT))]).unwrap_err();
        assert!(matches!(error, EditError::Result { position: 0, error: ValueError::TooDeep { .. } }));
    }

    #[test]
    fn edits_stop_at_the_limit() {
        let edits = vec![set("", "1"); EDITS_LIMIT + 1];
        assert!(apply(&json("0"), &edits[1..]).is_ok());
        assert_eq!(apply(&json("0"), &edits), Err(EditError::TooMany { count: EDITS_LIMIT + 1 }));
    }

    /// A child somewhere in a text: its pointer, and the bytes of its name and value.
    struct Place {
        path: Pointer,
        name: Option<Range<usize>>,
        value: Range<usize>,
    }

    impl Place {
        fn whole(&self) -> Range<usize> {
            self.name.as_ref().map_or(self.value.start, |name| name.start)..self.value.end
        }
    }

    /// Lists every child a pointer leads to.
    fn places(text: &str) -> Vec<Place> {
        let index = Index::scan(text).unwrap();
        let tree = Tree::new(text, &index);
        let mut places = Vec::new();
        let mut pending = vec![(Pointer::root(), Tree::ROOT)];
        while let Some((path, node)) = pending.pop() {
            for (position, child) in tree.children(node).enumerate() {
                let name =
                    child.name.map_or_else(|| position.to_string(), |name| tree.name(name).into_owned());
                let path = path.join(name);
                if tree.resolve(path.tokens()) == Ok(child.value) {
                    let (name, value) = (child.name.map(|name| tree.span(name)), tree.span(child.value));
                    places.push(Place { path: path.clone(), name, value });
                    pending.push((path, child.value));
                }
            }
        }
        places
    }

    /// Lists the texts of all names and values in order, without those that enclose the place or lie in `except`.
    fn bystanders(text: &str, path: &Pointer, except: &Range<usize>) -> Vec<String> {
        let index = Index::scan(text).unwrap();
        let tree = Tree::new(text, &index);
        let enclosing: Vec<_> =
            (0..path.tokens().len()).map(|depth| tree.resolve(&path.tokens()[..depth]).unwrap()).collect();
        let mut found = Vec::new();
        let mut pending = vec![Tree::ROOT];
        while let Some(node) = pending.pop() {
            for child in tree.children(node) {
                pending.push(child.value);
                found.extend(child.name.into_iter().chain([child.value]));
            }
        }
        found.retain(|&node| {
            let span = tree.span(node);
            !enclosing.contains(&node) && (span.start < except.start || span.end > except.end)
        });
        found.sort_unstable();
        found.into_iter().map(|node| tree.raw(node).to_owned()).collect()
    }

    fn replaced(text: &str, range: Range<usize>, by: &str) -> String {
        format!("{}{by}{}", &text[..range.start], &text[range.end..])
    }

    /// Tells whether `longer` is `shorter` with one run of bytes put in somewhere.
    fn differ_in_one_run(longer: &str, shorter: &str) -> bool {
        let (longer, shorter) = (longer.as_bytes(), shorter.as_bytes());
        let start = longer.iter().zip(shorter).take_while(|(a, b)| a == b).count();
        longer.len() >= shorter.len() && longer.ends_with(&shorter[start..])
    }

    fn applied(text: &str, edit: Edit) -> String {
        apply(&json(text), &[edit]).unwrap().into_string()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn set_changes_no_other_byte(text in arbitrary::json(), new in arbitrary::json()) {
            for place in places(&text) {
                let edited = applied(&text, set(&place.path.to_string(), &new));
                prop_assert_eq!(edited, replaced(&text, place.value, new.trim()));
            }
        }

        #[test]
        fn rename_changes_no_other_byte(text in arbitrary::json()) {
            for place in places(&text) {
                let Some(name) = place.name else { continue };
                let edited = applied(&text, rename(&place.path.to_string(), "brand new"));
                prop_assert_eq!(edited, replaced(&text, name, "\"brand new\""));
            }
        }

        #[test]
        fn remove_leaves_every_other_subtree(text in arbitrary::json()) {
            for place in places(&text) {
                let edited = applied(&text, remove(&place.path.to_string()));
                prop_assert!(differ_in_one_run(&text, &edited));
                let expected = bystanders(&text, &place.path, &place.whole());
                prop_assert_eq!(bystanders(&edited, &place.path, &(0..0)), expected);
            }
        }

        #[test]
        fn insert_adds_one_run_that_remove_takes_away(text in arbitrary::json(), new in arbitrary::json()) {
            for place in places(&text) {
                let (last, parent) = place.path.tokens().split_last().unwrap();
                let parent = Pointer::from_tokens(parent.to_vec());
                let path = parent.join(if place.name.is_some() { "brand new" } else { last }).to_string();
                let edited = applied(&text, insert(&path, &new));
                prop_assert!(differ_in_one_run(&edited, &text));
                prop_assert_eq!(applied(&edited, remove(&path)), text.clone());
            }
        }

        #[test]
        fn append_adds_one_run_that_remove_takes_away(text in arbitrary::json(), new in arbitrary::json()) {
            for place in places(&text).iter().filter(|place| text[place.value.clone()].starts_with('[')) {
                let length = places(&text).iter().filter(|other| {
                    other.path.tokens().len() == place.path.tokens().len() + 1
                        && other.path.tokens().starts_with(place.path.tokens())
                }).count();
                let edited = applied(&text, set(&place.path.join("-").to_string(), &new));
                prop_assert!(differ_in_one_run(&edited, &text));
                // Removing the only item also removes the white space an empty array may have had.
                if length > 0 {
                    let path = place.path.join(length.to_string()).to_string();
                    prop_assert_eq!(applied(&edited, remove(&path)), text.clone());
                }
            }
        }
    }
}
