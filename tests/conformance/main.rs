//! One suite for the `Universe` trait: every source gives the same answers to the same cases.
//!
//! Sources are the local engine, and the cloud universe over the emulator served in this process. Where they must differ,
//! `differences.rs` says how and why; everything else is a case.
//!
//! **Invariant:** each case runs on an empty universe of its own, with a clock that stands still until the case moves it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod conditions;
mod differences;
mod failures;
mod listings;
mod memory;
mod ordered;
mod revisions;
mod scan;
mod stores;
mod transfers;
mod values;

use futures_util::future::BoxFuture;

use crate::bench::{Bench, Source};

/// A case's name and what it does.
type Case = (&'static str, for<'bench> fn(&'bench Bench) -> BoxFuture<'bench, ()>);

macro_rules! cases {
    ($($module:ident::$case:ident,)*) => {
        &[$((concat!(stringify!($module), "::", stringify!($case)), |bench| Box::pin($module::$case(bench)))),*]
    };
}

const CASES: &[Case] = cases![
    values::names_of_every_kind_are_kept,
    values::values_are_kept_byte_for_byte,
    values::values_of_the_largest_size_are_kept,
    values::users_and_attributes_are_kept_and_replaced,
    values::times_are_told,
    conditions::an_absent_entry_is_created_once,
    conditions::only_the_expected_revision_is_replaced,
    conditions::a_missing_entry_has_no_revision_to_replace,
    conditions::of_writers_at_once_one_wins,
    conditions::an_entry_is_removed_and_revived,
    conditions::a_removal_names_what_it_removes,
    revisions::versions_of_different_hours_are_kept,
    revisions::a_tombstone_is_a_revision,
    revisions::versions_expire,
    revisions::pages_of_every_size_hold_all_revisions,
    revisions::unknown_entries_and_revisions_are_told,
    listings::keys_of_a_scope_of_all_and_with_a_prefix,
    listings::pages_of_every_size_hold_all_keys,
    listings::the_size_of_pages_may_change,
    listings::removed_keys_are_not_listed,
    listings::cursors_belong_to_their_listing,
    listings::data_stores_are_listed,
    listings::what_does_not_exist_is_told,
    ordered::entries_are_set_read_and_removed,
    ordered::names_of_every_kind_are_kept,
    ordered::sums_stay_in_64_bits,
    ordered::entries_are_listed_by_value,
    ordered::cursors_belong_to_their_listing,
    stores::a_deleted_data_store_is_brought_back,
    stores::deleted_data_stores_are_listed_when_asked_for,
    stores::what_is_not_there_is_neither_deleted_nor_brought_back,
    stores::a_snapshot_is_taken_once_a_day,
    memory::items_are_written_read_and_removed,
    memory::a_new_item_does_not_replace_one,
    memory::items_vanish_when_their_time_is_over,
    memory::pages_of_every_size_hold_all_items,
    memory::filters_limit_names_and_sort_keys,
    memory::cursors_belong_to_their_listing,
    memory::a_queue_is_read_by_priority_and_then_by_age,
    memory::what_was_read_is_hidden_until_it_is_discarded,
    memory::all_or_nothing_takes_all_or_nothing,
    memory::a_flush_leaves_nothing,
    transfers::of_equal_keys_the_later_counts,
    transfers::an_export_holds_what_was_imported,
    transfers::a_page_of_large_values_ends_early,
];

/// Runs every case, each on a task of its own so that one failure does not hide others.
async fn conforms(source: &Source) {
    let mut failed = Vec::new();
    for (name, case) in CASES {
        let bench = source.bench();
        let outcome = tokio::spawn(async move { case(&bench).await }).await;
        if outcome.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "{} of {} cases fail: {failed:#?}", failed.len(), CASES.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_engine_conforms() {
    conforms(&Source::local()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cloud_universe_conforms() {
    conforms(&Source::cloud().await).await;
}
