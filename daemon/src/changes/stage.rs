//! What a change is like before it is sent: the items of a set.

use daemon_core::changes::attempt::Intent;
use daemon_core::changes::content::{Content, Image};
use daemon_core::diff;
use daemon_store::journal::records::{Difference, NewItem};

use crate::changes::place::Place;
use crate::tasks::compute;

/// Values up to this size are compared place by place when they are saved directly; larger ones when someone looks.
const COUNTED_BYTES: usize = 64 << 10;

/// An item that changes `base` to `after`.
pub fn new_item(
    place: &Place,
    base: Option<Image>,
    after: Option<Content>,
    increment: Option<i64>,
) -> NewItem {
    let difference = difference(base.as_ref().map(|base| &base.content), after.as_ref());
    NewItem {
        address: place.address.clone(),
        is_ordered: place.is_ordered,
        base,
        after,
        increment,
        difference,
    }
}

/// The item of a plain save, of which nobody waits for a count of what differs in a large value.
pub fn direct_item(place: &Place, intent: &Intent) -> NewItem {
    let (before, after) = (intent.before.as_ref().map(|before| &before.content), intent.after.as_ref());
    let length = |content: Option<&Content>| content.map_or(0, |content| content.value.len_bytes());
    let difference = if length(before).max(length(after)) <= COUNTED_BYTES {
        difference(before, after)
    } else {
        Difference { places: Difference::NOT_COUNTED, ..beside_the_value(before, after) }
    };
    NewItem {
        address: place.address.clone(),
        is_ordered: place.is_ordered,
        base: intent.before.clone(),
        after: intent.after.clone(),
        increment: intent.increment,
        difference,
    }
}

/// How much differs.
pub fn difference(before: Option<&Content>, after: Option<&Content>) -> Difference {
    let places = match (before, after) {
        (Some(before), Some(after)) if before.value == after.value => 0,
        (Some(before), Some(after)) => {
            let size = before.value.len_bytes().max(after.value.len_bytes());
            let total = compute(size, || diff::differences(&before.value, &after.value, 0).total);
            u32::try_from(total).unwrap_or(Difference::NOT_COUNTED - 1)
        }
        (None, None) => 0,
        _ => 1,
    };
    Difference { places, ..beside_the_value(before, after) }
}

fn beside_the_value(before: Option<&Content>, after: Option<&Content>) -> Difference {
    let differs = |by: fn(&Content, &Content) -> bool| match (before, after) {
        (Some(before), Some(after)) => by(before, after),
        _ => false,
    };
    Difference {
        places: 0,
        user_ids: differs(|before, after| before.user_ids != after.user_ids),
        attributes: differs(|before, after| before.attributes != after.attributes),
    }
}
