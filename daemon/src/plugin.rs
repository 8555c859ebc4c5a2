//! The Studio plugin as a file: built in this process, and put where Studio finds it.
//!
//! Owns `rbx_binary` and `rbx_dom_weak`. Does not talk to Studio, and does not make credentials: whoever installs
//! brings one (`studio.createInstall`).
//!
//! **Invariant:** the same sources and the same secret give the same bytes.
//!
//! **Invariant:** a secret is in a file only when it was handed in, which `plugin install` does and `plugin build` never
//! does (S-11); such a file is for its owner alone.

pub mod model;
pub mod install;
mod sources;

use crate::config::ConfigError;
use crate::secret::Secret;

/// The credential of one installed plugin file, by which it pairs silently.
#[derive(Clone)]
pub struct InstallSecret {
    /// The credential's id; the proof's peer is `install:<id>`.
    pub id: String,
    /// The proof's key.
    pub secret: Secret,
}

/// Leaves the secret out.
impl std::fmt::Debug for InstallSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("InstallSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why the plugin cannot be built or installed.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// The embedded project file is not what this build expects.
    #[error("the plugin's project file cannot be read: {0}; this build of dsmp is broken")]
    Project(String),
    /// The model could not be written.
    #[error("the plugin cannot be built: {0}")]
    Encode(String),
    /// There is no Studio on this system, or its folder is not known.
    #[error(
        "Roblox Studio's plugins folder is not known on this system; write the file with \
         `dsmp plugin build -o DataStoreManager.rbxm` and copy it to the computer that runs Studio"
    )]
    NoDirectory,
    /// The folder or file cannot be written.
    #[error("{0}; if Roblox Studio is open, close it and try again")]
    Write(#[source] ConfigError),
    /// The folder cannot be made, or the file in it cannot be read.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: String,
        /// Why it failed.
        source: std::io::Error,
    },
}
