//! Why a vault does not open or does not take a secret, told apart by what the caller can do about it.

use thiserror::Error;

use crate::vault::{
    LONGEST_ID_BYTES, LONGEST_PASSPHRASE_BYTES, LONGEST_SECRET_BYTES, MOST_SECRETS, OpenedBy,
};

/// Tells why something of a vault did not happen; no message repeats a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VaultError {
    /// The file's content is not what we wrote.
    #[error(
        "it is damaged or no vault ({problem}); keep it, and put a copy in its place, or move it away to make a new one"
    )]
    Damaged {
        /// What was found.
        problem: &'static str,
    },
    /// The file was written by a newer version of this program.
    #[error("it has version {found} and this program knows version 1; use the newer program again")]
    Newer {
        /// The file's version.
        found: u16,
    },
    /// Another passphrase made it, or its first bytes were changed.
    #[error("the passphrase does not open the vault; check its spelling and try again")]
    WrongPassphrase,
    /// Another key file made it, or its first bytes were changed.
    #[error("the key file does not open the vault; name the one it was made with")]
    WrongKeyFile,
    /// It opens with the other of the two.
    #[error("{}", .needs.instead())]
    OtherOpening {
        /// What it opens with.
        needs: OpenedBy,
    },
    /// The passphrase would not protect much.
    #[error("a passphrase has at least 8 characters; several words are easier to keep in mind")]
    PassphraseTooShort,
    /// Nobody types so much.
    #[error("a passphrase has at most {LONGEST_PASSPHRASE_BYTES} bytes; choose a shorter one")]
    PassphraseTooLong,
    /// The key file would not protect much.
    #[error("a key file has at least 32 random bytes; make one with `dsmp vault new-key-file FILE`")]
    KeyFileTooShort,
    /// An id that is empty or too long.
    #[error("a secret's id has 1 to {LONGEST_ID_BYTES} bytes")]
    IdInvalid,
    /// A secret that is too long.
    #[error("a secret has at most {LONGEST_SECRET_BYTES} bytes; check what was pasted")]
    SecretTooLong,
    /// There are too many secrets.
    #[error(
        "the vault holds {MOST_SECRETS} secrets, which is the most; remove connections you no longer use"
    )]
    Full,
    /// The libraries refused, which they do when memory is short.
    #[error("the vault's key could not be computed; free some memory and try again")]
    Cryptography,
}

impl OpenedBy {
    /// What to say to whoever came with the other.
    fn instead(self) -> &'static str {
        match self {
            Self::Passphrase => {
                "the vault opens with a passphrase, not with a key file; start without `--vault-key-file`, then `dsmp vault open`"
            }
            Self::KeyFile => {
                "the vault opens with a key file, not with a passphrase; start the daemon with `--vault-key-file FILE`"
            }
        }
    }
}
