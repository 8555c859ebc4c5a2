//! Deterministic measures of work: counts instead of milliseconds.
//!
//! Interrupts happen at each loop back-edge and call, so their number is the same in every run and on every machine;
//! budgets in tests are set on these counts.
//!
//! **Invariant:** a script that never ends is stopped after a fixed number of interrupts, not after some time.

use std::cell::Cell;
use std::rc::Rc;

use mlua::{Lua, VmState};

/// Interrupts one resumption may use. Studio's own limit is a time.
const INTERRUPT_BUDGET: u64 = 5_000_000;

/// Totals since the simulated Studio was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Loop back-edges and calls executed by scripts.
    pub interrupts: u64,
    /// Threads resumed: handlers, timers, answers.
    pub resumptions: u64,
    /// Properties assigned by scripts, whether or not the value changed.
    pub property_writes: u64,
    /// Instances that scripts made and that are not destroyed.
    pub instances: usize,
    /// Size of the Luau heap in bytes.
    pub heap_bytes: usize,
}

/// The counters behind [`Measure`].
#[derive(Default)]
pub(crate) struct Counters {
    interrupts: Cell<u64>,
    resumptions: Cell<u64>,
    property_writes: Cell<u64>,
    running: Cell<u32>,
    remaining: Cell<u64>,
}

impl Counters {
    pub(crate) fn count_property_write(&self) {
        self.property_writes.set(self.property_writes.get() + 1);
    }

    /// A resumption begins; one inside another shares its budget.
    pub(crate) fn begin_resumption(&self) {
        self.resumptions.set(self.resumptions.get() + 1);
        if self.running.get() == 0 {
            self.remaining.set(INTERRUPT_BUDGET);
        }
        self.running.set(self.running.get() + 1);
    }

    pub(crate) fn end_resumption(&self) {
        self.running.set(self.running.get() - 1);
    }

    pub(crate) fn measure(&self, instances: usize, heap_bytes: usize) -> Measure {
        Measure {
            interrupts: self.interrupts.get(),
            resumptions: self.resumptions.get(),
            property_writes: self.property_writes.get(),
            instances,
            heap_bytes,
        }
    }

    fn count_interrupt(&self) -> mlua::Result<VmState> {
        self.interrupts.set(self.interrupts.get() + 1);
        if self.running.get() == 0 {
            return Ok(VmState::Continue);
        }
        let Some(remaining) = self.remaining.get().checked_sub(1) else {
            return Err(mlua::Error::runtime("Script timed out: exhausted allowed execution time"));
        };
        self.remaining.set(remaining);
        Ok(VmState::Continue)
    }
}

/// Makes the virtual machine count.
pub(crate) fn install(lua: &Lua, counters: &Rc<Counters>) {
    let counters = counters.clone();
    lua.set_interrupt(move |_| counters.count_interrupt());
}
