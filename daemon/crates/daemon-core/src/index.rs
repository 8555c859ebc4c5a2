//! Where every value of a JSON text stands: the one index that rows, edits and warnings share.
//!
//! Keeps positions only, 16 bytes for each value and each member's name, in the order of the text. It never copies nor
//! changes the text.
//!
//! **Invariant:** an index belongs to the text it was built from; a [`Tree`] holds the two together.
//! **Invariant:** where an object names a member twice, the last one counts, as in most decoders.

use std::borrow::Cow;
use std::ops::Range;

use crate::pointer::PointerProblem;
use crate::syntax::{ScanError, Sink, decode_string, scan};
use crate::value::{JsonText, ValueKind};

/// Identifies a value, or a member's name, within its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

impl NodeId {
    /// Returns its position among all nodes of the text.
    pub(crate) fn position(self) -> usize {
        self.0 as usize
    }
}

/// The positions of all values of one text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// The first byte.
    start: u32,
    /// The byte after the last one.
    end: u32,
    /// The node after this one and all it contains.
    next: u32,
    /// How many members or items it has.
    count: u32,
}

/// A text with its index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree<'value> {
    text: &'value str,
    index: &'value Index,
}

/// A member of an object or an item of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    /// The member's name; items have none.
    pub(crate) name: Option<NodeId>,
    /// The value.
    pub(crate) value: NodeId,
}

/// Steps through the children of one value in the order of the text.
#[derive(Clone)]
pub(crate) struct Children<'value> {
    index: &'value Index,
    named: bool,
    at: u32,
    remaining: u32,
}

/// Where walking along a pointer ended, when it did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    /// How many tokens could be followed.
    pub(crate) depth: usize,
    /// Why the next one leads nowhere.
    pub(crate) problem: PointerProblem,
}

impl Index {
    /// Finds every value of the text, which has at most [`VALUE_LIMIT_BYTES`](crate::value::VALUE_LIMIT_BYTES) bytes.
    pub(crate) fn scan(text: &str) -> Result<Self, ScanError> {
        let mut builder = Builder { nodes: Vec::new(), open: Vec::new() };
        scan(text, &mut builder)?;
        Ok(Self { nodes: builder.nodes })
    }

    /// Finds every value of a text known to be JSON.
    #[expect(clippy::expect_used, reason = "a JsonText was accepted by the same scan before")]
    pub(crate) fn new(value: &JsonText) -> Self {
        Self::scan(value.as_str()).expect("a JsonText is valid JSON")
    }

    fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }
}

impl<'value> Tree<'value> {
    /// The outermost value.
    pub(crate) const ROOT: NodeId = NodeId(0);

    /// Joins a text and the index built from it.
    pub(crate) fn new(text: &'value str, index: &'value Index) -> Self {
        Self { text, index }
    }

    /// Returns the whole text.
    pub(crate) fn text(&self) -> &'value str {
        self.text
    }

    /// Returns all values and names in the order of the text, an object or array before what it contains.
    pub(crate) fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator + use<> {
        (0..narrow(self.index.nodes.len())).map(NodeId)
    }

    /// Returns the bytes the value occupies, without the white space around it.
    pub(crate) fn span(&self, id: NodeId) -> Range<usize> {
        let node = self.index.node(id);
        node.start as usize..node.end as usize
    }

    /// Returns the text of the value.
    pub(crate) fn raw(&self, id: NodeId) -> &'value str {
        self.text.get(self.span(id)).unwrap_or_default()
    }

    /// Returns what the value is; its first byte tells.
    pub(crate) fn kind(&self, id: NodeId) -> ValueKind {
        match self.raw(id).as_bytes().first() {
            Some(b'{') => ValueKind::Object,
            Some(b'[') => ValueKind::Array,
            Some(b'"') => ValueKind::String,
            Some(b't' | b'f') => ValueKind::Boolean,
            Some(b'n') => ValueKind::Null,
            _ => ValueKind::Number,
        }
    }

    /// Returns the number of members or items; 0 for scalars.
    pub(crate) fn count(&self, id: NodeId) -> u32 {
        self.index.node(id).count
    }

    /// Returns the members or items.
    pub(crate) fn children(&self, id: NodeId) -> Children<'value> {
        let named = self.kind(id) == ValueKind::Object;
        Children { index: self.index, named, at: id.0 + 1, remaining: self.count(id) }
    }

    /// Returns a member's name as characters.
    pub(crate) fn name(&self, id: NodeId) -> Cow<'value, str> {
        decode_string(self.raw(id))
    }

    /// Returns the last member of that name and its position among its siblings.
    pub(crate) fn member(&self, object: NodeId, name: &str) -> Option<(usize, Child)> {
        self.children(object)
            .enumerate()
            .filter(|(_, child)| child.name.is_some_and(|id| self.name(id) == name))
            .last()
    }

    /// Follows one token from a value to one of its children.
    pub(crate) fn child(&self, node: NodeId, token: &str) -> Result<(usize, Child), PointerProblem> {
        match self.kind(node) {
            ValueKind::Object => self.member(node, token).ok_or(PointerProblem::NoSuchMember),
            ValueKind::Array => {
                let position = self.item_position(node, token)?;
                let length = self.count(node) as usize;
                self.children(node)
                    .nth(position)
                    .map(|child| (position, child))
                    .ok_or(PointerProblem::OutOfRange { length })
            }
            kind => Err(PointerProblem::ThroughScalar { kind }),
        }
    }

    /// Reads a token as a position in the array, which may lie past its end; `-` is the position after the last item.
    pub(crate) fn item_position(&self, array: NodeId, token: &str) -> Result<usize, PointerProblem> {
        let length = self.count(array) as usize;
        if token == "-" {
            return Ok(length);
        }
        let digits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (token.starts_with('0') && token.len() > 1) {
            return Err(PointerProblem::NotAPosition);
        }
        // Too many digits for a position lie past the end of any array.
        Ok(token.parse().unwrap_or(usize::MAX))
    }

    /// Follows a pointer's tokens from the outermost value.
    pub(crate) fn resolve(&self, tokens: &[String]) -> Result<NodeId, Lost> {
        let mut node = Self::ROOT;
        for (depth, token) in tokens.iter().enumerate() {
            match self.child(node, token) {
                Ok((_, child)) => node = child.value,
                Err(problem) => return Err(Lost { depth, problem }),
            }
        }
        Ok(node)
    }
}

impl Iterator for Children<'_> {
    type Item = Child;

    fn next(&mut self) -> Option<Child> {
        self.remaining = self.remaining.checked_sub(1)?;
        let name = self.named.then_some(NodeId(self.at));
        let value = NodeId(self.at + u32::from(self.named));
        self.at = self.index.node(value).next;
        Some(Child { name, value })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining as usize, Some(self.remaining as usize))
    }
}

struct Builder {
    nodes: Vec<Node>,
    open: Vec<u32>,
}

impl Builder {
    fn push(&mut self, start: usize, end: usize) -> u32 {
        let id = narrow(self.nodes.len());
        self.nodes.push(Node { start: narrow(start), end: narrow(end), next: id + 1, count: 0 });
        id
    }

    fn push_value(&mut self, start: usize, end: usize) -> u32 {
        if let Some(&parent) = self.open.last() {
            self.nodes[parent as usize].count += 1;
        }
        self.push(start, end)
    }
}

impl Sink for Builder {
    fn open(&mut self, start: usize) {
        let id = self.push_value(start, start);
        self.open.push(id);
    }

    fn close(&mut self, end: usize) {
        let next = narrow(self.nodes.len());
        if let Some(id) = self.open.pop() {
            let node = &mut self.nodes[id as usize];
            node.end = narrow(end);
            node.next = next;
        }
    }

    fn name(&mut self, start: usize, end: usize) {
        self.push(start, end);
    }

    fn scalar(&mut self, start: usize, end: usize) {
        self.push_value(start, end);
    }
}

/// Narrows a position within a [`JsonText`], whose length is limited far below `u32::MAX`.
#[expect(clippy::cast_possible_truncation, reason = "a JsonText has at most VALUE_LIMIT_BYTES bytes")]
fn narrow(position: usize) -> u32 {
    position as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_values_their_names_and_their_kinds() {
        let text = " { \"a\" : [ 1 , {} ] , \"b\\n\" : \"x\" } ";
        let index = Index::scan(text).unwrap();
        let tree = Tree::new(text, &index);
        let children: Vec<_> = tree
            .children(Tree::ROOT)
            .map(|child| (tree.name(child.name.unwrap()), tree.raw(child.value), tree.count(child.value)))
            .collect();
        assert_eq!(tree.raw(Tree::ROOT), text.trim());
        assert_eq!(children, [("a".into(), "[ 1 , {} ]", 2), ("b\n".into(), "\"x\"", 0)]);
    }

    #[test]
    fn follows_tokens() {
        let text = r#"{"a":[10,[20]],"b":1,"":{"0":30},"b":2}"#;
        let index = Index::scan(text).unwrap();
        let tree = Tree::new(text, &index);
        let check = |pointer: &str, expected: Result<&str, (usize, PointerProblem)>| {
            let tokens: Vec<_> = pointer.split('/').skip(1).map(str::to_owned).collect();
            let found = tree.resolve(&tokens);
            let found = found.map(|node| tree.raw(node)).map_err(|lost| (lost.depth, lost.problem));
            assert_eq!(found, expected, "{pointer}");
        };
        check("", Ok(text));
        check("/a/1/0", Ok("20"));
        check("//0", Ok("30"));
        check("/b", Ok("2"));
        check("/c/d", Err((0, PointerProblem::NoSuchMember)));
        check("/a/2", Err((1, PointerProblem::OutOfRange { length: 2 })));
        check("/a/-", Err((1, PointerProblem::OutOfRange { length: 2 })));
        check("/a/99999999999999999999999", Err((1, PointerProblem::OutOfRange { length: 2 })));
        for token in ["01", "", "x", "-1", "+1", "1.0", "٣"] {
            check(&format!("/a/{token}"), Err((1, PointerProblem::NotAPosition)));
        }
        check("/a/0/x", Err((2, PointerProblem::ThroughScalar { kind: ValueKind::Number })));
    }
}
