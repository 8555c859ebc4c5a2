//! The services the plugin uses, one file each.
//!
//! **Invariant:** a service is added when the plugin first needs it; until then its members raise `STUDIO-SIM`.

pub mod http;
pub mod players;
pub mod run;
pub mod studio;
pub(crate) mod web_stream;
