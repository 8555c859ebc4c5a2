//! The plugin, run in the simulated Studio, and tests of the simulator itself.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod simulator;
mod widget;
