//! The vault's file, byte by byte. Numbers are big-endian.
//!
//! | bytes | what |
//! | --- | --- |
//! | 11 | `dsmp vault` and a line feed |
//! | 2 | version of this layout, 1 |
//! | 4 | version of the data key, 1 |
//! | 1 | what opens it: 1 a passphrase, 2 a key file |
//! | 12 | Argon2id's memory in KiB, passes and lanes; zeros for a key file |
//! | 16 | salt |
//! | 12, 48 | nonce, and the data key under the wrapping key |
//! | 4 | how many secrets follow, in the order of their ids |
//! | 2, n | length of a secret's id, and the id |
//! | 12, 4, n | nonce, length, and the secret under the data key |
//! | 12, 16 | nonce and tag that seal all bytes before under the data key |
//!
//! **Invariant:** a file has one form only: what differs in any byte from what [`write()`] makes is refused, here
//! or when it is opened.

use std::collections::BTreeMap;

use crate::vault::cipher::{KEY_BYTES, NONCE_BYTES, TAG_BYTES};
use crate::vault::derivation::{Derivation, SALT_BYTES};
use crate::vault::error::VaultError;
use crate::vault::{LONGEST_ID_BYTES, LONGEST_SECRET_BYTES, MOST_SECRETS, RandomSource};

const MAGIC: &[u8] = b"dsmp vault\n";
const LAYOUT_VERSION: u16 = 1;
const KEY_VERSION: u32 = 1;
const PASSPHRASE: u8 = 1;
const KEY_FILE: u8 = 2;
const SEAL_BYTES: usize = NONCE_BYTES + TAG_BYTES;

/// What stands before the secrets.
#[derive(Clone)]
pub(super) struct Header {
    pub(super) key_version: u32,
    pub(super) derivation: Derivation,
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) wrap_nonce: [u8; NONCE_BYTES],
    pub(super) wrapped_key: [u8; KEY_BYTES + TAG_BYTES],
}

/// A secret as it lies.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) nonce: [u8; NONCE_BYTES],
    pub(super) sealed: Vec<u8>,
}

/// All but the seal.
#[derive(Clone)]
pub(super) struct Contents {
    pub(super) header: Header,
    pub(super) records: BTreeMap<String, Record>,
}

/// The last bytes.
pub(super) struct Seal {
    pub(super) nonce: [u8; NONCE_BYTES],
    pub(super) tag: [u8; TAG_BYTES],
}

impl Header {
    /// With a fresh salt and nonce; the wrapped key is still to be computed.
    pub(super) fn new(derivation: Derivation, random: RandomSource) -> Self {
        let (mut salt, mut wrap_nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
        random(&mut salt);
        random(&mut wrap_nonce);
        Self {
            key_version: KEY_VERSION,
            derivation,
            salt,
            wrap_nonce,
            wrapped_key: [0; KEY_BYTES + TAG_BYTES],
        }
    }

    /// The bytes up to the salt's end, which the data key's encryption is bound to.
    fn prefix(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(LAYOUT_VERSION.to_be_bytes());
        bytes.extend(self.key_version.to_be_bytes());
        let (kind, numbers) = match self.derivation {
            Derivation::Passphrase { memory_kib, passes, lanes } => (PASSPHRASE, [memory_kib, passes, lanes]),
            Derivation::KeyFile => (KEY_FILE, [0; 3]),
        };
        bytes.push(kind);
        bytes.extend(numbers.into_iter().flat_map(u32::to_be_bytes));
        bytes.extend(self.salt);
        bytes
    }
}

/// What the data key's encryption is bound to.
pub(super) fn wrap_context(header: &Header) -> Vec<u8> {
    [b"dsmp vault data key\n".as_slice(), &header.prefix()].concat()
}

/// What a secret's encryption is bound to: its kind, its key's version, and its id.
pub(super) fn record_context(header: &Header, id: &str) -> Vec<u8> {
    [b"dsmp vault secret\n".as_slice(), &header.key_version.to_be_bytes(), id.as_bytes()].concat()
}

/// What the seal is bound to.
pub(super) fn seal_context(sealed: &[u8]) -> Vec<u8> {
    [b"dsmp vault file\n".as_slice(), sealed].concat()
}

/// All but the seal.
pub(super) fn write(header: &Header, records: &BTreeMap<String, Record>) -> Result<Vec<u8>, VaultError> {
    let mut bytes = header.prefix();
    bytes.extend(header.wrap_nonce);
    bytes.extend(header.wrapped_key);
    bytes.extend(u32::try_from(records.len()).map_err(|_| VaultError::Full)?.to_be_bytes());
    for (id, record) in records {
        bytes.extend(u16::try_from(id.len()).map_err(|_| VaultError::IdInvalid)?.to_be_bytes());
        bytes.extend(id.as_bytes());
        bytes.extend(record.nonce);
        let length = u32::try_from(record.sealed.len()).map_err(|_| VaultError::SecretTooLong)?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(&record.sealed);
    }
    Ok(bytes)
}

/// Ends the file.
pub(super) fn append_seal(bytes: &mut Vec<u8>, nonce: &[u8; NONCE_BYTES], tag: &[u8]) {
    bytes.extend(nonce);
    bytes.extend(tag);
}

/// The bytes that are sealed, and their seal.
pub(super) fn split_seal(bytes: &[u8]) -> Result<(&[u8], Seal), VaultError> {
    let at = bytes.len().checked_sub(SEAL_BYTES).ok_or(SHORT)?;
    let (sealed, seal) = bytes.split_at(at);
    let mut reader = Reader(seal);
    Ok((sealed, Seal { nonce: reader.array()?, tag: reader.array()? }))
}

/// Reads all but the seal.
pub(super) fn parse(bytes: &[u8]) -> Result<Contents, VaultError> {
    let mut reader = Reader(bytes);
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(damaged("it does not begin as one"));
    }
    match u16::from_be_bytes(reader.array()?) {
        LAYOUT_VERSION => {}
        0 => return Err(damaged("it has no version")),
        found => return Err(VaultError::Newer { found }),
    }
    let key_version = reader.number()?;
    let [kind] = reader.array()?;
    let numbers = (reader.number()?, reader.number()?, reader.number()?);
    let derivation = match (kind, numbers) {
        (PASSPHRASE, (memory_kib, passes, lanes)) => Derivation::Passphrase { memory_kib, passes, lanes },
        (KEY_FILE, (0, 0, 0)) => Derivation::KeyFile,
        _ => return Err(damaged("what opens it is unknown")),
    };
    let header = Header {
        key_version,
        derivation,
        salt: reader.array()?,
        wrap_nonce: reader.array()?,
        wrapped_key: reader.array()?,
    };
    let count = reader.number()? as usize;
    if count > MOST_SECRETS {
        return Err(damaged("it holds too many secrets"));
    }
    let mut records = BTreeMap::<String, Record>::new();
    for _ in 0..count {
        let length = usize::from(u16::from_be_bytes(reader.array()?));
        if length == 0 || length > LONGEST_ID_BYTES {
            return Err(damaged("a secret's id has no such length"));
        }
        let id =
            std::str::from_utf8(reader.take(length)?).map_err(|_| damaged("a secret's id is no text"))?;
        if records.last_key_value().is_some_and(|(last, _)| last.as_str() >= id) {
            return Err(damaged("its secrets are out of order"));
        }
        let nonce = reader.array()?;
        let length = reader.number()? as usize;
        if !(TAG_BYTES..=LONGEST_SECRET_BYTES + TAG_BYTES).contains(&length) {
            return Err(damaged("a secret has no such length"));
        }
        records.insert(id.to_owned(), Record { nonce, sealed: reader.take(length)?.to_vec() });
    }
    if reader.0.len() == SEAL_BYTES { Ok(Contents { header, records }) } else { Err(SHORT) }
}

const SHORT: VaultError = damaged("it has another length than it says");

const fn damaged(problem: &'static str) -> VaultError {
    VaultError::Damaged { problem }
}

/// Bytes that are still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], VaultError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], VaultError> {
        self.take(N)?.try_into().map_err(|_| SHORT)
    }

    fn number(&mut self) -> Result<u32, VaultError> {
        self.array().map(u32::from_be_bytes)
    }
}
