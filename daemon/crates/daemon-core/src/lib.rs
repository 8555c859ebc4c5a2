//! The rules of data stores: what names, values, revisions and edits may be, and who may do what.
//!
//! Everything here is a function of its arguments, so the same inputs always give the same answer. It deliberately does
//! no I/O, spawns nothing, and knows neither the wire nor the database; time and random bytes are passed in.
//!
//! **Invariant:** the bytes of a value are never changed except where an edit names them.
//! **Invariant:** no input makes this crate panic or overflow the stack, however deep or long it is.

pub mod time;

pub mod names;

pub mod value;

pub mod metadata;

pub mod revision;

pub mod pointer;

pub mod edit;

pub mod diff;

pub mod merge;

pub mod rows;

pub mod cursor;

pub mod export;

pub mod permission;

pub mod environment;

pub mod services;

pub mod changes;

mod syntax;

mod index;

mod sameness;

mod alignment;

mod places;

mod number;

#[cfg(test)]
mod arbitrary;
