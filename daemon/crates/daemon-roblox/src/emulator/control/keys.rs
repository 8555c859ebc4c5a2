//! `/_emulator/keys`: what a key may do, until when, from where, and in what state it is. Kept over a restart.

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};

use crate::emulator::Emulator;
use crate::emulator::control::read;
use crate::emulator::keys::KeyForm;
use crate::emulator::refusal::Refusal;
use crate::emulator::reply;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetKey {
    api_key: String,
    #[serde(default)]
    settings: KeyForm,
}

#[derive(Serialize)]
struct KeyList {
    keys: Vec<ShownKey>,
}

#[derive(Serialize)]
struct ShownKey {
    /// SHA-256 of the key's text, so that it is recognised without being told.
    digest: String,
    settings: KeyForm,
}

/// Shows the keys that were set.
pub(super) fn show(emulator: &Emulator) -> Result<Response<Bytes>, Refusal> {
    let keys = emulator.keys.forms().into_iter();
    reply::serialised(&KeyList {
        keys: keys.map(|(digest, settings)| ShownKey { digest, settings }).collect(),
    })
}

/// Sets a key; what is left out goes back to its default, which for permissions is everything.
pub(super) fn set(emulator: &Emulator, body: &Bytes) -> Result<Response<Bytes>, Refusal> {
    let SetKey { api_key, settings } = read(body)?;
    emulator.keys.set(&api_key, settings)?;
    show(emulator)
}
