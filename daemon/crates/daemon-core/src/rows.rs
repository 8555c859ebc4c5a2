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
    /// Where it is. Members of the same name have the same pointer, which leads to the last of them.
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
///
/// Each call passes over the text once, whatever the page.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbitrary;
    use proptest::prelude::*;

    fn page(text: &str, path: &str, offset: usize, limit: usize) -> Result<RowPage, RowError> {
        rows(&JsonText::parse(text).unwrap(), &Pointer::parse(path).unwrap(), offset, limit)
    }

    fn described(rows: &[Row]) -> Vec<String> {
        rows.iter()
            .map(|row| {
                let Row { pointer, name, kind, preview, cut, child_count, size_bytes } = row;
                format!("{pointer} | {name} | {kind} | {preview} | {cut} | {child_count} | {size_bytes}")
            })
            .collect()
    }

    #[test]
    fn shows_members_in_the_order_of_the_text() {
        let text = r#" {"coins": 1.0, "a/b": [], "list": [1,{}], "o": {"x": null}, "t": "\u0041\n", "coins": true} "#;
        let page = page(text, "", 0, 100).unwrap();
        assert_eq!(
            described(std::slice::from_ref(&page.node)),
            [" |  | object | 6 members | false | 6 | 91"]
        );
        assert_eq!(
            described(&page.rows),
            [
                "/coins | coins | number | 1.0 | false | 0 | 3",
                "/a~1b | a/b | array | 0 items | false | 0 | 2",
                "/list | list | array | 2 items | false | 2 | 6",
                "/o | o | object | 1 member | false | 1 | 11",
                "/t | t | string | \"\\u0041\\n\" | false | 0 | 10",
                "/coins | coins | boolean | true | false | 0 | 4",
            ]
        );
        assert_eq!((page.offset, page.total), (0, 6));
    }

    #[test]
    fn shows_one_page_of_items() {
        let page = page(r#"{"a":[0,1,2,3,4]}"#, "/a", 3, 1).unwrap();
        assert_eq!(described(&page.rows), ["/a/3 | 3 | number | 3 | false | 0 | 1"]);
        assert_eq!(page.node.pointer.to_string(), "/a");
        assert_eq!(page.node.name, "a");
        assert_eq!((page.offset, page.total), (3, 5));
    }

    #[test]
    fn pages_past_the_end_and_scalars_have_no_rows() {
        for (text, path, offset, limit, total) in [
            ("[1,2]", "", 2, 10, 2),
            ("[1,2]", "", usize::MAX, usize::MAX, 2),
            ("[1,2]", "", 0, 0, 2),
            ("1", "", 0, 9, 0),
        ] {
            let page = page(text, path, offset, limit).unwrap();
            assert_eq!((page.rows.len(), page.total), (0, total), "{text}");
        }
    }

    #[test]
    fn cuts_previews_by_characters() {
        let check = |characters: usize| {
            let text = format!("\"{}\"", "é".repeat(characters - 2));
            let node = page(&text, "", 0, 0).unwrap().node;
            assert_eq!(node.size_bytes, text.len());
            (node.preview.chars().count(), node.cut)
        };
        assert_eq!(check(PREVIEW_LIMIT), (PREVIEW_LIMIT, false));
        assert_eq!(check(PREVIEW_LIMIT + 1), (PREVIEW_LIMIT, true));
        assert_eq!(check(1_000_000), (PREVIEW_LIMIT, true));
    }

    #[test]
    fn pages_of_long_names_end_early_but_go_on() {
        let name = "n".repeat(400_000);
        let text = format!(r#"{{"{name}":[{}0]}}"#, "0,".repeat(99));
        let first = page(&text, &format!("/{name}"), 0, 100).unwrap();
        assert_eq!((first.rows.len(), first.total), (3, 100));
        let next = page(&text, &format!("/{name}"), 3, 100).unwrap();
        assert_eq!(next.rows[0].name, "3");
    }

    #[test]
    fn says_where_a_path_is_lost() {
        let error = page(r#"{"a":{"b":1}}"#, "/a/x/y", 0, 1).unwrap_err();
        assert_eq!(error.to_string(), "nothing is at `/a/x`: there is no such member");
        let error = page(r#"{"a":{"b":1}}"#, "/a/b/y", 0, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "nothing is at `/a/b/y`: the value above it is of type number and has nothing inside"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn pages_together_show_every_child_once(text in arbitrary::json(), limit in 1_usize..5) {
            let value = JsonText::parse(text).unwrap();
            let mut pending = vec![Pointer::root()];
            while let Some(path) = pending.pop() {
                let whole = rows(&value, &path, 0, usize::MAX).unwrap();
                prop_assert_eq!(whole.rows.len(), whole.total);
                prop_assert_eq!(whole.node.child_count as usize, whole.total);
                let mut paged = Vec::new();
                while paged.len() < whole.total {
                    let page = rows(&value, &path, paged.len(), limit).unwrap();
                    prop_assert!(!page.rows.is_empty() && page.rows.len() <= limit);
                    paged.extend(page.rows);
                }
                prop_assert_eq!(&paged, &whole.rows);
                pending.extend(whole.rows.into_iter().map(|row| row.pointer));
            }
        }
    }
}
