//! Rows: a value as a tree, one page of children at a time, for viewers that must not decode it.
//!
//! Shows what stands in the text, duplicate members included; does not sort or filter.
//!
//! **Invariant:** the pages of a value together show every child exactly once, in the order of the text.

use thiserror::Error;

use crate::index::{Child, Index, NodeId, Tree};
use crate::pointer::{Pointer, PointerProblem};
use crate::value::{JsonText, ValueKind};

/// The most characters of a preview.
pub const PREVIEW_LIMIT: usize = 120;

/// When the pointers and names of a page reach this many bytes, the page ends early.
///
/// A member's name may be as long as a value, and every row repeats the way to it.
pub const PAGE_LIMIT_BYTES: usize = 1_048_576;

/// One value of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it is. Members of the same name have the same pointer, and edits act on the last of them.
    pub pointer: Pointer,
    /// The member's name or the item's position; empty for the outermost value.
    pub name: String,
    /// What it is.
    pub kind: ValueKind,
    /// The start of a scalar's JSON text, or how many members or items there are; at most [`PREVIEW_LIMIT`] characters.
    pub preview: String,
    /// Whether the scalar's text goes on after the preview.
    pub cut: bool,
    /// How many members or items it has; 0 for scalars.
    pub child_count: u32,
    /// The length of its text in bytes.
    pub size_bytes: usize,
}

/// A value and one page of its children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPage {
    /// The value itself.
    pub node: Row,
    /// Its children on this page. May be fewer than asked for (see [`PAGE_LIMIT_BYTES`]), but while children remain
    /// there is at least one, unless none were asked for; the next page begins at `offset + rows.len()`.
    pub rows: Vec<Row>,
    /// How many children come before this page.
    pub offset: usize,
    /// How many children there are.
    pub total: usize,
}

/// Tells that there is nothing at the path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("nothing is at `{pointer}`: {problem}")]
pub struct RowError {
    /// The first part of the path that leads nowhere.
    pub pointer: Pointer,
    /// Why.
    pub problem: PointerProblem,
}

/// Shows the value at `path` and up to `limit` of its children, passing over the first `offset`.
pub fn rows(value: &JsonText, path: &Pointer, offset: usize, limit: usize) -> Result<RowPage, RowError> {
    let index = Index::new(value);
    let tree = Tree::new(value.as_str(), &index);
    let node = tree
        .resolve(path.tokens())
        .map_err(|lost| RowError { pointer: path.truncated(lost.depth + 1), problem: lost.problem })?;
    let name = path.tokens().last().cloned().unwrap_or_default();
    let parent_bytes: usize = path.tokens().iter().map(String::len).sum();
    let mut page_bytes = 0;
    let rows = tree
        .children(node)
        .enumerate()
        .skip(offset)
        .take(limit)
        .map_while(|(position, child)| {
            if page_bytes > PAGE_LIMIT_BYTES {
                return None;
            }
            let name = child_name(tree, position, child);
            page_bytes += parent_bytes + 2 * name.len();
            Some(row(tree, child.value, path.join(name.as_str()), name))
        })
        .collect();
    Ok(RowPage { node: row(tree, node, path.clone(), name), rows, offset, total: tree.count(node) as usize })
}

fn child_name(tree: Tree<'_>, position: usize, child: Child) -> String {
    child.name.map_or_else(|| position.to_string(), |id| tree.name(id).into_owned())
}

fn row(tree: Tree<'_>, node: NodeId, pointer: Pointer, name: String) -> Row {
    let raw = tree.raw(node);
    let kind = tree.kind(node);
    let child_count = tree.count(node);
    let (preview, cut) = match kind {
        ValueKind::Object => (counted(child_count, "member"), false),
        ValueKind::Array => (counted(child_count, "item"), false),
        _ => match raw.char_indices().nth(PREVIEW_LIMIT) {
            Some((end, _)) => (raw.get(..end).unwrap_or_default().to_owned(), true),
            None => (raw.to_owned(), false),
        },
    };
    Row { pointer, name, kind, preview, cut, child_count, size_bytes: raw.len() }
}

fn counted(count: u32, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
