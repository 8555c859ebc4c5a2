//! Windows: a value under `Run` in the account's part of the registry.
//!
//! Windows opens a window for a console program at login; `serve --detach` gives it back at once.

use super::{AutostartError, Login};

/// A command line that Windows takes apart into the same words again.
fn command_line(login: &Login) -> Result<String, AutostartError> {
    let texts = std::iter::once(login.program.as_os_str()).chain(login.arguments.iter().map(|word| &**word));
    let quoted = texts.map(|text| {
        let unwritable = || AutostartError::Unwritable(text.display().to_string());
        let word = text.to_str().filter(|word| !word.contains(['"', '\0', '\n'])).ok_or_else(unwritable)?;
        // Backslashes before a quotation mark must be doubled, and there is one after the last.
        let doubled = "\\".repeat(word.len() - word.trim_end_matches('\\').len());
        Ok(format!("\"{word}{doubled}\""))
    });
    Ok(quoted.collect::<Result<Vec<_>, AutostartError>>()?.join(" "))
}

/// Whether the Task Manager's own note says that the person turned the program off: an odd first byte.
fn is_turned_off(note: &[u8]) -> bool {
    note.first().is_some_and(|first| first & 1 == 1)
}

#[cfg(windows)]
pub(super) mod system {
    use std::io;

    use windows_registry::{CURRENT_USER, Key};

    use super::{command_line, is_turned_off};
    use crate::autostart::{AutostartError, Login, State};

    /// The value's name, which the Task Manager shows.
    const NAME: &str = "DataStore Manager Pro";

    /// Where Windows looks for what to run.
    const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";

    /// Where the Task Manager notes what the person turned off.
    const APPROVED: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

    /// `HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)`
    const NOT_FOUND: i32 = 0x8007_0002_u32.cast_signed();

    pub(in crate::autostart) fn enable(login: &Login) -> Result<String, AutostartError> {
        enable_in(RUN, login)?;
        remove(APPROVED)?;
        Ok(place(RUN))
    }

    pub(in crate::autostart) fn disable() -> Result<bool, AutostartError> {
        remove(APPROVED)?;
        remove(RUN)
    }

    pub(in crate::autostart) fn state() -> Result<State, AutostartError> {
        let is_set = read(RUN, |key| key.get_string(NAME))?.is_some();
        let note = read(APPROVED, |key| key.get_value(NAME))?;
        Ok(match (is_set, note) {
            (false, _) => State::Off,
            (true, Some(note)) if is_turned_off(&note) => State::Disabled(place(RUN)),
            (true, _) => State::On(place(RUN)),
        })
    }

    fn enable_in(path: &str, login: &Login) -> Result<(), AutostartError> {
        let line = command_line(login)?;
        CURRENT_USER.create(path).and_then(|key| key.set_string(NAME, line)).map_err(refused("write", path))
    }

    /// Reads a value; `None` when it, or its key, is not there.
    fn read<T>(
        path: &str,
        value: impl FnOnce(&Key) -> windows_registry::Result<T>,
    ) -> Result<Option<T>, AutostartError> {
        match CURRENT_USER.open(path).and_then(|key| value(&key)) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code().0 == NOT_FOUND => Ok(None),
            Err(error) => Err(refused("read", path)(error)),
        }
    }

    fn remove(path: &str) -> Result<bool, AutostartError> {
        match CURRENT_USER.options().write().open(path).and_then(|key| key.remove_value(NAME)) {
            Ok(()) => Ok(true),
            Err(error) if error.code().0 == NOT_FOUND => Ok(false),
            Err(error) => Err(refused("remove", path)(error)),
        }
    }

    fn refused<E: Into<io::Error>>(action: &'static str, path: &str) -> impl FnOnce(E) -> AutostartError {
        let place = place(path);
        move |error| AutostartError::Io { action, place, source: error.into() }
    }

    fn place(path: &str) -> String {
        format!(r"HKEY_CURRENT_USER\{path}\{NAME}")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_value_is_written_read_and_removed() {
            let path = format!(r"Software\dsmp-test-{}", std::process::id());
            let login = Login { program: r"C:\my tools\dsmp.exe".into(), arguments: vec!["serve".into()] };
            assert_eq!(read(&path, |key| key.get_string(NAME)).unwrap(), None);
            enable_in(&path, &login).unwrap();
            let line = read(&path, |key| key.get_string(NAME)).unwrap();
            assert_eq!(line.as_deref(), Some(r#""C:\my tools\dsmp.exe" "serve""#));
            assert!(remove(&path).unwrap());
            assert!(!remove(&path).unwrap());
            CURRENT_USER.remove_tree(&path).unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_falls_apart_into_the_same_words() {
        let login = Login {
            program: r"C:\my tools\dsmp.exe".into(),
            arguments: ["--data-dir", r"D:\", "serve"].map(Into::into).into(),
        };
        assert_eq!(command_line(&login).unwrap(), r#""C:\my tools\dsmp.exe" "--data-dir" "D:\\" "serve""#);
        let refused = Login { program: "a\"b".into(), arguments: Vec::new() };
        assert!(command_line(&refused).unwrap_err().to_string().contains("cannot hold"));
    }

    #[test]
    fn the_task_managers_note_is_understood() {
        assert!(!is_turned_off(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        assert!(is_turned_off(&[3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]));
        assert!(!is_turned_off(&[]));
    }
}
