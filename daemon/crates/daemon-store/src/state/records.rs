//! What the state database keeps.

use std::fmt;

use daemon_core::environment::Environment;
use daemon_core::permission::Role;
use daemon_core::time::Timestamp;

/// The id of a connection, globally unique; the caller draws it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub String);

/// The id of a token, globally unique; the caller draws it. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub String);

/// Where a connection's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionKind {
    /// In a universe of our own engine.
    Local,
    /// At Roblox.
    Cloud,
}

/// A universe people can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// Its id.
    pub id: ConnectionId,
    /// What people call it; no two have the same name.
    pub name: String,
    /// How carefully it is guarded.
    pub environment: Environment,
    /// Where its data is.
    pub kind: ConnectionKind,
    /// Which universe: for a local one, the name of its file; at Roblox, the experience's id.
    pub universe_id: String,
    /// Whether it holds the generated sample data.
    pub sample: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The colour people know it by; none was chosen for most.
    pub colour: Option<String>,
    /// Whether writes are refused until they are unlocked.
    pub read_only: bool,
    /// Where requests go; none for Roblox itself, and for a local one.
    pub base_url: Option<String>,
    /// What was found about its key, and about its experience; none for a local one, and while nothing was asked.
    pub check: Option<KeyCheck>,
}

impl ConnectionRecord {
    /// Makes the record of a local connection that is neither guarded nor coloured.
    pub fn local(id: ConnectionId, name: String, universe_id: String, created_at: Timestamp) -> Self {
        Self {
            id,
            name,
            environment: Environment::Local,
            kind: ConnectionKind::Local,
            universe_id,
            sample: false,
            created_at,
            colour: None,
            read_only: false,
            base_url: None,
            check: None,
        }
    }
}

/// What was found about a connection's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCheck {
    /// The experience's name, where Roblox told it.
    pub universe_name: Option<String>,
    /// The findings in a form of the caller's.
    pub report: String,
}

/// What becomes of a connection; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new environment.
    pub environment: Option<Environment>,
    /// A new colour, or none from now on.
    pub colour: Option<Option<String>>,
    /// Whether writes are refused.
    pub read_only: Option<bool>,
    /// Where requests go from now on; none for Roblox itself.
    pub base_url: Option<Option<String>>,
    /// New findings about the key. A name that Roblox did not tell leaves the one known.
    pub check: Option<KeyCheck>,
}

/// What a token was issued to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A script or program.
    Api,
    /// A paired Studio.
    Studio,
    /// A plugin file this daemon installed, which pairs silently (S-11).
    Install,
}

/// The keyed hash of a token; what is compared, since the token itself is nowhere (S-58).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

/// A token as it is known after it was shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its id.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// The first characters, by which people recognise it.
    pub display_prefix: String,
    /// Its keyed hash.
    pub hash: TokenHash,
    /// What its holder may do.
    pub role: Role,
    /// What it was issued to.
    pub kind: TokenKind,
    /// When it was issued.
    pub created_at: Timestamp,
    /// Who issued it.
    pub created_by: String,
    /// From when on it is refused; none for never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used; none for never.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked; none while it counts.
    pub revoked_at: Option<Timestamp>,
}

impl ConnectionKind {
    /// Returns the kind's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Cloud => "cloud",
        }
    }

    /// Finds the kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Local, Self::Cloud].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl TokenKind {
    /// Returns the kind's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Studio => "studio",
            Self::Install => "install",
        }
    }

    /// Finds the kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Api, Self::Studio, Self::Install].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl TokenRecord {
    /// Decides whether the token counts at `now`: neither revoked nor past its time.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash(…)")
    }
}
