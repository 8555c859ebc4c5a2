//! Where Studio looks for plugins, and what of ours is there (`roblox-apis.md` §5.5).
//!
//! **Invariant:** Studio never sees half a file: a new one is synced beside the old one, then renamed over it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::config::write_private;
use crate::plugin::model::{build, scripts_in};
use crate::plugin::{InstallSecret, PluginError};

/// The plugin's file in Studio's folder.
pub const FILE_NAME: &str = "DataStoreManager.rbxm";

/// The systems whose Studio folder is known, and the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Windows,
    MacOs,
    Other,
}

/// What is in Studio's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing of ours.
    Absent,
    /// The plugin of this release.
    Current(PathBuf),
    /// Another release's plugin, or a damaged file.
    Other(PathBuf),
}

/// Studio's plugins folder of the person who runs this.
pub fn directory() -> Result<PathBuf, PluginError> {
    let system = if cfg!(windows) {
        System::Windows
    } else if cfg!(target_os = "macos") {
        System::MacOs
    } else {
        System::Other
    };
    directory_on(system, |name| std::env::var_os(name))
}

fn directory_on(system: System, variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, PluginError> {
    let (base, below): (_, &[&str]) = match system {
        System::Windows => ("LOCALAPPDATA", &["Roblox", "Plugins"]),
        System::MacOs => ("HOME", &["Documents", "Roblox", "Plugins"]),
        System::Other => return Err(PluginError::NoDirectory),
    };
    let base = variable(base).filter(|base| !base.is_empty()).ok_or(PluginError::NoDirectory)?;
    let mut path = PathBuf::from(base);
    path.extend(below);
    Ok(path)
}

/// Builds the plugin with its credential into `directory`, replacing an older one. Answers the file's path.
///
/// Studio takes it up when a place is next opened.
pub fn install(directory: &Path, secret: &InstallSecret) -> Result<PathBuf, PluginError> {
    let model = build(Some(secret))?;
    // Studio makes the folder only when it is first opened from there.
    fs::create_dir_all(directory).map_err(io("make", directory))?;
    let path = directory.join(FILE_NAME);
    write_private(&path, &model).map_err(PluginError::Write)?;
    Ok(path)
}

/// Looks what of ours is in `directory`.
pub fn status(directory: &Path) -> Result<Status, PluginError> {
    let path = directory.join(FILE_NAME);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Status::Absent),
        Err(error) => return Err(io("read", &path)(error)),
    };
    let ours = scripts_in(build(None)?.as_slice());
    let found = scripts_in(std::io::BufReader::new(file));
    Ok(if found.is_some() && found == ours { Status::Current(path) } else { Status::Other(path) })
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> PluginError {
    let path = path.display().to_string();
    move |source| PluginError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn on(system: System, base: &'static str) -> Result<PathBuf, PluginError> {
        directory_on(system, |name| matches!(name, "LOCALAPPDATA" | "HOME").then(|| base.into()))
    }

    fn secret() -> InstallSecret {
        InstallSecret { id: "0198-install".into(), secret: Secret::random() }
    }

    #[test]
    fn studios_folder_is_known_on_windows_and_macos_only() {
        let parts =
            |path: PathBuf| path.iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
        assert_eq!(parts(on(System::Windows, "local").unwrap()), ["local", "Roblox", "Plugins"]);
        assert_eq!(parts(on(System::MacOs, "home").unwrap()), ["home", "Documents", "Roblox", "Plugins"]);
        let refused = on(System::Other, "home").unwrap_err().to_string();
        assert!(refused.contains("dsmp plugin build -o"), "{refused}");
        assert!(on(System::Windows, "").is_err());
    }

    #[test]
    fn installing_makes_the_folder_and_replaces_the_file() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("Roblox").join("Plugins");
        assert_eq!(status(&folder).unwrap(), Status::Absent);
        let path = install(&folder, &secret()).unwrap();
        let first = fs::read(&path).unwrap();
        assert_eq!(status(&folder).unwrap(), Status::Current(path.clone()));
        assert_eq!(install(&folder, &secret()).unwrap(), path);
        assert_ne!(fs::read(&path).unwrap(), first, "the credential is another");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing temporary stays");
        fs::write(&path, "half a file").unwrap();
        assert_eq!(status(&folder).unwrap(), Status::Other(path));
    }

    #[cfg(unix)]
    #[test]
    fn s_14_the_installed_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let temporary = tempfile::tempdir().unwrap();
        let path = install(temporary.path(), &secret()).unwrap();
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
