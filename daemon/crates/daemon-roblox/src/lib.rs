//! What speaks Roblox's Open Cloud, on either end of the line.
//!
//! [`emulator`] answers as Roblox would, over our own engine. Facts about Roblox and their grades are those of
//! `roblox-apis.md`; what is inferred there is marked \[I\] here. It knows neither our protocol nor our users.
//!
//! **Invariant:** an API key is never shown, neither in a log nor by `Debug` (S-55).

pub mod emulator;
