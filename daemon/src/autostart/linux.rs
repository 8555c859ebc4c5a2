//! Linux: a systemd user unit where a user manager answers, else a desktop autostart entry.
//!
//! Sources: systemd.service(5) and systemd.syntax(7) for quoting; the Desktop Entry Specification, "The Exec key".

use std::path::PathBuf;

use super::{AutostartError, Login};

const UNIT: &str = "dsmp.service";
const ENTRY: &str = "dsmp.desktop";

/// The words of a command line, program first.
fn words(login: &Login) -> Result<Vec<&str>, AutostartError> {
    let texts = std::iter::once(login.program.as_os_str()).chain(login.arguments.iter().map(|word| &**word));
    texts
        .map(|text| {
            text.to_str()
                .filter(|text| !text.contains(['\n', '\r', '\0']))
                .ok_or_else(|| AutostartError::Unwritable(text.display().to_string()))
        })
        .collect()
}

/// A unit that runs it once the account's session begins.
fn unit(login: &Login) -> Result<String, AutostartError> {
    let quoted = |word: &&str| {
        let word = word.replace('\\', r"\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
        format!("\"{word}\"")
    };
    let command: Vec<_> = words(login)?.iter().map(quoted).collect();
    Ok(format!(
        "[Unit]\nDescription=DataStore Manager Pro\n\n[Service]\nExecStart={}\nRestart=on-failure\n\n\
         [Install]\nWantedBy=default.target\n",
        command.join(" ")
    ))
}

/// An entry that a desktop runs when its session begins.
fn entry(login: &Login) -> Result<String, AutostartError> {
    let quoted = |word: &&str| {
        // Quoted once as an argument, and its backslashes once more as a value of the file.
        let mut argument = String::from("\"");
        for character in word.chars() {
            match character {
                '"' | '`' | '$' => argument.extend([r"\\", character.encode_utf8(&mut [0; 4])]),
                '\\' => argument.push_str(r"\\\\"),
                '%' => argument.push_str("%%"),
                _ => argument.push(character),
            }
        }
        argument + "\""
    };
    let command: Vec<_> = words(login)?.iter().map(quoted).collect();
    Ok(format!(
        "[Desktop Entry]\nType=Application\nName=DataStore Manager Pro\nExec={}\nTerminal=false\n",
        command.join(" ")
    ))
}

/// The two places, below the account's configuration.
fn places(configuration: &std::path::Path) -> (PathBuf, PathBuf) {
    (configuration.join("systemd").join("user").join(UNIT), configuration.join("autostart").join(ENTRY))
}

#[cfg(target_os = "linux")]
pub(super) mod system {
    use std::fs;
    use std::io;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::{UNIT, entry, places, unit};
    use crate::autostart::{AutostartError, Login, State};
    use crate::config;

    pub(in crate::autostart) fn enable(login: &Login) -> Result<String, AutostartError> {
        let (unit_path, entry_path) = places(&config::configuration_directory()?);
        if !manager_answers() {
            write(&entry_path, &entry(login)?)?;
            return Ok(entry_path.display().to_string());
        }
        write(&unit_path, &unit(login)?)?;
        control(&["daemon-reload"])?;
        control(&["enable", UNIT])?;
        // One of an earlier time without systemd would start a second daemon.
        remove(&entry_path)?;
        Ok(unit_path.display().to_string())
    }

    pub(in crate::autostart) fn disable() -> Result<bool, AutostartError> {
        let (unit_path, entry_path) = places(&config::configuration_directory()?);
        if unit_path.exists() && manager_answers() {
            control(&["disable", UNIT])?;
        }
        let (had_unit, had_entry) = (remove(&unit_path)?, remove(&entry_path)?);
        Ok(had_unit || had_entry)
    }

    pub(in crate::autostart) fn state() -> Result<State, AutostartError> {
        let (unit_path, entry_path) = places(&config::configuration_directory()?);
        if unit_path.exists() {
            let place = unit_path.display().to_string();
            let off = manager_answers() && control(&["is-enabled", "--quiet", UNIT]).is_err();
            return Ok(if off { State::Disabled(place) } else { State::On(place) });
        }
        Ok(if entry_path.exists() { State::On(entry_path.display().to_string()) } else { State::Off })
    }

    /// Whether this session has a systemd of its own.
    fn manager_answers() -> bool {
        control(&["show-environment"]).is_ok()
    }

    fn control(arguments: &[&str]) -> Result<(), AutostartError> {
        let command = format!("systemctl --user {}", arguments.join(" "));
        let output = Command::new("systemctl").arg("--user").args(arguments).stdin(Stdio::null()).output();
        let output =
            output.map_err(|source| AutostartError::Io { action: "run", place: command.clone(), source })?;
        if output.status.success() {
            return Ok(());
        }
        let answer = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(AutostartError::Command { command, answer })
    }

    fn write(path: &Path, text: &str) -> Result<(), AutostartError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(AutostartError::io("make", folder))?;
        }
        Ok(config::write_private(path, text.as_bytes())?)
    }

    fn remove(path: &Path) -> Result<bool, AutostartError> {
        match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(AutostartError::io("remove", path)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(program: &str, arguments: &[&str]) -> Login {
        Login { program: program.into(), arguments: arguments.iter().map(Into::into).collect() }
    }

    #[test]
    fn a_unit_quotes_what_systemd_would_read_as_its_own() {
        let unit =
            unit(&login("/opt/my tools/dsmp", &["serve", "--data-dir", r#"/a "b" 100% $HOME \"#])).unwrap();
        let command = r#"ExecStart="/opt/my tools/dsmp" "serve" "--data-dir" "/a \"b\" 100%% $$HOME \\""#;
        assert!(unit.lines().any(|line| line == command), "{unit}");
        assert!(unit.contains("WantedBy=default.target"));
    }

    #[test]
    fn an_entry_quotes_what_a_desktop_would_read_as_its_own() {
        let entry = entry(&login("/opt/my tools/dsmp", &["serve", r#"a"b 100% $c \"#])).unwrap();
        let command = r#"Exec="/opt/my tools/dsmp" "serve" "a\\"b 100%% \\$c \\\\""#;
        assert!(entry.lines().any(|line| line == command), "{entry}");
    }

    #[test]
    fn a_path_with_a_line_end_is_refused() {
        let refused = unit(&login("/opt/a\nExecStart=/bin/sh", &[])).unwrap_err().to_string();
        assert!(refused.contains("cannot hold"), "{refused}");
        assert!(entry(&login("/opt/dsmp", &["a\nb"])).is_err());
    }

    #[test]
    fn both_places_are_below_the_accounts_configuration() {
        let (unit, entry) = places(std::path::Path::new("/home/me/.config"));
        assert_eq!(unit, PathBuf::from("/home/me/.config/systemd/user/dsmp.service"));
        assert_eq!(entry, PathBuf::from("/home/me/.config/autostart/dsmp.desktop"));
    }
}
