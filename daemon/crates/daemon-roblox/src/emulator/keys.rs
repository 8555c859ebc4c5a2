//! Which API keys are accepted, in what state they are, and from where (`roblox-apis.md §0.4`).
//!
//! A key that is disabled, expired or revoked is refused like one that does not exist, and one used from a foreign address
//! as forbidden (\[I\]: Roblox tells neither status). Keys expire by the emulator's clock.
//!
//! **Invariant:** keys are held and stored as digests, never as text (S-55), and found by them, so that the time it takes
//! tells nothing about how much of a key was right.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::emulator::EmulatorError;
use crate::emulator::access::{ApiKey, Caller, Grant, Permission};
use crate::emulator::json_file::JsonFile;
use crate::emulator::refusal::Refusal;

/// The most keys with settings of their own.
const KEYS_LIMIT: usize = 1_000;
/// The most permissions, and the most addresses, of a key.
const LIST_LIMIT: usize = 1_000;
/// The most characters of a key's name, and of a data store's in a permission.
const NAME_LIMIT: usize = 100;
/// The header that carries the key.
const HEADER: &str = "x-api-key";

/// What a key is like, as it is set, shown and stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeyForm {
    /// What people call it.
    #[serde(default)]
    pub(super) name: String,
    /// What it may do; none for everything.
    #[serde(default)]
    pub(super) permissions: Option<Vec<GrantForm>>,
    #[serde(default)]
    pub(super) state: KeyState,
    /// From when on it is expired, RFC 3339.
    #[serde(default)]
    pub(super) expires_at: Option<String>,
    /// From where it may be used, as `127.0.0.1` or `10.0.0.0/8`; empty for everywhere.
    #[serde(default)]
    pub(super) addresses: Vec<String>,
}

/// A permission as it is set, shown and stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GrantForm {
    /// Roblox's name of the permission scope and operation, as `universe-datastores.objects:read`.
    permission: String,
    /// The universe's id as text, as Roblox writes it; none for all.
    #[serde(default)]
    universe_id: Option<String>,
    /// The data store; none for all.
    #[serde(default)]
    datastore_name: Option<String>,
}

/// The states of a key (`roblox-apis.md §0.4` \[D\]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum KeyState {
    #[default]
    Enabled,
    Disabled,
    Expired,
    Revoked,
}

/// A key that was found by its text.
#[derive(Clone, Debug)]
pub(super) struct FoundKey {
    pub(super) name: String,
    pub(super) state: KeyState,
    pub(super) expires_at: Option<Timestamp>,
    addresses: Vec<AddressRange>,
    /// None: everything.
    pub(super) grants: Option<Arc<[Grant]>>,
}

/// Addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AddressRange {
    first: Ipv4Addr,
    bits: u32,
}

type Fingerprint = [u8; 32];

/// The keys that are accepted.
pub(super) struct Keys {
    file: JsonFile,
    /// What was named at the start; where there is any, other keys are refused.
    named: HashMap<Fingerprint, Arc<FoundKey>>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<Fingerprint, Arc<FoundKey>>,
    /// What was set, in the order of the fingerprints' texts.
    forms: BTreeMap<String, KeyForm>,
}

impl AddressRange {
    /// Reads an IPv4 address, or one with the number of bits that count.
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            None => (text, 32),
            Some((address, bits)) => {
                let digits = bits.bytes().all(|byte| byte.is_ascii_digit());
                (address, bits.parse().ok().filter(|bits| digits && *bits <= 32)?)
            }
        };
        Some(Self { first: address.parse().ok()?, bits })
    }

    fn contains(self, address: Ipv4Addr) -> bool {
        let shift = 32 - self.bits;
        (u32::from(self.first) ^ u32::from(address)).checked_shr(shift).unwrap_or(0) == 0
    }
}

impl FoundKey {
    /// A key about which nothing was said.
    fn plain(grants: Option<Arc<[Grant]>>) -> Self {
        Self {
            name: "emulated key".to_owned(),
            state: KeyState::Enabled,
            expires_at: None,
            addresses: Vec::new(),
            grants,
        }
    }

    fn from_form(form: &KeyForm) -> Result<Self, String> {
        let expires_at = form.expires_at.as_deref().map(Timestamp::parse_rfc3339).transpose();
        let addresses = form.addresses.iter().map(|text| {
            AddressRange::parse(text).ok_or_else(|| {
                format!("`{text}` is not an IPv4 address; write it as `127.0.0.1` or `10.0.0.0/8`")
            })
        });
        let grants = form.permissions.as_ref().map(|grants| grants.iter().map(GrantForm::read).collect());
        if form.name.chars().count() > NAME_LIMIT {
            return Err(format!("the name is too long; give up to {NAME_LIMIT} characters"));
        }
        if form.addresses.len().max(form.permissions.as_ref().map_or(0, Vec::len)) > LIST_LIMIT {
            return Err(format!("a list is too long; give up to {LIST_LIMIT} permissions and addresses"));
        }
        Ok(Self {
            name: form.name.clone(),
            state: form.state,
            expires_at: expires_at.map_err(|error| error.to_string())?,
            addresses: addresses.collect::<Result<_, _>>()?,
            grants: grants.transpose()?,
        })
    }

    /// Whether its time is over.
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.state == KeyState::Expired || self.expires_at.is_some_and(|at| at <= now)
    }

    /// Whether it may be used from an address. Only IPv4 addresses can be allowed (`roblox-apis.md §0.4`).
    pub(super) fn is_allowed_from(&self, address: IpAddr) -> bool {
        let IpAddr::V4(address) = address.to_canonical() else { return self.addresses.is_empty() };
        self.addresses.is_empty() || self.addresses.iter().any(|range| range.contains(address))
    }
}

impl GrantForm {
    fn read(&self) -> Result<Grant, String> {
        let permission = Permission::parse(&self.permission).ok_or_else(|| {
            let names: Vec<_> = Permission::ALL.into_iter().map(Permission::as_str).collect();
            format!("permission `{}` does not exist; those that do are {}", self.permission, names.join(", "))
        })?;
        let universe = match self.universe_id.as_deref() {
            None => None,
            Some(text) => Some(text.parse().ok().filter(|id: &i64| *id > 0).ok_or_else(|| {
                format!("universe `{text}` is not an id; give a whole number from 1 on, as text")
            })?),
        };
        if self.datastore_name.is_some() && !permission.is_about_stores() {
            return Err(format!(
                "permission `{}` cannot be given for a single data store; leave `datastoreName` out",
                self.permission
            ));
        }
        if self.datastore_name.as_ref().is_some_and(|name| name.chars().count() > NAME_LIMIT) {
            return Err(format!("the data store's name is too long; give up to {NAME_LIMIT} characters"));
        }
        Ok(Grant { permission, universe, store: self.datastore_name.clone() })
    }
}

impl Keys {
    /// Opens the keys: those named at the start, with what was set of them and others before.
    pub(super) fn open(path: PathBuf, named: Vec<ApiKey>) -> Result<Self, EmulatorError> {
        let file = JsonFile::new(path);
        let named: HashMap<_, _> = named
            .into_iter()
            .map(|key| (fingerprint(key.secret.as_bytes()), Arc::new(FoundKey::plain(key.grants))))
            .collect();
        let mut known = Known::default();
        known.keys.clone_from(&named);
        known.forms = file.read()?.unwrap_or_default();
        for (text, form) in &known.forms {
            let damaged = || file.damaged();
            let print = fingerprint_of_text(text).ok_or_else(damaged)?;
            let key = FoundKey::from_form(form).map_err(|_| damaged())?;
            known.keys.insert(print, Arc::new(key));
        }
        Ok(Self { file, named, known: Mutex::new(known) })
    }

    /// Finds out who asks; what is wrong with the key is answered as the gateway does (`roblox-apis.md §1.4`).
    pub(super) fn authenticate(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Caller, Refusal> {
        let key = self.recognise(headers)?;
        if key.state != KeyState::Enabled || key.is_expired(now) {
            return Err(Refusal::INVALID_API_KEY);
        }
        if !key.is_allowed_from(address) {
            return Err(Refusal::FOREIGN_ADDRESS);
        }
        Ok(Caller { grants: key.grants.clone() })
    }

    /// Finds the key of a request in whatever state it is.
    pub(super) fn recognise(&self, headers: &HeaderMap) -> Result<Arc<FoundKey>, Refusal> {
        let secret = headers.get(HEADER).map(http::HeaderValue::as_bytes).unwrap_or_default();
        self.find(secret).ok_or(Refusal::INVALID_API_KEY)
    }

    /// Finds a key by its text; one that is empty is never known.
    pub(super) fn find(&self, secret: &[u8]) -> Option<Arc<FoundKey>> {
        if secret.is_empty() {
            return None;
        }
        let found = self.known().keys.get(&fingerprint(secret)).cloned();
        found.or_else(|| self.named.is_empty().then(|| Arc::new(FoundKey::plain(None))))
    }

    /// Sets what a key is like, from now on and after a restart; one that was not known is accepted from then on.
    pub(super) fn set(&self, secret: &str, form: KeyForm) -> Result<(), Refusal> {
        let refuse = |message| Err(Refusal::Control(StatusCode::BAD_REQUEST, message));
        if secret.is_empty() {
            return refuse("the key is empty; give its text as `apiKey`".to_owned());
        }
        let key = match FoundKey::from_form(&form) {
            Ok(key) => key,
            Err(message) => return refuse(message),
        };
        let print = fingerprint(secret.as_bytes());
        let mut known = self.known();
        let mut forms = known.forms.clone();
        forms.insert(text_of_fingerprint(&print), form);
        if forms.len() > KEYS_LIMIT {
            return refuse(format!("{KEYS_LIMIT} keys are set already; reset the emulator to set others"));
        }
        self.file.write(&forms)?;
        known.forms = forms;
        known.keys.insert(print, Arc::new(key));
        Ok(())
    }

    /// Returns what was set, with the digest of each key.
    pub(super) fn forms(&self) -> Vec<(String, KeyForm)> {
        self.known().forms.iter().map(|(print, form)| (print.clone(), form.clone())).collect()
    }

    /// Forgets what was set.
    pub(super) fn reset(&self) -> Result<(), EmulatorError> {
        let mut known = self.known();
        self.file.remove()?;
        *known = Known { keys: self.named.clone(), forms: BTreeMap::new() };
        Ok(())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keys").field("named", &self.named.len()).finish_non_exhaustive()
    }
}

fn fingerprint(secret: &[u8]) -> Fingerprint {
    Sha256::digest(secret).into()
}

fn text_of_fingerprint(print: &Fingerprint) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    print.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

fn fingerprint_of_text(text: &str) -> Option<Fingerprint> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(byte).collect::<Option<Vec<_>>>()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_ranges_contain_what_shares_their_bits() {
        let check = |range: &str, inside: &str, outside: &str| {
            let range = AddressRange::parse(range).unwrap();
            assert!(range.contains(inside.parse().unwrap()), "{range:?} {inside}");
            assert!(!range.contains(outside.parse().unwrap()), "{range:?} {outside}");
        };
        check("10.1.2.3", "10.1.2.3", "10.1.2.4");
        check("10.1.2.3/31", "10.1.2.2", "10.1.2.4");
        check("10.0.0.0/8", "10.255.255.255", "11.0.0.0");
        check("128.0.0.0/1", "255.0.0.1", "127.255.255.255");
        assert!(AddressRange::parse("0.0.0.0/0").unwrap().contains(Ipv4Addr::BROADCAST));
        for text in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::1", "10.0.0.0/8/8", "a"] {
            assert_eq!(AddressRange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_of_version_6_are_allowed_only_where_all_are() {
        let form = |addresses: &[&str]| KeyForm {
            addresses: addresses.iter().map(|&text| text.to_owned()).collect(),
            ..KeyForm::default()
        };
        let limited = FoundKey::from_form(&form(&["127.0.0.1"])).unwrap();
        assert!(limited.is_allowed_from("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!limited.is_allowed_from("::1".parse().unwrap()));
        assert!(FoundKey::from_form(&form(&[])).unwrap().is_allowed_from("::1".parse().unwrap()));
    }

    #[test]
    fn fingerprints_are_written_and_read_back() {
        let print = fingerprint(b"key");
        assert_eq!(fingerprint_of_text(&text_of_fingerprint(&print)), Some(print));
        for text in ["", "0", "zz", &"0".repeat(62), &"0".repeat(66)] {
            assert_eq!(fingerprint_of_text(text), None, "{text}");
        }
    }
}
