//! The places that a walk through several versions of one value comes to.
//!
//! A place knows the one it lies in, so the way to it is written out only for the few that someone is told about.
//!
//! **Invariant:** a place is as many steps from the outermost value in every version; only positions within arrays differ.

use std::borrow::Cow;

use crate::pointer::Pointer;

/// What a step of a written pointer takes in memory beyond its characters.
const STEP_BYTES: usize = 48;

/// Identifies a place within its [`Places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlaceId(usize);

/// One step inward.
#[derive(Clone, Debug)]
pub(crate) enum Step<'value> {
    /// To the member of that name.
    Member(Cow<'value, str>),
    /// To an item, by where it stands in each version.
    Item {
        /// Its position in the first version.
        before: usize,
        /// Its position in the second version.
        after: usize,
    },
}

/// Whose positions a pointer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// The first version's.
    Before,
    /// The second version's.
    After,
}

/// The places met so far.
#[derive(Debug, Default)]
pub(crate) struct Places<'value> {
    inner: Vec<Place<'value>>,
}

#[derive(Debug)]
struct Place<'value> {
    parent: PlaceId,
    step: Step<'value>,
    pointer_bytes: usize,
}

impl<'value> Places<'value> {
    /// The outermost value.
    pub(crate) const ROOT: PlaceId = PlaceId(0);

    /// Adds the place one step further in.
    pub(crate) fn add(&mut self, parent: PlaceId, step: Step<'value>) -> PlaceId {
        let step_bytes = STEP_BYTES + if let Step::Member(name) = &step { name.len() } else { 0 };
        let pointer_bytes = self.pointer_bytes(parent) + step_bytes;
        self.inner.push(Place { parent, step, pointer_bytes });
        PlaceId(self.inner.len())
    }

    /// Returns about how much memory the pointer to a place takes.
    pub(crate) fn pointer_bytes(&self, place: PlaceId) -> usize {
        self.get(place).map_or(0, |place| place.pointer_bytes)
    }

    /// Writes the way to a place.
    pub(crate) fn pointer(&self, mut place: PlaceId, version: Version) -> Pointer {
        let mut tokens = Vec::new();
        while let Some(Place { parent, step, .. }) = self.get(place) {
            tokens.push(match (step, version) {
                (Step::Member(name), _) => name.clone().into_owned(),
                (Step::Item { before, .. }, Version::Before) => before.to_string(),
                (Step::Item { after, .. }, Version::After) => after.to_string(),
            });
            place = *parent;
        }
        tokens.reverse();
        Pointer::from_tokens(tokens)
    }

    /// Returns a place; the outermost value has no entry.
    fn get(&self, place: PlaceId) -> Option<&Place<'value>> {
        self.inner.get(place.0.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_count_positions_of_the_version_asked_for() {
        let mut places = Places::default();
        let bag = places.add(Places::ROOT, Step::Member("b/g".into()));
        let item = places.add(bag, Step::Item { before: 2, after: 11 });
        let count = places.add(item, Step::Member("n".into()));
        assert_eq!(places.pointer(Places::ROOT, Version::After), Pointer::root());
        assert_eq!(places.pointer(count, Version::Before).to_string(), "/b~1g/2/n");
        assert_eq!(places.pointer(count, Version::After).to_string(), "/b~1g/11/n");
        assert_eq!(places.pointer(bag, Version::After).to_string(), "/b~1g");
        assert_eq!(places.pointer_bytes(Places::ROOT), 0);
        assert_eq!(places.pointer_bytes(count), 3 * STEP_BYTES + 4);
    }
}
