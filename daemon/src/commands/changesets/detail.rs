//! One item in full: what it changes, and in a conflict what stands against it.

use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::{MergedContent, merge_contents};
use daemon_core::changes::state::ItemState;
use daemon_core::diff::{self, DifferenceKind};
use daemon_store::journal::records::{ItemImages, WorkItem};
use protocol::operations::changesets::{self, EntryImage, ItemDetail, PlaceDifference, PlaceOverlap};

use crate::commands::convert;
use crate::tasks::compute;

/// Most differences, and most overlaps, that are told at a time.
const PLACES_LIMIT: usize = 500;
/// Most characters that are shown of a place.
const TEXT_LIMIT: usize = 200;

/// The name of the user ids among the overlaps.
pub(super) const USER_IDS: &str = "userIds";
/// The name of the attributes among the overlaps.
pub(super) const ATTRIBUTES: &str = "attributes";
/// The name of the whole entry among the overlaps, where one side removed it.
pub(super) const ENTRY: &str = "entry";

/// An item in full, with whole values if `values` is set.
pub(super) fn detail(item: WorkItem, values: bool) -> ItemDetail {
    let WorkItem { record, images } = item;
    let ItemImages { base, after, before, has_intent, theirs } = images;
    // What was there when it was sent counts, once it was.
    let before = if has_intent { before } else { base.clone() };
    let (differences, difference_count) =
        differences(before.as_ref().map(|before| &before.content), after.as_ref());
    let (merged, mut overlaps) = if record.state == ItemState::Conflict {
        conflict(base.as_ref(), theirs.as_ref(), after.as_ref())
    } else {
        (None, Vec::new())
    };
    let overlap_count = count(overlaps.len());
    overlaps.truncate(PLACES_LIMIT);
    let shown = |image: Option<Image>| image.filter(|_| values).map(entry_image);
    ItemDetail {
        differences,
        difference_count,
        before: shown(before),
        after: shown(after.map(|content| Image { content, revision: record.revision })),
        theirs: shown(theirs),
        merged: shown(merged.map(|content| Image { content, revision: None })),
        overlaps,
        overlap_count,
    }
}

fn differences(before: Option<&Content>, after: Option<&Content>) -> (Vec<PlaceDifference>, u32) {
    let (Some(before), Some(after)) = (before, after) else { return (Vec::new(), 0) };
    let size = before.value.len_bytes().max(after.value.len_bytes());
    let found = compute(size, || diff::differences(&before.value, &after.value, PLACES_LIMIT));
    let places = found
        .items
        .into_iter()
        .map(|difference| PlaceDifference {
            path: difference.path.to_string(),
            kind: match difference.kind {
                DifferenceKind::Added => changesets::DifferenceKind::Added,
                DifferenceKind::Removed => changesets::DifferenceKind::Removed,
                DifferenceKind::Changed => changesets::DifferenceKind::Changed,
            },
            before: difference.before.as_deref().map(cut),
            after: difference.after.as_deref().map(cut),
        })
        .collect();
    (places, count(found.total))
}

/// What both sides make together, and where they stand against each other.
fn conflict(
    base: Option<&Image>,
    theirs: Option<&Image>,
    mine: Option<&Content>,
) -> (Option<Content>, Vec<PlaceOverlap>) {
    let (Some(base), Some(theirs), Some(mine)) = (base, theirs, mine) else {
        let whole = |content: Option<&Content>| content.map(|content| cut(content.value.as_str()));
        let overlap = PlaceOverlap {
            path: ENTRY.to_owned(),
            base: whole(base.map(|base| &base.content)),
            theirs: whole(theirs.map(|theirs| &theirs.content)),
            mine: whole(mine),
        };
        return (None, vec![overlap]);
    };
    let size = theirs.content.value.len_bytes().max(mine.value.len_bytes());
    let merged = compute(size, || merge_contents(&base.content, &theirs.content, mine));
    let Ok(MergedContent { content, overlaps, user_ids_overlap, attributes_overlap }) = merged else {
        return (None, Vec::new());
    };
    let mut places: Vec<_> = overlaps
        .into_iter()
        .map(|overlap| PlaceOverlap {
            path: overlap.path.to_string(),
            base: overlap.base.as_deref().map(cut),
            theirs: overlap.theirs.as_deref().map(cut),
            mine: overlap.mine.as_deref().map(cut),
        })
        .collect();
    let beside = |path: &str, of: fn(&Content) -> String| PlaceOverlap {
        path: path.to_owned(),
        base: Some(cut(&of(&base.content))),
        theirs: Some(cut(&of(&theirs.content))),
        mine: Some(cut(&of(mine))),
    };
    if user_ids_overlap {
        places.push(beside(USER_IDS, |content| content.user_ids.to_json()));
    }
    if attributes_overlap {
        places.push(beside(ATTRIBUTES, |content| content.attributes.as_str().to_owned()));
    }
    (Some(content), places)
}

fn entry_image(image: Image) -> EntryImage {
    EntryImage {
        user_ids: convert::wire_user_ids(&image.content.user_ids),
        attributes: convert::raw(image.content.attributes.as_str().to_owned()),
        value: convert::raw(image.content.value.into_string()),
        revision: image.revision.as_ref().map(convert::revision),
    }
}

fn cut(text: &str) -> String {
    let mut characters = text.chars();
    let mut cut: String = characters.by_ref().take(TEXT_LIMIT).collect();
    if characters.next().is_some() {
        cut.push('…');
    }
    cut
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
