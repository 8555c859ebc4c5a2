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
use crate::syntax::encode_string;
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
        index = Index::scan(&text)
            .map_err(|error| EditError::Result { position, error: locate(&text, error) })?;
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
        return Ok(Splice { range: tree.span(tree.root()), text: value.to_owned() });
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
