//! Dashboard sessions: handed over by a one-time code, held by a cookie and a token per tab (S-05, S-10).
//!
//! Cookie and tab token are signed texts, not rows: both survive a restart of the daemon, neither is worth anything
//! without the other, and the daemon stores no session secret.
//!
//! **Invariant:** a code works once, within a minute, and is kept as a hash only.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::gate::identity::{Caller, Credential, OWNER};
use crate::gate::tokens::Tokens;
use crate::secret::{Secret, encode_hex, random_hex};

/// How long a sign-in code works.
pub const CODE_LIFETIME: Duration = Duration::from_mins(1);

/// How long a dashboard session lasts.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(24);

/// Codes that may be open at a time; the oldest gives way.
const CODE_LIMIT: usize = 64;

/// Sessions that can be ended by name; an ended one stays listed until it would have expired.
const ENDED_LIMIT: usize = 10_000;

/// What every tab token begins with.
const TAB_PREFIX: &str = "tab_";

/// Sessions and the codes that start them.
pub struct Sessions {
    key: Secret,
    tokens: Tokens,
    clock: Clock,
    codes: Mutex<HashMap<String, Code>>,
    live: Mutex<HashMap<String, Live>>,
}

#[derive(Debug)]
struct Code {
    principal: String,
    expires_at: Timestamp,
}

#[derive(Debug)]
struct Live {
    ended: CancellationToken,
    expires_at: Timestamp,
}

/// The two halves of a new session.
pub struct SignedIn {
    /// For the cookie.
    pub cookie: String,
    /// For the tab.
    pub tab_token: String,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sessions")
    }
}

impl Sessions {
    pub(super) fn new(root: &Secret, tokens: Tokens, clock: Clock) -> Self {
        Self {
            key: root.derive("dashboard-session"),
            tokens,
            clock,
            codes: Mutex::default(),
            live: Mutex::default(),
        }
    }

    /// Makes a code that starts a session of the caller's own identity; tells until when it works.
    pub fn invite(&self, caller: &Caller) -> (String, Timestamp) {
        let now = self.clock.now();
        let code = random_hex(20);
        let expires_at = now.saturating_add(CODE_LIFETIME);
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, code| code.expires_at > now);
        if codes.len() >= CODE_LIMIT
            && let Some(oldest) =
                codes.iter().min_by_key(|(_, code)| code.expires_at).map(|(hash, _)| hash.clone())
        {
            codes.remove(&oldest);
        }
        codes.insert(self.hash(&code), Code { principal: caller.id.clone(), expires_at });
        (code, expires_at)
    }

    /// Takes a code in for a session; `None` when it is unknown, used or too old.
    pub fn sign_in(&self, code: &str) -> Option<SignedIn> {
        let hash = self.hash(code);
        let code = self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash)?;
        let now = self.clock.now();
        if code.expires_at <= now {
            return None;
        }
        let session = random_hex(16);
        let expires_at = now.saturating_add(SESSION_LIFETIME);
        let claims = format!("{session}.{}.{}", expires_at.ticks(), code.principal);
        let cookie = format!("{claims}.{}", self.sign("cookie", &claims));
        Some(SignedIn { cookie, tab_token: self.tab_token(&session) })
    }

    /// A token for one more tab of a session.
    pub fn tab_token(&self, session: &str) -> String {
        let claims = format!("{session}.{}", random_hex(16));
        format!("{TAB_PREFIX}{claims}.{}", self.sign("tab", &claims))
    }

    /// Whether a bearer token is a tab's.
    pub fn is_tab_token(token: &str) -> bool {
        token.starts_with(TAB_PREFIX)
    }

    /// The caller behind a cookie and a tab token that belong together.
    pub async fn caller(&self, cookie: &str, tab_token: &str) -> Option<Caller> {
        let (claims, signature) = cookie.rsplit_once('.')?;
        if !self.key.verifies(format!("cookie|{claims}").as_bytes(), signature) {
            return None;
        }
        let (session, rest) = claims.split_once('.')?;
        let (expires_at, principal) = rest.split_once('.')?;
        let expires_at = Timestamp::from_ticks(expires_at.parse().ok()?);
        let (tab_claims, tab_signature) = tab_token.strip_prefix(TAB_PREFIX)?.rsplit_once('.')?;
        if !self.key.verifies(format!("tab|{tab_claims}").as_bytes(), tab_signature)
            || tab_claims.split_once('.')?.0 != session
            || expires_at <= self.clock.now()
        {
            return None;
        }
        let inviter = self.inviter(principal).await?;
        let is_new = !self.lock_live().contains_key(session);
        let ended = self.live(session, expires_at, &inviter.revoked);
        if is_new && self.tokens.is_ended_session(session).await.unwrap_or(true) {
            ended.cancel();
        }
        if ended.is_cancelled() {
            return None;
        }
        let credential = Credential::Session { session: session.into() };
        let expires_at = inviter.expires_at.map_or(expires_at, |inviter| inviter.min(expires_at));
        Some(Caller { credential, revoked: ended, expires_at: Some(expires_at), ..inviter })
    }

    /// Ends a session in all its tabs, for good: also after a restart.
    pub async fn end(&self, session: &str) -> Result<(), StoreError> {
        let expires_at = self.clock.now().saturating_add(SESSION_LIFETIME);
        self.tokens.note_ended_session(session).await?;
        self.live(session, expires_at, &CancellationToken::new()).cancel();
        Ok(())
    }

    /// Whose identity a session has; `None` when that one may no longer call.
    async fn inviter(&self, principal: &str) -> Option<Caller> {
        if principal == OWNER {
            return Some(Caller::owner());
        }
        self.tokens.caller_by_id(principal.strip_prefix("token:")?).await
    }

    fn live(&self, session: &str, expires_at: Timestamp, inviter: &CancellationToken) -> CancellationToken {
        let mut live = self.lock_live();
        if live.len() >= ENDED_LIMIT {
            let now = self.clock.now();
            live.retain(|_, entry| entry.expires_at > now);
        }
        let entry = live.entry(session.into());
        entry.or_insert_with(|| Live { ended: inviter.child_token(), expires_at }).ended.clone()
    }

    fn lock_live(&self) -> std::sync::MutexGuard<'_, HashMap<String, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, use_: &str, claims: &str) -> String {
        encode_hex(&self.key.sign(format!("{use_}|{claims}").as_bytes()))
    }

    fn hash(&self, code: &str) -> String {
        self.sign("code", code)
    }
}

/// The address that signs a browser in: the code stands in the fragment, which no server and no log sees.
pub fn sign_in_url(address: SocketAddr, code: &str) -> String {
    format!("http://{address}/#/sign-in?code={code}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use daemon_core::permission::Role;
    use daemon_store::state::StateStore;

    use super::*;

    struct Fixture {
        _directory: tempfile::TempDir,
        now: Arc<Mutex<Timestamp>>,
        tokens: Tokens,
        sessions: Sessions,
        root: Secret,
    }

    fn fixture() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let store = StateStore::open(&directory.path().join("state.db")).unwrap();
        let now = Arc::new(Mutex::new(Timestamp::UNIX_EPOCH));
        let shared = Arc::clone(&now);
        let clock = Clock::from_fn(move || *shared.lock().unwrap());
        let root = Secret::random();
        let tokens = Tokens::new(store, &root, clock.clone());
        let sessions = Sessions::new(&root, tokens.clone(), clock);
        Fixture { _directory: directory, now, tokens, sessions, root }
    }

    #[tokio::test]
    async fn s_10_a_code_works_once_and_for_a_minute() {
        let fixture = fixture();
        let (code, _) = fixture.sessions.invite(&Caller::owner());
        assert!(code.len() * 4 >= 128, "at least 128 bits");
        assert!(fixture.sessions.sign_in(&code).is_some());
        assert!(fixture.sessions.sign_in(&code).is_none());
        let (late, expires_at) = fixture.sessions.invite(&Caller::owner());
        *fixture.now.lock().unwrap() = expires_at;
        assert!(fixture.sessions.sign_in(&late).is_none());
    }

    #[tokio::test]
    async fn s_05_cookie_and_tab_token_open_only_together() {
        let fixture = fixture();
        let signed_in = |sessions: &Sessions| sessions.sign_in(&sessions.invite(&Caller::owner()).0).unwrap();
        let (first, second) = (signed_in(&fixture.sessions), signed_in(&fixture.sessions));
        assert!(fixture.sessions.caller(&first.cookie, &first.tab_token).await.is_some());
        assert!(fixture.sessions.caller(&first.cookie, &second.tab_token).await.is_none());
        assert!(fixture.sessions.caller(&first.cookie, "").await.is_none());
        assert!(fixture.sessions.caller("", &first.tab_token).await.is_none());
        let forged = first.cookie.replace(OWNER, "token:x");
        assert!(fixture.sessions.caller(&forged, &first.tab_token).await.is_none());
    }

    #[tokio::test]
    async fn a_session_outlives_a_restart_but_not_its_end() {
        let fixture = fixture();
        let signed_in = fixture.sessions.sign_in(&fixture.sessions.invite(&Caller::owner()).0).unwrap();
        let restart = || {
            let now = Arc::clone(&fixture.now);
            Sessions::new(&fixture.root, fixture.tokens.clone(), Clock::from_fn(move || *now.lock().unwrap()))
        };
        let restarted = restart();
        let caller = restarted.caller(&signed_in.cookie, &signed_in.tab_token).await.unwrap();
        let Credential::Session { session } = &caller.credential else { panic!("a session") };
        restarted.end(session).await.unwrap();
        assert!(caller.revoked.is_cancelled());
        for sessions in [restarted, restart()] {
            assert!(sessions.caller(&signed_in.cookie, &signed_in.tab_token).await.is_none());
        }
    }

    #[tokio::test]
    async fn s_16_a_session_ends_with_the_token_that_opened_it() {
        let fixture = fixture();
        let (record, secret) = fixture.tokens.create("a".into(), Role::Admin, None, OWNER).await.unwrap();
        let inviter = fixture.tokens.caller(&secret).await.unwrap().unwrap();
        let signed_in = fixture.sessions.sign_in(&fixture.sessions.invite(&inviter).0).unwrap();
        let caller = fixture.sessions.caller(&signed_in.cookie, &signed_in.tab_token).await.unwrap();
        assert_eq!(caller.role, Role::Admin);
        fixture.tokens.revoke(&record.id.0).await.unwrap();
        assert!(caller.revoked.is_cancelled());
        assert!(fixture.sessions.caller(&signed_in.cookie, &signed_in.tab_token).await.is_none());
    }
}
