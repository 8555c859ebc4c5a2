//! Three-way merge: what two people made of one value, in one value.
//!
//! The result is their text with my changes cut in. Members are merged by name. Items of arrays are merged by the first of
//! [`IDENTITY_MEMBERS`](crate::diff::IDENTITY_MEMBERS) that identifies them in all three versions; an array without such a
//! member is changed as a whole. Reading the same is meant as in [`diff`](crate::diff).
//!
//! Both sides making the same change is no overlap, nor is both adding different items to one array: theirs come first. Where
//! only I put items in another order, mine is taken; where only they did, theirs. An overlap is named at the outermost place
//! that one side replaced or removed, or whose items both sides put in different orders.
//!
//! **Invariant:** every byte of theirs outside the places that I changed stays as it was, except that items I put in another
//! order are moved as they are. Only what separates an added or removed child from its siblings comes or goes with it.
//! **Invariant:** which places overlap does not depend on what is chosen for them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use thiserror::Error;

use crate::diff::PATHS_LIMIT_BYTES;
use crate::index::{Index, NodeId, Tree};
use crate::places::{PlaceId, Places, Step, Version};
use crate::pointer::Pointer;
use crate::sameness::{Class, Classifier, Document, Keyed, KeyedChild, identified};
use crate::value::{JsonText, VALUE_LIMIT_BYTES, ValueError, ValueKind};

/// What an overlap takes in memory beyond its path and texts.
const OVERLAP_BYTES: usize = 128;

/// Two versions in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Their value with my changes, but for those that overlap.
    pub value: JsonText,
    /// The places that both sides changed, each in another way, in the order of their text; what they removed from an object
    /// or array follows what is left in it.
    pub overlaps: Vec<Overlap>,
}

/// A place that both sides changed, each in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The place in their value; where they removed it, in the base.
    pub path: Pointer,
    /// What both sides started from; none where both added something.
    pub base: Option<String>,
    /// What they made of it; none where they removed it.
    pub theirs: Option<String>,
    /// What I made of it; none where I removed it.
    pub mine: Option<String>,
}

/// Whose change counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Theirs.
    Theirs,
    /// Mine.
    Mine,
}

/// Tells why two versions could not be merged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MergeError {
    /// Both changes together make the value too large or too deep.
    #[error("the two versions cannot be merged, the result breaks a rule: {error}")]
    Result {
        /// The rule that the result breaks.
        error: ValueError,
    },
}

/// Applies my changes to theirs, and lists the places where that cannot be done because they changed them too.
///
/// Should the paths of all overlaps take tens of megabytes, the whole value is one overlap.
pub fn merge(base: &JsonText, theirs: &JsonText, mine: &JsonText) -> Result<Merged, MergeError> {
    if mine.as_str() == base.as_str() || mine.as_str() == theirs.as_str() {
        return Ok(Merged { value: theirs.clone(), overlaps: Vec::new() });
    }
    let indexes = [Index::new(base), Index::new(theirs), Index::new(mine)];
    let versions = Versions::new([base, theirs, mine], &indexes);
    let (plan, overlaps) = versions.survey();
    let value = plan.result(theirs)?;
    Ok(Merged { value, overlaps: overlaps.into_iter().map(|(_, overlap)| overlap).collect() })
}

/// Applies my changes to theirs and asks for every place that both sides changed whose change counts.
///
/// The places are those that [`merge`] lists, in the same order. Where mine counts, the result reads there as mine.
pub fn merge_choosing(
    base: &JsonText,
    theirs: &JsonText,
    mine: &JsonText,
    choose: &mut dyn FnMut(&Overlap) -> Side,
) -> Result<JsonText, MergeError> {
    if mine.as_str() == base.as_str() || mine.as_str() == theirs.as_str() {
        return Ok(theirs.clone());
    }
    let indexes = [Index::new(base), Index::new(theirs), Index::new(mine)];
    let versions = Versions::new([base, theirs, mine], &indexes);
    let (plan, overlaps) = versions.survey();
    let mut sides = vec![Side::Theirs; overlaps.len()];
    for (number, overlap) in &overlaps {
        sides[*number] = choose(overlap);
    }
    drop(overlaps);
    if sides.contains(&Side::Mine) {
        versions.plan(&sides, plan.as_whole).result(theirs)
    } else {
        plan.result(theirs)
    }
}

/// The three versions of the value.
struct Versions<'value> {
    base: Document<'value>,
    theirs: Document<'value>,
    mine: Document<'value>,
}

/// The values at one place of all three versions.
#[derive(Clone, Copy)]
struct Triple {
    base: NodeId,
    theirs: NodeId,
    mine: NodeId,
}

/// A place that both sides changed.
struct Clash {
    place: PlaceId,
    base: Option<NodeId>,
    theirs: Option<NodeId>,
    mine: Option<NodeId>,
    /// Where it is in their text; where they removed it, the end of what contained it.
    at: usize,
}

/// What has to be done to their text.
struct Plan<'value> {
    places: Places<'value>,
    clashes: Vec<Clash>,
    splices: Vec<Splice<'value>>,
    /// Whether the whole value is one place.
    as_whole: bool,
}

/// What to put in place of a range of their bytes.
///
/// Splices overlap only where one moves items that others change inside.
struct Splice<'value> {
    range: Range<usize>,
    pieces: Vec<Piece<'value>>,
}

enum Piece<'value> {
    Text(&'value str),
    /// A range of their bytes, changed as the splices within it say.
    Moved(Range<usize>),
}

/// Between which children of theirs a text is put.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    First,
    /// After the child at this position, which stays.
    After(usize),
    Last,
}

/// Whose order the items of an array take.
enum Order {
    Theirs,
    Mine,
    /// Each side has another one, and neither has the base's.
    Overlapping,
}

impl<'value> Versions<'value> {
    fn new(values: [&'value JsonText; 3], indexes: &'value [Index; 3]) -> Self {
        let mut classifier = Classifier::new();
        let [base, theirs, mine] = values;
        let [base, theirs, mine] = [(base, &indexes[0]), (theirs, &indexes[1]), (mine, &indexes[2])]
            .map(|(value, index)| classifier.classify(Tree::new(value.as_str(), index)));
        Self { base, theirs, mine }
    }

    /// Plans with all overlaps left as theirs, and describes these with their numbers in the plan.
    fn survey(&self) -> (Plan<'value>, Vec<(usize, Overlap)>) {
        let mut plan = self.plan(&[], false);
        let path_bytes = |clash: &Clash| plan.places.pointer_bytes(clash.place) + OVERLAP_BYTES;
        if plan.clashes.iter().map(path_bytes).sum::<usize>() > PATHS_LIMIT_BYTES {
            plan = self.plan(&[], true);
        }
        let mut clashes: Vec<_> = plan.clashes.iter().enumerate().collect();
        clashes.sort_by_key(|(_, clash)| clash.at);
        let overlaps = clashes.into_iter().map(|(number, clash)| (number, self.overlap(&plan.places, clash)));
        let overlaps = overlaps.collect();
        (plan, overlaps)
    }

    fn overlap(&self, places: &Places<'value>, clash: &Clash) -> Overlap {
        let text = |document: &Document<'_>, node: Option<NodeId>| {
            node.map(|node| document.tree().raw(node).to_owned())
        };
        let version = if clash.theirs.is_some() { Version::After } else { Version::Before };
        Overlap {
            path: places.pointer(clash.place, version),
            base: text(&self.base, clash.base),
            theirs: text(&self.theirs, clash.theirs),
            mine: text(&self.mine, clash.mine),
        }
    }

    /// Finds what has to be done when the overlaps are decided as `sides` says, by their numbers; theirs where it is silent.
    fn plan(&self, sides: &[Side], as_whole: bool) -> Plan<'value> {
        let plan = Plan { places: Places::default(), clashes: Vec::new(), splices: Vec::new(), as_whole };
        let mut planner = Planner { versions: self, sides, plan, pending: Vec::new() };
        let root = Triple { base: Tree::ROOT, theirs: Tree::ROOT, mine: Tree::ROOT };
        if as_whole {
            planner.change(Places::ROOT, root);
        } else if self.changed_by_me(root) {
            planner.pending.push((Places::ROOT, root));
        }
        planner.run()
    }

    /// Tells whether I changed a value into something that they have not.
    fn changed_by_me(&self, Triple { base, theirs, mine }: Triple) -> bool {
        let mine = self.mine.class(mine);
        mine != self.base.class(base) && mine != self.theirs.class(theirs)
    }

    fn changed_by_them(&self, base: NodeId, theirs: NodeId) -> bool {
        self.base.class(base) != self.theirs.class(theirs)
    }
}

/// Goes through all three versions at once, with a stack of its own.
struct Planner<'value, 'plan> {
    versions: &'plan Versions<'value>,
    sides: &'plan [Side],
    plan: Plan<'value>,
    /// Places that I changed, in any order.
    pending: Vec<(PlaceId, Triple)>,
}

impl<'value> Planner<'value, '_> {
    fn run(mut self) -> Plan<'value> {
        let versions = self.versions;
        while let Some((place, triple)) = self.pending.pop() {
            let Triple { base, theirs, mine } = triple;
            let nodes = [(&versions.base, base), (&versions.theirs, theirs), (&versions.mine, mine)];
            let kinds = nodes.map(|(document, node)| document.tree().kind(node));
            let is_all = |kind: ValueKind| kinds.iter().all(|&other| other == kind);
            if is_all(ValueKind::Object) {
                let members = nodes.map(|(document, node)| document.members(node));
                self.merge_children(place, triple, &members, ValueKind::Object);
            } else if is_all(ValueKind::Array)
                && let Some((_, items)) = identified(nodes)
            {
                self.merge_children(place, triple, &items, ValueKind::Array);
            } else {
                self.change(place, triple);
            }
        }
        self.plan.splices.sort_unstable_by_key(|splice| (splice.range.start, splice.range.end));
        self.plan
    }

    /// Puts my value in place of theirs, unless they changed it too and theirs counts.
    fn change(&mut self, place: PlaceId, Triple { base, theirs, mine }: Triple) {
        let span = self.versions.theirs.tree().span(theirs);
        if self.versions.changed_by_them(base, theirs) {
            let clash =
                Clash { place, base: Some(base), theirs: Some(theirs), mine: Some(mine), at: span.start };
            if self.decide(clash) == Side::Theirs {
                return;
            }
        }
        self.replace(span, mine);
    }

    fn replace(&mut self, range: Range<usize>, mine: NodeId) {
        let pieces = vec![Piece::Text(self.versions.mine.tree().raw(mine))];
        self.plan.splices.push(Splice { range, pieces });
    }

    fn decide(&mut self, clash: Clash) -> Side {
        let side = self.sides.get(self.plan.clashes.len()).copied().unwrap_or(Side::Theirs);
        self.plan.clashes.push(clash);
        side
    }

    /// Merges members by name, or items by identity.
    fn merge_children(&mut self, place: PlaceId, triple: Triple, children: &[Keyed; 3], kind: ValueKind) {
        let versions = self.versions;
        let [base, theirs, mine] = children;
        let order = if kind == ValueKind::Array { order(children) } else { Order::Theirs };
        if matches!(order, Order::Overlapping) {
            self.change(place, triple);
            return;
        }
        let end = versions.theirs.tree().span(triple.theirs).end;
        let mut removed = HashSet::new();
        for child in theirs.children() {
            let at = versions.theirs.tree().span(child.value);
            match (base.get(child.key), mine.get(child.key)) {
                (Some(old), Some(new)) => {
                    let triple = Triple { base: old.value, theirs: child.value, mine: new.value };
                    if versions.changed_by_me(triple) {
                        let step = step(kind, &versions.theirs, child, old.position, child.position);
                        self.pending.push((self.plan.places.add(place, step), triple));
                    }
                }
                (Some(old), None) => {
                    let clashes = versions.changed_by_them(old.value, child.value);
                    let step = || step(kind, &versions.theirs, child, old.position, child.position);
                    if !clashes
                        || self.clash(place, step(), [Some(old), Some(child), None], at.start) == Side::Mine
                    {
                        removed.insert(child.key);
                    }
                }
                (None, Some(new)) if versions.theirs.class(child.value) != versions.mine.class(new.value) => {
                    let step = step(kind, &versions.theirs, child, child.position, child.position);
                    if self.clash(place, step, [None, Some(child), Some(new)], at.start) == Side::Mine {
                        self.replace(at, new.value);
                    }
                }
                (None, _) => {}
            }
        }
        let mut added = HashSet::new();
        for child in mine.children().iter().filter(|child| !theirs.contains(child.key)) {
            let adds = match base.get(child.key) {
                None => true,
                Some(old) if versions.base.class(old.value) == versions.mine.class(child.value) => false,
                Some(old) => {
                    let step = step(kind, &versions.base, old, old.position, old.position);
                    self.clash(place, step, [Some(old), None, Some(child)], end) == Side::Mine
                }
            };
            if adds {
                added.insert(child.key);
            }
        }
        match (kind, order) {
            (ValueKind::Array, Order::Mine) => self.reorder(triple.theirs, children, &removed, &added),
            (ValueKind::Array, _) => {
                let insertions = self.insertions(children, &removed, &added);
                self.rearrange(triple.theirs, &removed, children, insertions);
            }
            _ => {
                let added = mine.children().iter().filter(|child| added.contains(&child.key));
                let insertions = added.map(|child| (Slot::Last, self.member_text(child))).collect();
                self.rearrange(triple.theirs, &removed, children, insertions);
            }
        }
    }

    fn clash(
        &mut self,
        parent: PlaceId,
        step: Step<'value>,
        children: [Option<&KeyedChild>; 3],
        at: usize,
    ) -> Side {
        let place = self.plan.places.add(parent, step);
        let [base, theirs, mine] = children.map(|child| child.map(|child| child.value));
        self.decide(Clash { place, base, theirs, mine, at })
    }

    /// Returns the text of one of my members, from its name on.
    fn member_text(&self, child: &KeyedChild) -> &'value str {
        let tree = self.versions.mine.tree();
        tree.text().get(tree.span(child.label).start..tree.span(child.value).end).unwrap_or_default()
    }

    /// Puts the items I added behind those that they follow in my order, but behind what they added there.
    fn insertions(
        &self,
        [base, theirs, mine]: &[Keyed; 3],
        removed: &HashSet<Class>,
        added: &HashSet<Class>,
    ) -> Vec<(Slot, &'value str)> {
        let mut insertions = Vec::new();
        let mut slot = Slot::First;
        // Their items from here on have not been looked at as followers of the slot.
        let mut next = 0;
        for child in mine.children() {
            if let Some(kept) = theirs.get(child.key) {
                slot = Slot::After(kept.position);
                next = kept.position + 1;
            } else if added.contains(&child.key) {
                while let Some(follower) = theirs.children().get(next) {
                    if !removed.contains(&follower.key) {
                        if base.contains(follower.key) || mine.contains(follower.key) {
                            break;
                        }
                        slot = Slot::After(next);
                    }
                    next += 1;
                }
                insertions.push((slot, self.versions.mine.tree().raw(child.value)));
            }
        }
        insertions
    }

    /// Removes children of theirs and adds mine, without touching those that stay.
    fn rearrange(
        &mut self,
        container: NodeId,
        removed: &HashSet<Class>,
        [_, theirs, _]: &[Keyed; 3],
        mut insertions: Vec<(Slot, &'value str)>,
    ) {
        if removed.is_empty() && insertions.is_empty() {
            return;
        }
        insertions.sort_by_key(|&(slot, _)| slot);
        let layout = Layout::new(self.versions.theirs.tree(), container);
        let stays: Vec<bool> = match self.versions.theirs.tree().kind(container) {
            // All members of a removed name go, so that no earlier one comes to count.
            ValueKind::Object => {
                let document = &self.versions.theirs;
                let names = document.tree().children(container).filter_map(|child| child.name);
                names.map(|name| !removed.contains(&document.class(name))).collect()
            }
            _ => theirs.children().iter().map(|child| !removed.contains(&child.key)).collect(),
        };
        layout.rearrange(&stays, &insertions, &mut self.plan.splices);
    }

    /// Writes an array anew in my order; items that only they have follow those that they follow in theirs.
    fn reorder(
        &mut self,
        array: NodeId,
        [_, theirs, mine]: &[Keyed; 3],
        removed: &HashSet<Class>,
        added: &HashSet<Class>,
    ) {
        let layout = Layout::new(self.versions.theirs.tree(), array);
        let mut followers: HashMap<Option<Class>, Vec<&KeyedChild>> = HashMap::new();
        let mut followed = None;
        for child in theirs.children() {
            if mine.contains(child.key) {
                followed = Some(child.key);
            } else if !removed.contains(&child.key) {
                followers.entry(followed).or_default().push(child);
            }
        }
        let mut items = Vec::new();
        let mut move_followers = |key, items: &mut Vec<Piece<'value>>| {
            for child in followers.remove(&key).unwrap_or_default() {
                items.push(Piece::Moved(self.versions.theirs.tree().span(child.value)));
            }
        };
        move_followers(None, &mut items);
        for child in mine.children() {
            if let Some(kept) = theirs.get(child.key) {
                items.push(Piece::Moved(self.versions.theirs.tree().span(kept.value)));
                move_followers(Some(child.key), &mut items);
            } else if added.contains(&child.key) {
                items.push(Piece::Text(self.versions.mine.tree().raw(child.value)));
            }
        }
        self.plan.splices.push(layout.whole(items));
    }
}

fn step<'value>(
    kind: ValueKind,
    document: &Document<'value>,
    child: &KeyedChild,
    before: usize,
    after: usize,
) -> Step<'value> {
    if kind == ValueKind::Array {
        Step::Item { before, after }
    } else {
        Step::Member(document.tree().name(child.label))
    }
}

/// Compares the orders of the items that all three versions have.
fn order(children: &[Keyed; 3]) -> Order {
    let common = |version: &Keyed| -> Vec<Class> {
        let keys = version.children().iter().map(|child| child.key);
        keys.filter(|&key| children.iter().all(|version| version.contains(key))).collect()
    };
    let [base, theirs, mine] = children.each_ref().map(common);
    if mine == base || mine == theirs {
        Order::Theirs
    } else if theirs == base {
        Order::Mine
    } else {
        Order::Overlapping
    }
}

/// How the children of one object or array of theirs are laid out.
struct Layout<'value> {
    text: &'value str,
    whole: Range<usize>,
    /// The bytes of every child, from its name on.
    children: Vec<Range<usize>>,
    /// What stands between two children, in two parts.
    separator: [&'value str; 2],
}

impl<'value> Layout<'value> {
    fn new(tree: Tree<'value>, container: NodeId) -> Self {
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
    fn rearrange(
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
    fn whole(&self, items: Vec<Piece<'value>>) -> Splice<'value> {
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

impl Plan<'_> {
    /// Builds the merged value out of theirs.
    fn result(&self, theirs: &JsonText) -> Result<JsonText, MergeError> {
        if self.splices.is_empty() {
            return Ok(theirs.clone());
        }
        let text = theirs.as_str();
        let mut bytes = 0_usize;
        self.write(text, 0..text.len(), &mut |piece| bytes = bytes.saturating_add(piece.len()));
        if bytes > VALUE_LIMIT_BYTES {
            return Err(MergeError::Result { error: ValueError::TooLarge { bytes } });
        }
        let mut merged = String::with_capacity(bytes);
        self.write(text, 0..text.len(), &mut |piece| merged.push_str(piece));
        JsonText::parse(merged).map_err(|error| MergeError::Result { error })
    }

    /// Writes a range of their text as the splices within it say.
    ///
    /// Calls itself for items that are moved, and so at most once for each level of the value.
    fn write(&self, text: &str, range: Range<usize>, out: &mut dyn FnMut(&str)) {
        let mut at = range.start;
        let mut next = self.splices.partition_point(|splice| splice.range.start < range.start);
        while let Some(splice) = self.splices.get(next).filter(|splice| splice.range.start < range.end) {
            out(text.get(at..splice.range.start).unwrap_or_default());
            for piece in &splice.pieces {
                match piece {
                    Piece::Text(piece) => out(piece),
                    Piece::Moved(range) => self.write(text, range.clone(), out),
                }
            }
            at = splice.range.end;
            // What lies within this one was written with it.
            next += 1;
            next += self.splices[next..].partition_point(|splice| splice.range.start < at);
        }
        out(text.get(at..range.end).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::arbitrary;
    use crate::diff::{DifferenceKind, differences, is_same};
    use crate::edit::{Edit, apply};
    use crate::value::{DEPTH_LIMIT, ValueWarning, warnings};
    use proptest::prelude::*;

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
        check(
            r#"{"a":1,"a":2,"b":1}"#,
            r#"{"a":1,"a":2,"b":2}"#,
            r#"{"a":3,"b":1}"#,
            r#"{"a":1,"a":3,"b":2}"#,
        );
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
        check(
            "[]",
            r#"[ {"id":1}, {"id":2} ]"#,
            r#"[{"id":3},{"id":2}]"#,
            r#"[ {"id":1}, {"id":3}, {"id":2} ]"#,
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
            &[
                r#": [{"id":1},{"id":2},{"id":3}] | [{"id":3},{"id":1},{"id":2}] | [{"id":2},{"id":1},{"id":3}]"#,
            ],
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
        let error =
            merge(&json(r#"{"a":1,"b":1}"#), &spaced, &json(&format!("{{\"a\":1,\"b\":1{members}}}")));
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
        let merged =
            list(&mut (10..COUNT).map(|id| (id, id % 7)).chain((COUNT..COUNT + 10).map(|id| (id, 0))));
        check(&base, &theirs, &mine, &merged);
        // I put them in another order.
        let mine = list(&mut (0..COUNT).rev().map(|id| (id, id % 7)));
        let theirs = list(&mut (0..COUNT).filter(|id| id % 7 == 0).map(|id| (id, 1)));
        let found = merge(&json(&base), &json(&theirs), &json(&mine)).unwrap();
        assert_eq!(found.overlaps.len(), COUNT - COUNT.div_ceil(7));
        assert_eq!(
            found.value.as_str(),
            list(&mut (0..COUNT).rev().filter(|id| id % 7 == 0).map(|id| (id, 1)))
        );
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
                        .map(|child| {
                            (tree.name(child.name.unwrap()).into_owned(), Self::new(tree, child.value))
                        })
                        .collect(),
                ),
                ValueKind::Array
                    if children.iter().all(|child| tree.kind(child.value) == ValueKind::Object) =>
                {
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
                let keys: std::collections::BTreeSet<_> =
                    children.iter().flat_map(|children| children.keys()).collect();
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
    fn edited(
        value: &JsonText,
        outermost: &str,
        place: prop::sample::Index,
        action: u8,
        new: &str,
    ) -> JsonText {
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
}
