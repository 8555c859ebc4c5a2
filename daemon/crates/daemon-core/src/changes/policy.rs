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
    choices: Choices<'_>,
) -> Result<Content, merge::MergeError> {
    let Choices { value: choose, user_ids: ids_side, attributes: attributes_side } = choices;
    let value = merge::merge_choosing(&base.value, &theirs.value, &mine.value, choose)?;
    let user_ids = merge_user_ids(&base.user_ids, &theirs.user_ids, &mine.user_ids);
    let attributes = merge_attributes(&base.attributes, &theirs.attributes, &mine.attributes);
    let of = |side| if side == Side::Mine { mine } else { theirs };
    Ok(Content {
        value,
        user_ids: user_ids.unwrap_or_else(|| of(ids_side).user_ids.clone()),
        attributes: attributes.unwrap_or_else(|| of(attributes_side).attributes.clone()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::AnyRevision;
    use crate::value::JsonText;

    use ConflictPolicy::{FirstWriterWins, LastWriterWins, ManualMerge, SmartMerge};

    fn content(value: &str, users: &[i64], attributes: &str) -> Content {
        Content {
            value: JsonText::parse(value).unwrap(),
            user_ids: UserIds::new(users.to_vec()).unwrap(),
            attributes: Attributes::parse(attributes).unwrap(),
        }
    }

    fn value(text: &str) -> Content {
        content(text, &[1], r#"{"k":"v"}"#)
    }

    fn image(content: &Content, revision: &str) -> Image {
        Image { content: content.clone(), revision: Some(AnyRevision::parse(revision).unwrap()) }
    }

    /// What each policy makes of a change, in the order of [`ConflictPolicy::ALL`].
    fn decisions(base: Option<&Image>, after: Option<&Content>, now: Option<&Image>) -> [Decision; 4] {
        ConflictPolicy::ALL.map(|policy| policy.decide(base, after, now))
    }

    fn clashes(last_writer: Decision, clash: Clash) -> [Decision; 4] {
        [last_writer, Decision::Clash(clash), Decision::Clash(clash), Decision::Clash(clash)]
    }

    #[test]
    fn every_policy_writes_on_what_was_not_changed() {
        let (before, after) = (value(r#"{"a":1}"#), value(r#"{"a":2}"#));
        let base = image(&before, "r1");
        let all = |decision: Decision| [0; 4].map(|_| decision.clone());
        let write = || all(Decision::Write(after.clone()));
        assert_eq!(decisions(Some(&base), Some(&after), Some(&base)), write());
        // Saved again as it was.
        let again = image(&before, "r2");
        assert_eq!(decisions(Some(&base), Some(&after), Some(&again)), write());
        assert_eq!(decisions(None, Some(&after), None), write());
        assert_eq!(decisions(Some(&base), None, Some(&base)), all(Decision::Remove));
        assert_eq!(decisions(Some(&base), None, Some(&again)), all(Decision::Remove));
    }

    #[test]
    fn every_policy_leaves_an_entry_that_is_so_already() {
        let (before, after) = (value(r#"{"a":1}"#), value(r#"{"a":2}"#));
        let (base, done) = (image(&before, "r1"), image(&after, "r2"));
        let nothing = [0; 4].map(|_| Decision::Nothing);
        assert_eq!(decisions(Some(&base), Some(&after), Some(&done)), nothing);
        assert_eq!(decisions(None, Some(&after), Some(&done)), nothing);
        assert_eq!(decisions(Some(&base), None, None), nothing);
        assert_eq!(decisions(None, None, None), nothing);
    }

    #[test]
    fn what_someone_else_changed_elsewhere_is_kept_by_a_merge_alone() {
        let base = image(&value(r#"{"a":1, "b":1.0,"c":[]}"#), "r1");
        let theirs = image(&content(r#"{"a":7, "b":1.0,"c":[]}"#, &[1, 2], r#"{"k":"v"}"#), "r2");
        let mine = content(r#"{"a":1, "b":1.0,"c":{}}"#, &[1], r#"{"k":2}"#);
        let merged = content(r#"{"a":7, "b":1.0,"c":{}}"#, &[1, 2], r#"{"k":2}"#);
        assert_eq!(
            decisions(Some(&base), Some(&mine), Some(&theirs)),
            [
                Decision::Write(mine.clone()),
                Decision::Clash(Clash::Changed),
                Decision::Clash(Clash::Changed),
                Decision::Write(merged.clone()),
            ]
        );
        // They had it done already, among other things.
        let theirs = image(&merged, "r3");
        assert_eq!(SmartMerge.decide(Some(&base), Some(&mine), Some(&theirs)), Decision::Nothing);
        for policy in [FirstWriterWins, ManualMerge] {
            assert_eq!(
                policy.decide(Some(&base), Some(&mine), Some(&theirs)),
                Decision::Clash(Clash::Changed)
            );
        }
    }

    #[test]
    fn what_both_changed_is_written_by_the_last_writer_alone() {
        let base = image(&content(r#"{"a":1}"#, &[1], "{}"), "r1");
        for (theirs, mine) in [
            (content(r#"{"a":2}"#, &[1], "{}"), content(r#"{"a":3}"#, &[1], "{}")),
            (content(r#"{"a":1}"#, &[1], r#"{"k":2}"#), content(r#"{"a":1}"#, &[1], r#"{"k":3}"#)),
            (content(r#"{"a":1}"#, &[1, 2, 3], "{}"), content(r#"{"a":1}"#, &[1, 4, 5], "{}")),
            (content("[1]", &[1], "{}"), content(r#"{"a":3}"#, &[1], "{}")),
        ] {
            let now = image(&theirs, "r2");
            assert_eq!(
                decisions(Some(&base), Some(&mine), Some(&now)),
                [
                    Decision::Write(mine.clone()),
                    Decision::Clash(Clash::Changed),
                    Decision::Clash(Clash::Changed),
                    Decision::Clash(Clash::Overlap),
                ]
            );
        }
    }

    #[test]
    fn an_entry_that_is_gone_or_new_is_written_by_the_last_writer_alone() {
        let (base, mine) = (image(&value("1"), "r1"), value("2"));
        let write = Decision::Write(mine.clone());
        assert_eq!(decisions(Some(&base), Some(&mine), None), clashes(write.clone(), Clash::Gone));
        let theirs = image(&value("3"), "r2");
        assert_eq!(decisions(None, Some(&mine), Some(&theirs)), clashes(write, Clash::Appeared));
    }

    #[test]
    fn an_entry_that_was_changed_is_removed_by_the_last_writer_alone() {
        let (base, theirs) = (image(&value("1"), "r1"), image(&value("3"), "r2"));
        let removed = Decision::Remove;
        assert_eq!(decisions(Some(&base), None, Some(&theirs)), clashes(removed.clone(), Clash::Changed));
        assert_eq!(decisions(None, None, Some(&theirs)), clashes(removed, Clash::Appeared));
    }

    #[test]
    fn ordered_entries_are_compared_by_their_value() {
        let [one, two, three] = ["1", "2", "3"].map(value);
        let ordered = |content: &Content| Image { content: content.clone(), revision: None };
        let (base, now) = (ordered(&one), ordered(&one));
        assert_eq!(ManualMerge.decide(Some(&base), Some(&two), Some(&now)), Decision::Write(two.clone()));
        let now = ordered(&three);
        assert_eq!(SmartMerge.decide(Some(&base), Some(&two), Some(&now)), Decision::Clash(Clash::Overlap));
    }

    #[test]
    fn what_is_too_large_together_is_a_clash() {
        let half = "x".repeat(crate::value::VALUE_LIMIT_BYTES / 2);
        let base = image(&value("{}"), "r1");
        let theirs = image(&value(&format!(r#"{{"a":"{half}"}}"#)), "r2");
        let mine = value(&format!(r#"{{"b":"{half}"}}"#));
        assert_eq!(
            SmartMerge.decide(Some(&base), Some(&mine), Some(&theirs)),
            Decision::Clash(Clash::TooLarge)
        );
    }

    #[test]
    fn user_ids_are_merged_one_by_one_while_there_is_room() {
        let ids = |ids: &[i64]| UserIds::new(ids.to_vec()).unwrap();
        for (base, theirs, mine, expected) in [
            (&[1, 2][..], &[1, 2][..], &[2][..], Some(&[2][..])),
            (&[1, 2], &[1, 2, 3], &[1, 2], Some(&[1, 2, 3])),
            (&[1, 2], &[1, 2, 3], &[2], Some(&[2, 3])),
            (&[1, 2], &[2], &[1, 2, 4], Some(&[2, 4])),
            (&[1, 2], &[2, 3], &[1, 4, 2], Some(&[2, 3, 4])),
            (&[1, 2], &[], &[], Some(&[])),
            (&[1], &[1, 2, 3], &[1, 4], Some(&[1, 2, 3, 4])),
            (&[1], &[1, 2, 3], &[1, 4, 5], None),
        ] {
            let merged = merge_user_ids(&ids(base), &ids(theirs), &ids(mine));
            assert_eq!(merged, expected.map(ids), "{base:?} {theirs:?} {mine:?}");
        }
    }

    #[test]
    fn attributes_are_merged_member_by_member_within_their_limits() {
        let parse = |text: &str| Attributes::parse(text).unwrap();
        let long = |name: &str| format!(r#"{{"{name}":"{}"}}"#, "x".repeat(200));
        for (base, theirs, mine, expected) in [
            ("{}", r#"{"a":1}"#, "{}", Some(r#"{"a":1}"#)),
            ("{}", r#"{"a":1}"#, r#"{"b":2}"#, Some(r#"{"a":1,"b":2}"#)),
            ("{}", r#"{"a":1}"#, r#"{"a":2}"#, None),
            ("{}", &long("a"), &long("b"), None),
        ] {
            let merged = merge_attributes(&parse(base), &parse(theirs), &parse(mine));
            assert_eq!(merged, expected.map(parse), "{theirs} {mine}");
        }
    }

    #[test]
    fn an_overlap_becomes_the_side_that_is_chosen_for_it() {
        let base = content(r#"{"a":1,"b":1}"#, &[1], "{}");
        let theirs = content(r#"{"a":2,"b":1}"#, &[1, 2, 3], r#"{"k":2}"#);
        let mine = content(r#"{"a":3,"b":3}"#, &[1, 4, 5], r#"{"k":3}"#);
        let preview = merge_contents(&base, &theirs, &mine).unwrap();
        assert!(!preview.is_clean() && preview.user_ids_overlap && preview.attributes_overlap);
        assert_eq!(preview.content, content(r#"{"a":2,"b":3}"#, &[1, 2, 3], r#"{"k":2}"#));
        for (sides, expected) in [
            ([Side::Theirs; 3], content(r#"{"a":2,"b":3}"#, &[1, 2, 3], r#"{"k":2}"#)),
            ([Side::Mine; 3], content(r#"{"a":3,"b":3}"#, &[1, 4, 5], r#"{"k":3}"#)),
            ([Side::Mine, Side::Theirs, Side::Theirs], content(r#"{"a":3,"b":3}"#, &[1, 2, 3], r#"{"k":2}"#)),
            ([Side::Theirs, Side::Mine, Side::Theirs], content(r#"{"a":2,"b":3}"#, &[1, 4, 5], r#"{"k":2}"#)),
        ] {
            let [of_value, user_ids, attributes] = sides;
            let choices = Choices { value: &mut |_| of_value, user_ids, attributes };
            assert_eq!(merge_choosing(&base, &theirs, &mine, choices).unwrap(), expected);
        }
    }

    #[test]
    fn a_merge_is_clean_only_without_any_overlap() {
        let base = content(r#"{"a":1}"#, &[1], "{}");
        for (theirs, mine, is_clean) in [
            (content(r#"{"a":2}"#, &[1], "{}"), content(r#"{"a":1}"#, &[2], "{}"), true),
            (content(r#"{"a":2}"#, &[1], "{}"), content(r#"{"a":3}"#, &[1], "{}"), false),
            (content(r#"{"a":1}"#, &[1, 2, 3], "{}"), content(r#"{"a":1}"#, &[1, 4, 5], "{}"), false),
            (content(r#"{"a":1}"#, &[1], r#"{"k":1}"#), content(r#"{"a":1}"#, &[1], r#"{"k":2}"#), false),
        ] {
            let merged = merge_contents(&base, &theirs, &mine).unwrap();
            assert_eq!(merged.is_clean(), is_clean, "{theirs:?} {mine:?}");
        }
    }

    #[test]
    fn names_of_policies_read_back() {
        for policy in ConflictPolicy::ALL {
            assert_eq!(ConflictPolicy::parse(policy.as_str()), Some(policy));
        }
        assert_eq!(ConflictPolicy::parse("smart_merge"), None);
        assert_eq!(ConflictPolicy::default(), SmartMerge);
        assert_eq!(LastWriterWins.as_str(), "LAST_WRITER_WINS");
    }
}
