//! `dsmp plugin`: the Studio plugin as a file, and in Studio's folder.

use std::fs;
use std::path::PathBuf;

use clap::Subcommand;
use protocol::operations::studio::StudioCreateInstallRequest;
use protocol::operations::tokens::TokensRevokeRequest;

use crate::cli::Session;
use crate::cli::exit::{Exit, Failure};
use crate::plugin::install::{self, Status};
use crate::plugin::{self, InstallSecret, PluginError};
use crate::secret::Secret;

/// Build the Studio plugin, or put it into Studio's plugins folder
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the plugin to a file; it pairs by a code, and holds no secret
    Build {
        /// The file to write
        #[arg(long, short, value_name = "FILE.rbxm")]
        output: PathBuf,
    },
    /// Put the plugin into Studio's folder, with a secret by which it pairs with this daemon silently
    Install(Place),
    /// Take the plugin out of Studio's folder
    Uninstall(Place),
    /// Tell whether the plugin is in Studio's folder, and of which release
    Status(Place),
}

/// Where Studio looks for plugins.
#[derive(Debug, clap::Args)]
struct Place {
    /// Studio's plugins folder [default: where Studio has it on this system]
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

impl Place {
    fn resolve(self) -> Result<PathBuf, PluginError> {
        self.directory.map_or_else(install::directory, Ok)
    }
}

impl From<PluginError> for Failure {
    fn from(error: PluginError) -> Self {
        Self::other(error.to_string())
    }
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Build { output } => {
            let model = plugin::model::build(None)?;
            fs::write(&output, model).map_err(|error| Failure::file("write", &output, &error))?;
            tell(session, "built", &output)
        }
        Command::Install(place) => install_into(session, place).await,
        Command::Uninstall(place) => {
            let directory = place.resolve()?;
            let path = match install::status(&directory)? {
                Status::Current(path) | Status::Other(path) => path,
                Status::Absent => {
                    let message =
                        format!("the plugin is not in `{}`; nothing was removed", directory.display());
                    return Err(Failure::new(Exit::NotFound, message));
                }
            };
            fs::remove_file(&path).map_err(|error| Failure::file("remove", &path, &error))?;
            tell(session, "removed", &path)?;
            session
                .output
                .note("its pairing ends when its token is revoked: `dsmp token list`, `dsmp token revoke`");
            Ok(())
        }
        Command::Status(place) => {
            let directory = place.resolve()?;
            match install::status(&directory)? {
                Status::Current(path) => tell(session, "current", &path),
                Status::Other(path) => {
                    tell(session, "other", &path)?;
                    session
                        .output
                        .note("it is of another release, or damaged; `dsmp plugin install` replaces it");
                    Ok(())
                }
                Status::Absent => tell(session, "absent", &directory),
            }
        }
    }
}

async fn install_into(session: &mut Session, place: Place) -> Result<(), Failure> {
    let directory = place.resolve()?;
    let mut client = session.connect().await?;
    let created = client.call(&StudioCreateInstallRequest {}).await;
    let installed = match created {
        Ok(created) => {
            let secret = Secret::from_hex(&created.secret).ok_or_else(|| {
                Failure::other("the daemon made no usable secret; use the same release everywhere")
            });
            let id = created.token.id.clone();
            let installed = secret.and_then(|secret| {
                Ok(install::install(&directory, &InstallSecret { id: id.to_string(), secret })?)
            });
            if installed.is_err() {
                // A credential that is in no file is worth nothing; the first error is the one to report.
                let _ = client.call(&TokensRevokeRequest { token: id }).await;
            }
            installed
        }
        Err(failure) => Err(failure),
    };
    client.close().await;
    tell(session, "installed", &installed?)?;
    session.output.note("Studio takes it up when a place is next opened");
    Ok(())
}

fn tell(session: &mut Session, state: &str, path: &std::path::Path) -> Result<(), Failure> {
    let path = path.display().to_string();
    if session.output.is_json() {
        return session.output.json(&serde_json::json!({ "state": state, "path": path }));
    }
    session.output.line(&format!("{state} {path}"))
}
