//! The client against a server that says exactly what a test wants, above all what Roblox should never say.

mod fuzz;
mod replies;
mod requests;
mod server;
mod services;

use std::time::Duration;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, Key, Scope, StoreName};
use daemon_core::value::JsonText;

use crate::client::OpenCloud;
use crate::client::endpoint::Endpoint;
use crate::client::secret::ApiKey;
use crate::client::transport::SendSettings;
use crate::governor::Governor;
use crate::governor::limits::{Limits, Share};

/// The key of every test; it may stand in the `x-api-key` header and nowhere else.
const KEY: &str = "canary-key";

const VERSION: &str = "08DCAA8702D435AC.0000000003.08DCAA877D776995.01";

fn governor() -> Governor {
    Governor::new(Limits::default(), Share::new(100).unwrap(), 1)
}

/// Reads are tried once, unless a test is about that: between attempts real time passes.
fn settings(total_timeout: Duration, read_attempts: u32) -> SendSettings {
    let connect_timeout = Duration::from_secs(5);
    SendSettings { connect_timeout, total_timeout, read_attempts, ..SendSettings::default() }
}

fn cloud(base: &str) -> OpenCloud {
    let settings = settings(Duration::from_secs(20), 1);
    let key = ApiKey::new(KEY).ok().unwrap();
    OpenCloud::new(Endpoint::parse(base).unwrap(), key, 123, governor(), settings).unwrap()
}

fn address(key: &str) -> EntryAddress {
    EntryAddress {
        store: StoreName::parse("Saves").unwrap(),
        scope: Scope::global(),
        key: Key::parse(key).unwrap(),
    }
}

fn value(text: &str) -> JsonText {
    JsonText::parse(text).unwrap()
}

fn nothing() -> (UserIds, Attributes) {
    (UserIds::default(), Attributes::default())
}
