//! Entries of ordered data stores.

pub(super) mod get;
pub(super) mod increment;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod set;

use daemon_core::names::EntryAddress;
use protocol::Integer64;
use protocol::operations::ordered::OrderedWritten;

use crate::commands::write_path::OrderedSaved;

/// What a write did, as the wire has it.
fn written(address: &EntryAddress, saved: OrderedSaved) -> OrderedWritten {
    OrderedWritten {
        key: address.key.as_str().into(),
        scope: address.scope.as_str().into(),
        value: Integer64(saved.value),
        outcome: saved.outcome,
        change_set: saved.set,
    }
}
