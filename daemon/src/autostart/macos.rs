//! macOS: a launch agent in the account's library (launchd.plist(5)).

use super::{AutostartError, Login};

/// The agent's name, and with `.plist` its file's.
const LABEL: &str = "com.datastoremanager.dsmp";

/// A property list that runs it once the account's session begins.
fn agent(login: &Login) -> Result<Vec<u8>, AutostartError> {
    let texts = std::iter::once(login.program.as_os_str()).chain(login.arguments.iter().map(|word| &**word));
    let words = texts.map(|text| {
        let word = text.to_str().ok_or_else(|| AutostartError::Unwritable(text.display().to_string()))?;
        Ok(plist::Value::from(word))
    });
    let mut agent = plist::Dictionary::new();
    agent.insert("Label".into(), LABEL.into());
    agent.insert(
        "ProgramArguments".into(),
        plist::Value::Array(words.collect::<Result<_, AutostartError>>()?),
    );
    agent.insert("RunAtLoad".into(), true.into());
    // macOS gives work nobody waits for less of the machine unless told otherwise.
    agent.insert("ProcessType".into(), "Interactive".into());
    let mut text = Vec::new();
    plist::Value::Dictionary(agent)
        .to_writer_xml(&mut text)
        .map_err(|error| AutostartError::Unwritable(error.to_string()))?;
    Ok(text)
}

#[cfg(target_os = "macos")]
pub(super) mod system {
    use std::fs;
    use std::io;
    use std::path::PathBuf;

    use super::{LABEL, agent};
    use crate::autostart::{AutostartError, Login, State};
    use crate::config;

    pub(in crate::autostart) fn enable(login: &Login) -> Result<String, AutostartError> {
        let path = path()?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(AutostartError::io("make", folder))?;
        }
        config::write_private(&path, &agent(login)?)?;
        Ok(path.display().to_string())
    }

    pub(in crate::autostart) fn disable() -> Result<bool, AutostartError> {
        let path = path()?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(AutostartError::io("remove", &path)(error)),
        }
    }

    pub(in crate::autostart) fn state() -> Result<State, AutostartError> {
        let path = path()?;
        Ok(if path.exists() { State::On(path.display().to_string()) } else { State::Off })
    }

    fn path() -> Result<PathBuf, AutostartError> {
        let agents = config::home_directory()?.join("Library").join("LaunchAgents");
        Ok(agents.join(format!("{LABEL}.plist")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_says_what_to_run_word_by_word() {
        let login = Login {
            program: "/Applications/my tools/dsmp".into(),
            arguments: ["serve", "--data-dir", "/a <b> & \"c\""].map(Into::into).into(),
        };
        let read = plist::Value::from_reader_xml(agent(&login).unwrap().as_slice()).unwrap();
        let agent = read.as_dictionary().unwrap();
        let words: Vec<_> = agent["ProgramArguments"].as_array().unwrap().iter().collect();
        let words: Vec<_> = words.into_iter().map(|word| word.as_string().unwrap()).collect();
        assert_eq!(words, ["/Applications/my tools/dsmp", "serve", "--data-dir", "/a <b> & \"c\""]);
        assert_eq!(agent["Label"].as_string(), Some(LABEL));
        assert_eq!(agent["RunAtLoad"].as_boolean(), Some(true));
    }
}
