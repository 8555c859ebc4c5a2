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

mod plan;

mod layout;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::index::Index;
use crate::merge::plan::Versions;
use crate::pointer::Pointer;
use crate::value::{JsonText, ValueError};

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
