//! Users: every id up to a limit is one, made up from the id or named by whoever steers the emulator.
//!
//! **Invariant:** a name, whatever the case of its letters, belongs to one user at most.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::emulator::EmulatorError;
use crate::emulator::json_file::JsonFile;
use crate::emulator::refusal::Refusal;

/// The last id that is a user's; later ones are nobody's, so that a client can be tried with a user who does not exist.
pub(super) const LAST_ID: i64 = 10_000_000_000;
/// What the names of made-up users begin with; their id follows.
const MADE_UP_PREFIX: &str = "Player";
/// The most users that can be named.
const NAMED_LIMIT: usize = 10_000;
/// The lengths of Roblox's user names, in letters, digits and underscores (\[I\]: not in our references).
const NAME_LENGTHS: std::ops::RangeInclusive<usize> = 3..=20;
/// The most characters of a display name (\[I\]).
const DISPLAY_NAME_LIMIT: usize = 20;

/// What a user is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UserNames {
    pub(super) name: String,
    pub(super) display_name: String,
}

/// All users.
#[derive(Debug)]
pub(super) struct Users {
    file: JsonFile,
    named: Mutex<Named>,
}

#[derive(Debug, Default)]
struct Named {
    by_id: BTreeMap<i64, UserNames>,
    /// Ids by names in small letters.
    by_name: HashMap<String, i64>,
}

impl Named {
    fn new(by_id: BTreeMap<i64, UserNames>) -> Self {
        let by_name = by_id.iter().map(|(id, names)| (names.name.to_ascii_lowercase(), *id)).collect();
        Self { by_id, by_name }
    }
}

impl Users {
    /// Opens the users as they were named before.
    pub(super) fn open(path: PathBuf) -> Result<Self, EmulatorError> {
        let file = JsonFile::new(path);
        let named = Named::new(file.read()?.unwrap_or_default());
        Ok(Self { file, named: Mutex::new(named) })
    }

    /// Tells what a user is called; none when nobody has the id.
    pub(super) fn find(&self, id: i64) -> Option<UserNames> {
        if !(1..=LAST_ID).contains(&id) {
            return None;
        }
        Some(self.named().by_id.get(&id).cloned().unwrap_or_else(|| made_up(id)))
    }

    /// Finds who has a name, whatever the case of its letters.
    pub(super) fn find_by_name(&self, name: &str) -> Option<(i64, UserNames)> {
        let named = self.named();
        if let Some(id) = named.by_name.get(&name.to_ascii_lowercase()) {
            return named.by_id.get(id).map(|names| (*id, names.clone()));
        }
        let id = made_up_id(name).filter(|id| !named.by_id.contains_key(id))?;
        Some((id, made_up(id)))
    }

    /// Names a user, from now on and after a restart.
    pub(super) fn name(&self, id: i64, names: UserNames) -> Result<(), Refusal> {
        let refuse = |message: String| Err(Refusal::Control(StatusCode::BAD_REQUEST, message));
        if !(1..=LAST_ID).contains(&id) {
            return refuse(format!("user id `{id}` does not exist; give one from 1 to {LAST_ID}"));
        }
        let is_letter = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if !NAME_LENGTHS.contains(&names.name.len()) || !names.name.chars().all(is_letter) {
            return refuse(
                "`name` must have 3 to 20 characters: letters, digits and underscores only".to_owned(),
            );
        }
        let display_length = names.display_name.chars().count();
        if !(1..=DISPLAY_NAME_LIMIT).contains(&display_length)
            || names.display_name.chars().any(char::is_control)
        {
            return refuse(format!("`displayName` must have 1 to {DISPLAY_NAME_LIMIT} characters"));
        }
        let mut named = self.named();
        let lower_case = names.name.to_ascii_lowercase();
        let owner = named.by_name.get(&lower_case).copied().or_else(|| made_up_id(&names.name));
        if owner.is_some_and(|owner| owner != id) {
            return Err(Refusal::Control(
                StatusCode::CONFLICT,
                format!("the name `{}` belongs to another user; choose another", names.name),
            ));
        }
        let mut by_id = named.by_id.clone();
        by_id.insert(id, names);
        if by_id.len() > NAMED_LIMIT {
            return refuse(format!(
                "{NAMED_LIMIT} users are named already; reset the emulator to name others"
            ));
        }
        self.file.write(&by_id)?;
        *named = Named::new(by_id);
        Ok(())
    }

    /// Returns the users that were named, by id.
    pub(super) fn list(&self) -> Vec<(i64, UserNames)> {
        self.named().by_id.iter().map(|(id, names)| (*id, names.clone())).collect()
    }

    /// Forgets how users were named.
    pub(super) fn reset(&self) -> Result<(), EmulatorError> {
        let mut named = self.named();
        self.file.remove()?;
        *named = Named::default();
        Ok(())
    }

    fn named(&self) -> std::sync::MutexGuard<'_, Named> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn made_up(id: i64) -> UserNames {
    let name = format!("{MADE_UP_PREFIX}{id}");
    UserNames { display_name: name.clone(), name }
}

fn made_up_id(name: &str) -> Option<i64> {
    let prefix = name.get(..MADE_UP_PREFIX.len())?;
    let digits = name.get(MADE_UP_PREFIX.len()..)?;
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let is_made_up = prefix.eq_ignore_ascii_case(MADE_UP_PREFIX) && is_plain;
    let id = digits.parse().ok().filter(|id| (1..=LAST_ID).contains(id));
    id.filter(|_| is_made_up)
}
