//! The plugin, run in the simulated Studio, and tests of the simulator itself.

mod simulator;
