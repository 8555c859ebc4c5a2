//! What a staged change becomes when its entry was changed meanwhile.

use crate::changes::content::{Content, Image, is_unchanged};
use crate::merge::{self, Overlap, Side};
use crate::metadata::{Attributes, UserIds};

/// What happens to a change whose entry was changed by someone else after it was staged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConflictPolicy {
    /// Ours is written over theirs.
    LastWriterWins,
    /// Theirs stays.
    FirstWriterWins,
    /// A person decides, also where the changes do not touch.
    ManualMerge,
    /// Both are kept where they touch different places.
    #[default]
    SmartMerge,
}

/// What to do about an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Write this on what is there.
    Write(Content),
    /// Remove what is there.
    Remove,
    /// Nothing: the entry reads so already.
    Nothing,
    /// A person has to look.
    Clash(Clash),
}

/// Why a person has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clash {
    /// The entry has another revision, and the policy merges nothing.
    Changed,
    /// Both changed the same place.
    Overlap,
    /// The entry is gone.
    Gone,
    /// There is an entry where none was.
    Appeared,
    /// What both make together breaks a limit.
    TooLarge,
}

/// What the merge of whole entries gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedContent {
    /// Theirs with ours in it, theirs at the overlaps.
    pub content: Content,
    /// Places of the value that both changed.
    pub overlaps: Vec<Overlap>,
    /// Whether both changed the user ids, each in its own way.
    pub user_ids_overlap: bool,
    /// Whether both changed the attributes, each in its own way.
    pub attributes_overlap: bool,
}

impl MergedContent {
    /// Whether nothing is left to be chosen.
    pub fn is_clean(&self) -> bool {
        self.overlaps.is_empty() && !self.user_ids_overlap && !self.attributes_overlap
    }
}

/// Sides chosen for what a merge cannot decide.
pub struct Choices<'a> {
    /// For a place of the value.
    pub value: &'a mut dyn FnMut(&Overlap) -> Side,
    /// For the user ids.
    pub user_ids: Side,
    /// For the attributes.
    pub attributes: Side,
}

impl ConflictPolicy {
    /// Every policy.
    pub const ALL: [Self; 4] =
        [Self::LastWriterWins, Self::FirstWriterWins, Self::ManualMerge, Self::SmartMerge];

    /// Returns the policy's name in databases and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LastWriterWins => "LAST_WRITER_WINS",
            Self::FirstWriterWins => "FIRST_WRITER_WINS",
            Self::ManualMerge => "MANUAL_MERGE",
            Self::SmartMerge => "SMART_MERGE",
        }
    }

    /// Finds the policy of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }

    /// Decides what a change from `base` to `after` becomes on the entry as it is `now`; `after` is none for a removal.
    pub fn decide(self, base: Option<&Image>, after: Option<&Content>, now: Option<&Image>) -> Decision {
        let Some(after) = after else { return self.decide_removal(base, now) };
        if now.is_some_and(|now| now.content == *after) {
            return Decision::Nothing;
        }
        if is_unchanged(base, now) || reads_the_same(base, now) {
            return Decision::Write(after.clone());
        }
        match (self, base, now) {
            (Self::LastWriterWins, _, _) => Decision::Write(after.clone()),
            (_, Some(_), None) => Decision::Clash(Clash::Gone),
            (_, None, Some(_)) => Decision::Clash(Clash::Appeared),
            (Self::SmartMerge, Some(base), Some(now)) => {
                match merge_contents(&base.content, &now.content, after) {
                    Err(_) => Decision::Clash(Clash::TooLarge),
                    Ok(merged) if !merged.is_clean() => Decision::Clash(Clash::Overlap),
                    Ok(merged) if merged.content == now.content => Decision::Nothing,
                    Ok(merged) => Decision::Write(merged.content),
                }
            }
            (Self::FirstWriterWins | Self::ManualMerge | Self::SmartMerge, _, _) => {
                Decision::Clash(Clash::Changed)
            }
        }
    }

    fn decide_removal(self, base: Option<&Image>, now: Option<&Image>) -> Decision {
        if now.is_none() {
            return Decision::Nothing;
        }
        if is_unchanged(base, now) || reads_the_same(base, now) || self == Self::LastWriterWins {
            return Decision::Remove;
        }
        Decision::Clash(if base.is_none() { Clash::Appeared } else { Clash::Changed })
    }
}

/// Whether only the revision is another: someone saved what was there again.
fn reads_the_same(base: Option<&Image>, now: Option<&Image>) -> bool {
    matches!((base, now), (Some(base), Some(now)) if base.content == now.content)
}

/// Merges two changes of one entry.
pub fn merge_contents(
    base: &Content,
    theirs: &Content,
    mine: &Content,
) -> Result<MergedContent, merge::MergeError> {
    let merged = merge::merge(&base.value, &theirs.value, &mine.value)?;
    let user_ids = merge_user_ids(&base.user_ids, &theirs.user_ids, &mine.user_ids);
    let attributes = merge_attributes(&base.attributes, &theirs.attributes, &mine.attributes);
    Ok(MergedContent {
        overlaps: merged.overlaps,
        user_ids_overlap: user_ids.is_none(),
        attributes_overlap: attributes.is_none(),
        content: Content {
            value: merged.value,
            user_ids: user_ids.unwrap_or_else(|| theirs.user_ids.clone()),
            attributes: attributes.unwrap_or_else(|| theirs.attributes.clone()),
        },
    })
}

/// As [`merge_contents`], with a side for whatever overlaps.
pub fn merge_choosing(
    base: &Content,
    theirs: &Content,
    mine: &Content,
    choices: &mut Choices<'_>,
) -> Result<Content, merge::MergeError> {
    let side = |side, theirs, mine| if side == Side::Mine { mine } else { theirs };
    let value = merge::merge_choosing(&base.value, &theirs.value, &mine.value, choices.value)?;
    let user_ids = merge_user_ids(&base.user_ids, &theirs.user_ids, &mine.user_ids);
    let attributes = merge_attributes(&base.attributes, &theirs.attributes, &mine.attributes);
    Ok(Content {
        value,
        user_ids: user_ids
            .unwrap_or_else(|| side(choices.user_ids, &theirs.user_ids, &mine.user_ids).clone()),
        attributes: attributes.unwrap_or_else(|| {
            if choices.attributes == Side::Mine { mine.attributes.clone() } else { theirs.attributes.clone() }
        }),
    })
}

/// Each side's additions and removals; none when both made something different of them that has no room.
fn merge_user_ids(base: &UserIds, theirs: &UserIds, mine: &UserIds) -> Option<UserIds> {
    if base == mine || theirs == mine {
        return Some(theirs.clone());
    }
    if base == theirs {
        return Some(mine.clone());
    }
    let (base, mine) = (base.as_slice(), mine.as_slice());
    let kept = theirs.as_slice().iter().filter(|id| mine.contains(id) || !base.contains(id));
    let added = mine.iter().filter(|id| !base.contains(id) && !theirs.as_slice().contains(id));
    UserIds::new(kept.chain(added).copied().collect()).ok()
}

fn merge_attributes(base: &Attributes, theirs: &Attributes, mine: &Attributes) -> Option<Attributes> {
    if base == mine || theirs == mine {
        return Some(theirs.clone());
    }
    if base == theirs {
        return Some(mine.clone());
    }
    let merged = merge::merge(&base.to_value(), &theirs.to_value(), &mine.to_value()).ok()?;
    if !merged.overlaps.is_empty() {
        return None;
    }
    Attributes::parse(merged.value.as_str()).ok()
}
