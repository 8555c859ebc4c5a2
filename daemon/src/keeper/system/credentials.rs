//! Windows' Credential Manager: the only place that calls it.
//!
//! Items are generic credentials of the account, kept on this machine and not carried to others; Windows encrypts them
//! under the account's log-in.

#![expect(unsafe_code, reason = "Windows offers its credentials through raw pointers only")]

use std::io;
use std::ptr;

use daemon_store::vault::secret::SecretText;
use windows_sys::Win32::Foundation::{ERROR_NO_SUCH_LOGON_SESSION, ERROR_NOT_FOUND};
use windows_sys::Win32::Security::Credentials::{
    CRED_MAX_CREDENTIAL_BLOB_SIZE, CRED_PERSIST_LOCAL_MACHINE, CRED_TYPE_GENERIC, CREDENTIALW, CredDeleteW,
    CredFree, CredReadW, CredWriteW,
};
use zeroize::{Zeroize as _, Zeroizing};

use super::{SecretStore, SystemError};

/// Its name in messages.
const NAME: &str = "Windows' Credential Manager";

/// The account's Credential Manager.
#[derive(Debug)]
pub(super) struct CredentialManager;

/// A credential Windows gave us to free.
struct Found(*mut CREDENTIALW);

impl Found {
    /// What it holds, wiped where Windows put it.
    fn take(&mut self) -> Zeroizing<Vec<u8>> {
        // SAFETY: `CredReadW` answered a valid credential, which nobody else frees or changes while we hold it.
        let (blob, length) = unsafe { ((*self.0).CredentialBlob, (*self.0).CredentialBlobSize as usize) };
        if blob.is_null() || length == 0 {
            return Zeroizing::new(Vec::new());
        }
        // SAFETY: the credential's blob has that length, and lies in the memory we hold.
        let bytes = unsafe { std::slice::from_raw_parts_mut(blob, length) };
        let taken = Zeroizing::new(bytes.to_vec());
        bytes.zeroize();
        taken
    }
}

impl Drop for Found {
    fn drop(&mut self) {
        // SAFETY: every `Found` holds what `CredReadW` allocated and nobody else frees.
        unsafe { CredFree(self.0.cast_const().cast()) };
    }
}

impl SecretStore for CredentialManager {
    fn put(&self, id: &str, secret: &SecretText) -> Result<(), SystemError> {
        let mut bytes = Zeroizing::new(secret.expose().as_bytes().to_vec());
        let limit = CRED_MAX_CREDENTIAL_BLOB_SIZE;
        let length = u32::try_from(bytes.len())
            .ok()
            .filter(|length| *length <= limit)
            .ok_or(SystemError::TooLong { store: NAME, limit: limit as usize })?;
        let (mut target, mut account) = (target(id), wide("dsmp"));
        let credential = CREDENTIALW {
            Type: CRED_TYPE_GENERIC,
            TargetName: target.as_mut_ptr(),
            CredentialBlobSize: length,
            CredentialBlob: bytes.as_mut_ptr(),
            Persist: CRED_PERSIST_LOCAL_MACHINE,
            UserName: account.as_mut_ptr(),
            ..CREDENTIALW::default()
        };
        // SAFETY: all that the credential points to is alive for the length of the call, ends with NUL where it is
        // text, and has the length it says where it is not.
        succeeded(unsafe { CredWriteW(&raw const credential, 0) }).map_err(|error| refused("keep", &error))
    }

    fn get(&self, id: &str) -> Result<Option<SecretText>, SystemError> {
        let mut found = ptr::null_mut();
        // SAFETY: the name ends with NUL; the pointer is written before it is used.
        let read = unsafe { CredReadW(target(id).as_ptr(), CRED_TYPE_GENERIC, 0, &raw mut found) };
        match succeeded(read) {
            Ok(()) => {
                let no_text = || io::Error::new(io::ErrorKind::InvalidData, "it keeps something else");
                let text = SecretText::from_bytes(&Found(found).take());
                text.map(Some).ok_or_else(|| refused("read", &no_text()))
            }
            Err(error) if is(&error, ERROR_NOT_FOUND) => Ok(None),
            Err(error) => Err(refused("read", &error)),
        }
    }

    fn remove(&self, id: &str) -> Result<(), SystemError> {
        // SAFETY: the name ends with NUL.
        match succeeded(unsafe { CredDeleteW(target(id).as_ptr(), CRED_TYPE_GENERIC, 0) }) {
            Err(error) if !is(&error, ERROR_NOT_FOUND) => Err(refused("remove", &error)),
            _ => Ok(()),
        }
    }
}

/// The name people find it by in Windows' settings.
fn target(id: &str) -> Vec<u16> {
    wide(&format!("DataStore Manager Pro: {id}"))
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn is(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}

fn succeeded(outcome: i32) -> io::Result<()> {
    if outcome == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn refused(action: &'static str, error: &io::Error) -> SystemError {
    let remedy = if is(error, ERROR_NO_SUCH_LOGON_SESSION) {
        "this session has none: log in to Windows itself, or use a vault with `--vault-key-file`"
    } else {
        "look for `DataStore Manager Pro` in Windows' Credential Manager, or use a vault with `--vault-key-file`"
    };
    SystemError::Refused { store: NAME, action, problem: error.to_string(), remedy }
}
