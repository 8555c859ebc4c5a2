//! `/_emulator/users`: what users are called. Kept over a restart.

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};

use crate::emulator::Emulator;
use crate::emulator::control::{invalid, read};
use crate::emulator::refusal::Refusal;
use crate::emulator::reply;
use crate::emulator::users::UserNames;

/// A user as it is set and shown.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserForm {
    /// The id as text, as ids are everywhere else.
    id: String,
    name: String,
    /// The name when left out.
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Serialize)]
struct UserList {
    users: Vec<UserForm>,
}

/// Shows the users that were named.
pub(super) fn show(emulator: &Emulator) -> Result<Response<Bytes>, Refusal> {
    let form = |(id, UserNames { name, display_name }): (i64, UserNames)| UserForm {
        id: id.to_string(),
        name,
        display_name: Some(display_name),
    };
    reply::serialised(&UserList { users: emulator.users.list().into_iter().map(form).collect() })
}

/// Names a user.
pub(super) fn set(emulator: &Emulator, body: &Bytes) -> Result<Response<Bytes>, Refusal> {
    let UserForm { id, name, display_name } = read(body)?;
    let id = id.parse().map_err(|_| invalid("`id` must be a whole number, as text"))?;
    let display_name = display_name.unwrap_or_else(|| name.clone());
    emulator.users.name(id, UserNames { name, display_name })?;
    show(emulator)
}
