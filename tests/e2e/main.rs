//! Whole flows through a daemon in this process: real sockets, real databases, a clock that is set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod entries;
mod edits;
mod conflicts;
mod names;
mod listing;
mod versions;
mod bad_input;
mod batches;
mod ordered;
mod tokens;
mod connections;
mod cloud;
mod cloud_keys;
mod unlocks;
mod vault;
mod socket;
mod subscriptions;
mod listener;
mod guard;
mod access;
mod changes;
mod changesets;
mod jobs;
mod job_files;
mod conflicting;
mod lost_replies;
mod safety;
mod headers;
mod secrets;
mod pairing;
mod proof;
mod isolation;
mod campaigns;
mod memory;
mod stores;
mod budget;
mod services;
mod meter;
