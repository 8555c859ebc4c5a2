//! Pairing a Studio by a code that a person compares on both sides (S-11).
//!
//! The plugin asks, gets a code to show and a claim only it knows; the person sees the same code in the dashboard and
//! approves there; the plugin claims its credential, once.
//!
//! **Invariant:** nothing is handed out before a person approved, and then only to whoever holds the claim.
//!
//! **Invariant:** five wrong claims, or five wrong codes, end a pairing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use daemon_core::time::Timestamp;

use crate::secret::{random_hex, same};
use crate::studio::registry::Studio;

/// How long a pairing waits for a person.
pub const PAIRING_LIFETIME: Duration = Duration::from_mins(10);

/// Wrong claims or codes that end a pairing.
pub const TRY_LIMIT: u32 = 5;

/// Pairings that may wait at a time; further ones are refused until one ends.
pub const PENDING_LIMIT: usize = 16;

/// The letters and digits of a code: those that cannot be taken for each other.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Pairings under way.
#[derive(Debug, Default)]
pub struct Pairings(Mutex<BTreeMap<String, Pairing>>);

/// A Studio's wish to be paired.
#[derive(Clone)]
pub struct Pairing {
    /// Its id.
    pub id: String,
    /// The code shown on both sides.
    pub code: String,
    /// Which Studio it says it is.
    pub studio: Studio,
    /// When the wish ends.
    pub expires_at: Timestamp,
    claim: String,
    wrong_tries: u32,
    decision: Decision,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Decision {
    Open,
    Approved { token: String },
    Refused,
}

/// What a claim is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Nobody has decided yet.
    Pending,
    /// Approved: the credential's id, told this once.
    Approved {
        /// The token's id.
        token: String,
    },
    /// A person refused.
    Refused,
    /// There is no such pairing (any more), or the claim is wrong.
    Expired,
}

/// Why a pairing cannot be approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// It ended, or never was.
    #[error("there is no such pairing; press Pair again in Studio to get a new code")]
    NotFound,
    /// The codes differ.
    #[error("the code is not the one this pairing shows; compare it with the one in Studio")]
    WrongCode,
}

/// Leaves the claim out.
impl std::fmt::Debug for Pairing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Pairing")
            .field("id", &self.id)
            .field("decision", &self.decision)
            .finish_non_exhaustive()
    }
}

impl Pairings {
    /// Takes a wish in; `None` when too many wait already.
    pub fn request(&self, studio: Studio, now: Timestamp) -> Option<(Pairing, String)> {
        let mut pairings = self.lock(now);
        if pairings.values().filter(|pairing| pairing.decision == Decision::Open).count() >= PENDING_LIMIT {
            return None;
        }
        let pairing = Pairing {
            id: random_hex(16),
            code: random_code(),
            studio,
            expires_at: now.saturating_add(PAIRING_LIFETIME),
            claim: random_hex(32),
            wrong_tries: 0,
            decision: Decision::Open,
        };
        pairings.insert(pairing.id.clone(), pairing.clone());
        let claim = pairing.claim.clone();
        Some((pairing, claim))
    }

    /// Those that wait for a person.
    pub fn pending(&self, now: Timestamp) -> Vec<Pairing> {
        self.lock(now).values().filter(|pairing| pairing.decision == Decision::Open).cloned().collect()
    }

    /// The open pairing of that id, if the code is the one it shows.
    pub fn check(&self, id: &str, code: &str, now: Timestamp) -> Result<Pairing, ApprovalError> {
        let mut pairings = self.lock(now);
        let pairing = pairings.get_mut(id).filter(|pairing| pairing.decision == Decision::Open);
        let Some(pairing) = pairing else { return Err(ApprovalError::NotFound) };
        if same(&pairing.code, &code.trim().to_ascii_uppercase()) {
            return Ok(pairing.clone());
        }
        if note_wrong_try(pairing) {
            pairings.remove(id);
        }
        Err(ApprovalError::WrongCode)
    }

    /// Approves a pairing with the credential made for it.
    pub fn approve(&self, id: &str, token: String, now: Timestamp) -> Result<(), ApprovalError> {
        self.decide(id, Decision::Approved { token }, now)
    }

    /// Refuses a pairing.
    pub fn refuse(&self, id: &str, now: Timestamp) -> Result<(), ApprovalError> {
        self.decide(id, Decision::Refused, now)
    }

    /// What became of a pairing, for whoever holds its claim.
    pub fn claim(&self, id: &str, claim: &str, now: Timestamp) -> Claimed {
        let mut pairings = self.lock(now);
        let Some(pairing) = pairings.get_mut(id) else { return Claimed::Expired };
        if !same(&pairing.claim, claim) {
            if note_wrong_try(pairing) {
                pairings.remove(id);
            }
            return Claimed::Expired;
        }
        match pairing.decision.clone() {
            Decision::Open => Claimed::Pending,
            Decision::Refused => Claimed::Refused,
            Decision::Approved { token } => {
                pairings.remove(id);
                Claimed::Approved { token }
            }
        }
    }

    fn decide(&self, id: &str, decision: Decision, now: Timestamp) -> Result<(), ApprovalError> {
        let mut pairings = self.lock(now);
        let pairing = pairings.get_mut(id).filter(|pairing| pairing.decision == Decision::Open);
        pairing.ok_or(ApprovalError::NotFound)?.decision = decision;
        Ok(())
    }

    fn lock(&self, now: Timestamp) -> std::sync::MutexGuard<'_, BTreeMap<String, Pairing>> {
        let mut pairings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pairings.retain(|_, pairing| pairing.expires_at > now);
        pairings
    }
}

/// Counts a wrong try; `true` when it was the last one allowed.
fn note_wrong_try(pairing: &mut Pairing) -> bool {
    pairing.wrong_tries += 1;
    pairing.wrong_tries >= TRY_LIMIT
}

/// A code such as `K7F-29Q`: 30 random bits.
fn random_code() -> String {
    let digits = random_hex(6);
    let mut code: String = digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            let value = pair.iter().fold(0_usize, |sum, digit| sum * 16 + usize::from(hex_value(*digit)));
            char::from(CODE_ALPHABET[value % CODE_ALPHABET.len()])
        })
        .collect();
    code.insert(3, '-');
    code
}

fn hex_value(digit: u8) -> u8 {
    if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn studio() -> Studio {
        Studio {
            universe_id: "1".into(),
            place_id: "2".into(),
            place_name: "Pirate Bay".into(),
            user_id: "3".into(),
            user_name: "Ann".into(),
        }
    }

    #[test]
    fn s_11_an_approved_pairing_is_claimed_once() {
        let pairings = Pairings::default();
        let (pairing, claim) = pairings.request(studio(), NOW).unwrap();
        assert_eq!(pairings.claim(&pairing.id, &claim, NOW), Claimed::Pending);
        pairings.check(&pairing.id, &pairing.code.to_lowercase(), NOW).unwrap();
        pairings.approve(&pairing.id, "t".into(), NOW).unwrap();
        assert_eq!(pairings.claim(&pairing.id, &claim, NOW), Claimed::Approved { token: "t".into() });
        assert_eq!(pairings.claim(&pairing.id, &claim, NOW), Claimed::Expired);
    }

    #[test]
    fn s_11_a_hundred_thousand_guesses_pair_nothing() {
        let pairings = Pairings::default();
        let mut pairing = pairings.request(studio(), NOW).unwrap().0;
        for guess in 0..100_000_u32 {
            if pairings.pending(NOW).is_empty() {
                pairing = pairings.request(studio(), NOW).unwrap().0;
            }
            assert_eq!(pairings.claim(&pairing.id, &format!("{guess:064x}"), NOW), Claimed::Expired);
        }
    }

    #[test]
    fn s_11_the_fifth_wrong_code_ends_the_pairing() {
        let pairings = Pairings::default();
        let (pairing, _) = pairings.request(studio(), NOW).unwrap();
        for _ in 0..TRY_LIMIT {
            assert_eq!(pairings.check(&pairing.id, "AAA-AAA", NOW).unwrap_err(), ApprovalError::WrongCode);
        }
        assert_eq!(pairings.check(&pairing.id, &pairing.code, NOW).unwrap_err(), ApprovalError::NotFound);
    }

    #[test]
    fn s_11_a_pairing_ends_after_ten_minutes() {
        let pairings = Pairings::default();
        let (pairing, claim) = pairings.request(studio(), NOW).unwrap();
        let end = NOW.saturating_add(PAIRING_LIFETIME);
        assert!(pairings.approve(&pairing.id, "t".into(), end).is_err());
        assert_eq!(pairings.claim(&pairing.id, &claim, end), Claimed::Expired);
    }

    #[test]
    fn no_more_than_the_limit_wait() {
        let pairings = Pairings::default();
        for _ in 0..PENDING_LIMIT {
            assert!(pairings.request(studio(), NOW).is_some());
        }
        assert!(pairings.request(studio(), NOW).is_none());
    }
}
