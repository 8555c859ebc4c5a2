//! Change sets: what may become of an edit between the moment someone proposes it and the moment it is undone.
//!
//! An entry is changed by an *item* of a set. [`state`] says where an item can stand, [`attempt`] how it gets from one place
//! to the next without being lost or done twice, [`history`] what an entry's revisions tell about that, [`policy`] what it
//! becomes when its entry was changed meanwhile, and [`level`] how much a commit must confirm. Nothing here reads, writes,
//! sends or waits: an attempt says what to do next and is told what came of it.
//!
//! **Invariant:** nothing is sent before its intent was made durable (S-33).
//!
//! **Invariant:** what was sent without a known outcome is sent again only under the same condition, and only after reading
//! back showed that it has not been done; increments are never (S-32).

pub mod content;
pub mod state;
pub mod policy;
pub mod level;
pub mod history;
pub mod attempt;
