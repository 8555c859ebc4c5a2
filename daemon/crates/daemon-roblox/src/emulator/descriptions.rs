//! What universes are, beside what they hold: every id is one, made up from the id until it is changed.
//!
//! Members are those of the contract's `Universe`; which can be changed, it says too. Changes are kept over a restart.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use daemon_core::time::Timestamp;
use serde_json::{Map, Value, json};

use crate::emulator::json_file::JsonFile;
use crate::emulator::refusal::{Refusal, V2Code};
use crate::emulator::{EmulatorError, reply};

/// The most universes that are changed.
const CHANGED_LIMIT: usize = 10_000;
/// The most characters of a text of a social link (\[I\]).
const TEXT_LIMIT: usize = 1_000;
/// When all universes were created.
const CREATED: &str = "2020-01-01T00:00:00Z";

/// Members that are true or false.
const FLAGS: [&str; 6] =
    ["voiceChatEnabled", "desktopEnabled", "mobileEnabled", "tabletEnabled", "consoleEnabled", "vrEnabled"];
/// Members that are social links.
const LINKS: [&str; 7] = [
    "facebookSocialLink",
    "twitterSocialLink",
    "youtubeSocialLink",
    "twitchSocialLink",
    "discordSocialLink",
    "robloxGroupSocialLink",
    "guildedSocialLink",
];
const PRICE: &str = "privateServerPriceRobux";

/// The universes that were changed.
#[derive(Debug)]
pub(super) struct Descriptions {
    file: JsonFile,
    changed: Mutex<BTreeMap<i64, Map<String, Value>>>,
}

impl Descriptions {
    /// Opens the universes as they were changed before.
    pub(super) fn open(path: PathBuf) -> Result<Self, EmulatorError> {
        let file = JsonFile::new(path);
        let changed = Mutex::new(file.read()?.unwrap_or_default());
        Ok(Self { file, changed })
    }

    /// Describes a universe.
    pub(super) fn get(&self, universe: i64) -> Value {
        let changed = self.changed().get(&universe).cloned();
        described(universe, changed.unwrap_or_default())
    }

    /// Changes the members of a mask, or without one those of the body that can be changed (\[I\]), and describes what
    /// became of it. A member that the mask has and the body has not is cleared.
    pub(super) fn change(
        &self,
        universe: i64,
        mask: Option<&str>,
        body: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let names: Vec<&str> = match mask {
            Some(mask) => mask.split(',').map(str::trim).collect(),
            None => body.keys().map(String::as_str).filter(|name| is_changeable(name)).collect(),
        };
        let mut all = self.changed();
        let mut members = all.get(&universe).cloned().unwrap_or_default();
        for name in names {
            if !is_changeable(name) {
                return Err(Refusal::argument(format!("The field `{name}` cannot be updated.")));
            }
            let value = body.get(name).filter(|value| !value.is_null());
            check(name, value)?;
            members.insert(name.to_owned(), value.cloned().unwrap_or(Value::Null));
        }
        members.insert("updateTime".to_owned(), json!(reply::v2_time(now)));
        let mut changed = all.clone();
        changed.insert(universe, members.clone());
        if changed.len() > CHANGED_LIMIT {
            return Err(Refusal::argument("Too many universes were changed; reset the emulator."));
        }
        self.file.write(&changed).map_err(|error| {
            tracing::error!(%error, "a universe's change could not be stored");
            Refusal::Status(V2Code::Internal, "An unknown error occurred.".to_owned())
        })?;
        *all = changed;
        Ok(described(universe, members))
    }

    /// Forgets what was changed.
    pub(super) fn reset(&self) -> Result<(), EmulatorError> {
        let mut changed = self.changed();
        self.file.remove()?;
        changed.clear();
        Ok(())
    }

    fn changed(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, Map<String, Value>>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_changeable(name: &str) -> bool {
    FLAGS.contains(&name) || LINKS.contains(&name) || name == PRICE
}

/// Checks a member's value; none clears it.
fn check(name: &str, value: Option<&Value>) -> Result<(), Refusal> {
    let Some(value) = value else { return Ok(()) };
    let is_text = |value: &Value| value.as_str().is_some_and(|text| text.chars().count() <= TEXT_LIMIT);
    let is_valid = if FLAGS.contains(&name) {
        value.is_boolean()
    } else if name == PRICE {
        value.as_i64().is_some_and(|price| (0..=i64::from(i32::MAX)).contains(&price))
    } else {
        let is_member =
            |(name, value): (&String, &Value)| matches!(name.as_str(), "title" | "uri") && is_text(value);
        value.as_object().is_some_and(|link| link.iter().all(is_member))
    };
    if is_valid { Ok(()) } else { Err(Refusal::argument(format!("Invalid value for `{name}`."))) }
}

/// A universe as it is made up, with what was changed; what was cleared is left out.
fn described(universe: i64, changed: Map<String, Value>) -> Value {
    let mut members = json!({
        "path": format!("universes/{universe}"),
        "createTime": CREATED,
        "updateTime": CREATED,
        "displayName": format!("Universe {universe}"),
        "description": "",
        "user": "users/1",
        "visibility": "PRIVATE",
        "voiceChatEnabled": false,
        "ageRating": "AGE_RATING_UNSPECIFIED",
        // [I] Absent means no private servers (the contract's `Universe`), yet clients exist that require it.
        PRICE: 0,
        "desktopEnabled": true,
        "mobileEnabled": true,
        "tabletEnabled": true,
        "consoleEnabled": true,
        "vrEnabled": false,
        "rootPlace": format!("universes/{universe}/places/{universe}"),
    });
    if let Some(members) = members.as_object_mut() {
        members.extend(changed);
        members.retain(|_, value| !value.is_null());
    }
    members
}
