//! Cutting children out of a text and putting others in.
//!
//! Knows where the children of one object or array stand and what separates them, but not why any comes or goes.
//!
//! **Invariant:** splices made here and put in place of single children leave a text that is JSON.

use std::ops::Range;

use crate::index::{NodeId, Tree};

/// What to put in place of a range of their bytes.
///
/// Splices overlap only where one moves items that others change inside.
pub(crate) struct Splice<'value> {
    /// What is cut out.
    pub(crate) range: Range<usize>,
    /// What is put in.
    pub(crate) pieces: Vec<Piece<'value>>,
}

/// A part of what a splice puts in.
pub(crate) enum Piece<'value> {
    /// A text as it is.
    Text(&'value str),
    /// A range of their bytes, changed as the splices within it say.
    Moved(Range<usize>),
}

/// Between which children of theirs a text is put.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// Before all that stay.
    First,
    /// After the child at this position, which stays.
    After(usize),
    /// After all that stay.
    Last,
}

/// How the children of one object or array of theirs are laid out.
pub(crate) struct Layout<'value> {
    text: &'value str,
    whole: Range<usize>,
    /// The bytes of every child, from its name on.
    children: Vec<Range<usize>>,
    /// What stands between two children, in two parts.
    separator: [&'value str; 2],
}

impl<'value> Layout<'value> {
    /// Reads where the children of an object or array are.
    pub(crate) fn new(tree: Tree<'value>, container: NodeId) -> Self {
        let whole = tree.span(container);
        let children: Vec<_> = tree
            .children(container)
            .map(|child| tree.span(child.name.unwrap_or(child.value)).start..tree.span(child.value).end)
            .collect();
        let between = |range| tree.text().get(range).unwrap_or_default();
        let separator = match children.as_slice() {
            [] => [",", ""],
            [only] => [",", between(whole.start + 1..only.start)],
            [.., previous, last] => [between(previous.end..last.start), ""],
        };
        Self { text: tree.text(), whole, children, separator }
    }

    /// Cuts out the children that do not stay and puts in the insertions, which are in the order of their slots.
    pub(crate) fn rearrange(
        &self,
        stays: &[bool],
        insertions: &[(Slot, &'value str)],
        splices: &mut Vec<Splice<'value>>,
    ) {
        let staying: Vec<usize> = (0..self.children.len()).filter(|&position| stays[position]).collect();
        let (Some(&first), Some(&last)) = (staying.first(), staying.last()) else {
            let inner = self.whole.start + 1..self.whole.end - 1;
            let range = match (self.children.as_slice(), insertions) {
                ([], _) => inner.start..inner.start,
                (_, []) => inner,
                ([first, ..], _) => first.start..self.children.last().map_or(first.end, |last| last.end),
            };
            let mut pieces: Vec<_> = insertions.iter().flat_map(|(_, text)| self.followed(text)).collect();
            pieces.truncate(pieces.len().saturating_sub(self.separator.len()));
            splices.push(Splice { range, pieces });
            return;
        };
        let (leading, mut rest) =
            insertions.split_at(insertions.partition_point(|&(slot, _)| slot == Slot::First));
        if first > 0 || !leading.is_empty() {
            let pieces = leading.iter().flat_map(|(_, text)| self.followed(text)).collect();
            splices.push(Splice { range: self.children[0].start..self.children[first].start, pieces });
        }
        for (position, &child) in staying.iter().enumerate() {
            let own = rest.partition_point(|&(slot, _)| child == last || slot <= Slot::After(child));
            let (own, later) = rest.split_at(own);
            rest = later;
            let pieces: Vec<_> = own.iter().flat_map(|(_, text)| self.preceded(text)).collect();
            let end = self.children[child].end;
            match staying.get(position + 1) {
                Some(&next) => {
                    if !pieces.is_empty() {
                        splices.push(Splice { range: end..end, pieces });
                    }
                    if next > child + 1 {
                        let range = self.children[child + 1].start..self.children[next].start;
                        splices.push(Splice { range, pieces: Vec::new() });
                    }
                }
                None => {
                    let range = end..self.children.last().map_or(end, |last| last.end);
                    if !pieces.is_empty() || !range.is_empty() {
                        splices.push(Splice { range, pieces });
                    }
                }
            }
        }
    }

    /// Lays the items out as the only ones of the array.
    pub(crate) fn whole(&self, items: Vec<Piece<'value>>) -> Splice<'value> {
        let part = |range| Piece::Text(self.text.get(range).unwrap_or_default());
        let first = self.children.first().map_or(self.whole.start + 1, |first| first.start);
        let last = self.children.last().map_or(self.whole.end - 1, |last| last.end);
        let mut pieces = vec![part(self.whole.start..first)];
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                pieces.extend(self.separator.map(Piece::Text));
            }
            pieces.push(item);
        }
        pieces.push(part(last..self.whole.end));
        Splice { range: self.whole.clone(), pieces }
    }

    fn preceded(&self, text: &'value str) -> [Piece<'value>; 3] {
        [self.separator[0], self.separator[1], text].map(Piece::Text)
    }

    fn followed(&self, text: &'value str) -> [Piece<'value>; 3] {
        [text, self.separator[0], self.separator[1]].map(Piece::Text)
    }
}

/// Writes a range of their text as the splices within it say; these are in the order of where they begin and end.
///
/// Calls itself for items that are moved, and so at most once for each level of the value.
pub(crate) fn write(splices: &[Splice<'_>], text: &str, range: Range<usize>, out: &mut dyn FnMut(&str)) {
    let mut at = range.start;
    let mut next = splices.partition_point(|splice| splice.range.start < range.start);
    while let Some(splice) = splices.get(next).filter(|splice| splice.range.start < range.end) {
        out(text.get(at..splice.range.start).unwrap_or_default());
        for piece in &splice.pieces {
            match piece {
                Piece::Text(piece) => out(piece),
                Piece::Moved(range) => write(splices, text, range.clone(), out),
            }
        }
        at = splice.range.end;
        // What lies within this one was written with it.
        next += 1;
        next += splices[next..].partition_point(|splice| splice.range.start < at);
    }
    out(text.get(at..range.end).unwrap_or_default());
}
