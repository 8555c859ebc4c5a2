//! API tokens and paired Studios' credentials (S-58).
//!
//! An API token is `dsmp_`, 48 hex digits of randomness and 8 of CRC-32, so that a typing error is told from a wrong
//! token without a look-up. It is stored as a keyed hash. A Studio's secret is derived from the root key and its
//! token's id, so it is stored nowhere at all.
//!
//! **Invariant:** a revoked or expired token opens nothing, and revoking cancels whatever it had opened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use daemon_core::permission::Role;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::state::StateStore;
use daemon_store::state::records::{TokenHash, TokenId, TokenKind, TokenRecord};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::Clock;
use crate::gate::identity::{Caller, Credential};
use crate::secret::{Secret, encode_hex, random_hex, same};

/// What every API token begins with.
pub const TOKEN_PREFIX: &str = "dsmp_";

/// Random bytes in a token: 192 bits.
const RANDOM_BYTES: usize = 24;

/// How much of a token is kept to recognise it by.
const SHOWN_CHARACTERS: usize = TOKEN_PREFIX.len() + 6;

/// The owner, among the settings, of the ids of ended sessions.
const ENDED_SESSIONS: &str = "ended-sessions";

/// A token's last use is noted at most this often.
const TOUCH_INTERVAL: Duration = Duration::from_mins(1);

/// Tokens, and who is behind them.
#[derive(Clone, Debug)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    store: StateStore,
    clock: Clock,
    hash_key: Secret,
    studio_key: Secret,
    /// Tokens seen valid or revoked since the start, by id.
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    record: TokenRecord,
    revoked: CancellationToken,
    touched_at: Timestamp,
}

impl Known {
    fn new(record: TokenRecord) -> Self {
        Self { record, revoked: CancellationToken::new(), touched_at: Timestamp::MIN }
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tokens")
    }
}

impl Tokens {
    pub(super) fn new(store: StateStore, root: &Secret, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            hash_key: root.derive("api-token"),
            studio_key: root.derive("studio-secret"),
            known: Mutex::default(),
        }))
    }

    /// Makes an API token; the secret is in this answer and nowhere else.
    pub async fn create(
        &self,
        name: String,
        role: Role,
        expires_in: Option<Duration>,
        created_by: &str,
    ) -> Result<(TokenRecord, String), StoreError> {
        let random = random_hex(RANDOM_BYTES);
        let secret = format!("{TOKEN_PREFIX}{random}{:08x}", crc32fast::hash(random.as_bytes()));
        let now = self.0.clock.now();
        let record = TokenRecord {
            id: TokenId(Uuid::now_v7().to_string()),
            name,
            display_prefix: secret[..SHOWN_CHARACTERS].to_owned(),
            hash: self.hash(&secret),
            role,
            kind: TokenKind::Api,
            created_at: now,
            created_by: created_by.to_owned(),
            expires_at: expires_in.map(|lifetime| now.saturating_add(lifetime)),
            last_used_at: None,
            revoked_at: None,
        };
        self.0.store.create_token(record.clone()).await?;
        Ok((record, secret))
    }

    /// Makes a Studio's credential; its secret can be derived again, for whoever proves nothing but the id gets nothing.
    pub async fn create_studio(
        &self,
        name: String,
        kind: TokenKind,
        created_by: &str,
    ) -> Result<TokenRecord, StoreError> {
        let id = Uuid::now_v7().to_string();
        let record = TokenRecord {
            hash: TokenHash(self.0.studio_key.sign(format!("hash|{id}").as_bytes())),
            id: TokenId(id),
            name,
            display_prefix: "studio".into(),
            role: Role::Editor,
            kind,
            created_at: self.0.clock.now(),
            created_by: created_by.to_owned(),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        self.0.store.create_token(record.clone()).await?;
        Ok(record)
    }

    /// The secret of a Studio's credential.
    pub fn studio_secret(&self, id: &str) -> Secret {
        self.0.studio_key.derive(&format!("secret|{id}"))
    }

    /// All tokens, newest first.
    pub async fn list(&self) -> Result<Vec<TokenRecord>, StoreError> {
        self.0.store.list_tokens().await
    }

    /// Revokes a token, ends what it had opened, and answers the token as it is now.
    pub async fn revoke(&self, id: &str) -> Result<TokenRecord, StoreError> {
        let token_id = TokenId(id.to_owned());
        self.0.store.revoke_token(token_id.clone(), self.0.clock.now()).await?;
        let tokens = self.0.store.list_tokens().await?;
        let found = tokens.into_iter().find(|token| token.id == token_id);
        let record = found.ok_or(StoreError::TokenNotFound { id: id.to_owned() })?;
        // It stays known as revoked, for requests that found it valid a moment ago and are not admitted yet.
        self.lock().entry(id.to_owned()).or_insert_with(|| Known::new(record.clone())).revoked.cancel();
        Ok(record)
    }

    /// The caller behind an API token; `None` when it opens nothing.
    pub async fn caller(&self, secret: &str) -> Result<Option<Caller>, StoreError> {
        if !well_formed(secret) {
            return Ok(None);
        }
        let hash = self.hash(secret);
        let known = self.lock().values().find(|known| known.record.hash == hash).cloned();
        let record = match known {
            Some(known) => Some(known.record),
            None => self.0.store.find_token(hash).await?,
        };
        match record {
            Some(record) if record.kind == TokenKind::Api => Ok(self.admit(record).await),
            _ => Ok(None),
        }
    }

    /// The caller behind a token's id, which a proof or a session has established.
    pub async fn caller_by_id(&self, id: &str) -> Option<Caller> {
        let known = self.lock().get(id).map(|known| known.record.clone());
        let record = match known {
            Some(record) => record,
            None => self.0.store.list_tokens().await.ok()?.into_iter().find(|token| token.id.0 == id)?,
        };
        self.admit(record).await
    }

    /// Notes that a dashboard session was ended before its time.
    pub(super) async fn note_ended_session(&self, session: &str) -> Result<(), StoreError> {
        let ended_at = self.0.clock.now().format_rfc3339();
        self.0.store.set_setting(ENDED_SESSIONS.into(), session.into(), Some(ended_at)).await
    }

    /// Whether a dashboard session was ended before its time.
    pub(super) async fn is_ended_session(&self, session: &str) -> Result<bool, StoreError> {
        Ok(self.0.store.get_setting(ENDED_SESSIONS.into(), session.into()).await?.is_some())
    }

    async fn admit(&self, record: TokenRecord) -> Option<Caller> {
        let now = self.0.clock.now();
        if !record.is_valid(now) {
            return None;
        }
        let (revoked, must_touch) = {
            let mut tokens = self.lock();
            let known = tokens.entry(record.id.0.clone()).or_insert_with(|| Known::new(record.clone()));
            let must_touch = now.saturating_since(known.touched_at) >= TOUCH_INTERVAL;
            if must_touch {
                known.touched_at = now;
            }
            (known.revoked.clone(), must_touch)
        };
        if must_touch && let Err(error) = self.0.store.touch_token(record.id.clone(), now).await {
            tracing::warn!(%error, token.id = %record.id.0, "a token's last use could not be noted");
        }
        if revoked.is_cancelled() {
            return None;
        }
        let token = record.id.0.clone();
        Some(Caller {
            id: format!("token:{token}"),
            name: record.name,
            role: record.role,
            credential: match record.kind {
                TokenKind::Api => Credential::Token { token },
                TokenKind::Studio | TokenKind::Install => Credential::Studio { token },
            },
            revoked,
            expires_at: record.expires_at,
        })
    }

    fn hash(&self, secret: &str) -> TokenHash {
        TokenHash(self.0.hash_key.sign(secret.as_bytes()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a text can be a token at all: prefix, length, and check sum.
fn well_formed(secret: &str) -> bool {
    let Some(digits) = secret.strip_prefix(TOKEN_PREFIX) else { return false };
    if digits.len() != RANDOM_BYTES * 2 + 8 || !digits.is_ascii() {
        return false;
    }
    let (random, check_sum) = digits.split_at(RANDOM_BYTES * 2);
    same(&encode_hex(&crc32fast::hash(random.as_bytes()).to_be_bytes()), check_sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(clock: Clock) -> (tempfile::TempDir, Tokens) {
        let directory = tempfile::tempdir().unwrap();
        let store = StateStore::open(&directory.path().join("state.db")).unwrap();
        (directory, Tokens::new(store, &Secret::random(), clock))
    }

    #[tokio::test]
    async fn s_58_a_token_opens_until_it_is_revoked() {
        let (_directory, tokens) = tokens(Clock::system());
        let (record, secret) = tokens.create("ci".into(), Role::Viewer, None, "owner").await.unwrap();
        assert_eq!(secret.len(), "dsmp_".len() + 56);
        assert!(secret.starts_with(&record.display_prefix));
        let caller = tokens.caller(&secret).await.unwrap().unwrap();
        assert_eq!((caller.name.as_str(), caller.role), ("ci", Role::Viewer));
        tokens.revoke(&record.id.0).await.unwrap();
        assert!(caller.revoked.is_cancelled());
        assert!(tokens.caller(&secret).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn s_58_a_token_ends_at_its_expiry() {
        let now = Arc::new(Mutex::new(Timestamp::UNIX_EPOCH));
        let shared = Arc::clone(&now);
        let (_directory, tokens) = tokens(Clock::from_fn(move || *shared.lock().unwrap()));
        let lifetime = Duration::from_mins(1);
        let (_, secret) = tokens.create("ci".into(), Role::Viewer, Some(lifetime), "owner").await.unwrap();
        assert!(tokens.caller(&secret).await.unwrap().is_some());
        *now.lock().unwrap() = Timestamp::UNIX_EPOCH.saturating_add(lifetime);
        assert!(tokens.caller(&secret).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn s_58_a_damaged_or_invented_token_opens_nothing() {
        let (_directory, tokens) = tokens(Clock::system());
        let (_, secret) = tokens.create("ci".into(), Role::Viewer, None, "owner").await.unwrap();
        let mut damaged = secret.clone();
        damaged.replace_range(10..11, if &secret[10..11] == "0" { "1" } else { "0" });
        for text in [damaged.as_str(), "", "dsmp_", &secret[1..], "tab_x"] {
            assert!(!well_formed(text) && tokens.caller(text).await.unwrap().is_none(), "{text}");
        }
        let random = random_hex(RANDOM_BYTES);
        let invented = format!("{TOKEN_PREFIX}{random}{:08x}", crc32fast::hash(random.as_bytes()));
        assert!(well_formed(&invented) && tokens.caller(&invented).await.unwrap().is_none());
    }
}
