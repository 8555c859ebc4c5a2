//! What has to be done to their text, found by going through all three versions at once.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::diff::PATHS_LIMIT_BYTES;
use crate::index::{Index, NodeId, Tree};
use crate::merge::layout::{Layout, Piece, Slot, Splice, write};
use crate::merge::{MergeError, Overlap, Side};
use crate::places::{PlaceId, Places, Step, Version};
use crate::sameness::{Class, Classifier, Document, Keyed, KeyedChild, identified};
use crate::value::{JsonText, VALUE_LIMIT_BYTES, ValueError, ValueKind};

/// What an overlap takes in memory beyond its path and texts.
const OVERLAP_BYTES: usize = 128;

/// The three versions of the value.
pub(crate) struct Versions<'value> {
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
pub(crate) struct Plan<'value> {
    places: Places<'value>,
    clashes: Vec<Clash>,
    splices: Vec<Splice<'value>>,
    /// Whether the whole value is one place.
    pub(crate) as_whole: bool,
}

/// Whose order the items of an array take.
enum Order {
    Theirs,
    Mine,
    /// Each side has another one, and neither has the base's.
    Overlapping,
}

impl<'value> Versions<'value> {
    /// Compares the base, theirs and mine, each with its index.
    pub(crate) fn new(values: [&'value JsonText; 3], indexes: &'value [Index; 3]) -> Self {
        let mut classifier = Classifier::new();
        let [base, theirs, mine] = values;
        let [base, theirs, mine] = [(base, &indexes[0]), (theirs, &indexes[1]), (mine, &indexes[2])]
            .map(|(value, index)| classifier.classify(Tree::new(value.as_str(), index)));
        Self { base, theirs, mine }
    }

    /// Plans with all overlaps left as theirs, and describes these with their numbers in the plan.
    pub(crate) fn survey(&self) -> (Plan<'value>, Vec<(usize, Overlap)>) {
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
    pub(crate) fn plan(&self, sides: &[Side], as_whole: bool) -> Plan<'value> {
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

impl Plan<'_> {
    /// Builds the merged value out of theirs.
    pub(crate) fn result(&self, theirs: &JsonText) -> Result<JsonText, MergeError> {
        if self.splices.is_empty() {
            return Ok(theirs.clone());
        }
        let text = theirs.as_str();
        let mut bytes = 0_usize;
        write(&self.splices, text, 0..text.len(), &mut |piece| bytes = bytes.saturating_add(piece.len()));
        if bytes > VALUE_LIMIT_BYTES {
            return Err(MergeError::Result { error: ValueError::TooLarge { bytes } });
        }
        let mut merged = String::with_capacity(bytes);
        write(&self.splices, text, 0..text.len(), &mut |piece| merged.push_str(piece));
        JsonText::parse(merged).map_err(|error| MergeError::Result { error })
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
