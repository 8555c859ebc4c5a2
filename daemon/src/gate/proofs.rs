//! Mutual proof between the daemon and those who share a key with it: local commands and paired Studios (S-12).
//!
//! **Invariant:** a nonce serves one socket, within 30 seconds, for the peer it was made for.
//!
//! **Invariant:** an unknown or revoked peer is answered like any other, with the key it would have: so the answer does
//! not tell which peers exist, and a revoked Studio learns from its refused socket that it was revoked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use daemon_core::time::Timestamp;
use protocol::{ProveRequest, proof_message};

use crate::clock::Clock;
use crate::gate::identity::{Caller, Credential};
use crate::gate::tokens::Tokens;
use crate::secret::{Secret, encode_hex, random_hex};

/// How long a nonce may wait for its socket.
const NONCE_LIFETIME: Duration = Duration::from_secs(30);

/// Nonces that may wait at a time; the oldest gives way.
const NONCE_LIMIT: usize = 1_024;

/// The peer name of commands on this machine.
const COMMAND_PEER: &str = "cli";

/// Proofs under way.
#[derive(Debug)]
pub struct Proofs {
    keys: Keys,
    clock: Clock,
    waiting: Mutex<HashMap<String, Waiting>>,
}

struct Keys {
    pairing: Secret,
    unknown: Secret,
    tokens: Tokens,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keys")
    }
}

#[derive(Debug)]
struct Waiting {
    peer: String,
    client_nonce: String,
    expires_at: Timestamp,
}

/// The daemon's half of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerProof {
    /// The daemon's nonce.
    pub nonce: String,
    /// The keyed hash, in hex.
    pub proof: String,
}

impl Proofs {
    pub(super) fn new(pairing: Secret, tokens: Tokens, clock: Clock) -> Self {
        let unknown = pairing.derive("unknown-peer");
        Self { keys: Keys { pairing, unknown, tokens }, clock, waiting: Mutex::default() }
    }

    /// Proves to `request.peer` that this daemon holds their common key; `None` when the request is malformed.
    pub fn prove(&self, request: &ProveRequest, port: u16) -> Option<ServerProof> {
        let nonce_is_hex = request.nonce.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !nonce_is_hex || !(32..=128).contains(&request.nonce.len()) || request.peer.len() > 100 {
            return None;
        }
        let key = self.key(&request.peer);
        let nonce = random_hex(16);
        let message = proof_message("server", &request.peer, port, &request.nonce, &nonce);
        let now = self.clock.now();
        let waiting = Waiting {
            peer: request.peer.clone(),
            client_nonce: request.nonce.clone(),
            expires_at: now.saturating_add(NONCE_LIFETIME),
        };
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, entry| entry.expires_at > now);
        if all.len() >= NONCE_LIMIT
            && let Some(oldest) =
                all.iter().min_by_key(|(_, entry)| entry.expires_at).map(|(nonce, _)| nonce.clone())
        {
            all.remove(&oldest);
        }
        all.insert(nonce.clone(), waiting);
        Some(ServerProof { nonce, proof: encode_hex(&key.sign(message.as_bytes())) })
    }

    /// The caller behind `Authorization: Proof <peer>.<server nonce>.<client proof>`; uses the nonce up.
    pub async fn verify(&self, credential: &str, port: u16) -> Option<Caller> {
        let (rest, proof) = credential.rsplit_once('.')?;
        let (peer, nonce) = rest.rsplit_once('.')?;
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(nonce)?;
        if waiting.peer != peer || waiting.expires_at <= self.clock.now() {
            return None;
        }
        let caller = self.caller(peer).await?;
        let message = proof_message("client", peer, port, &waiting.client_nonce, nonce);
        self.key(peer).verifies(message.as_bytes(), proof).then_some(caller)
    }

    async fn caller(&self, peer: &str) -> Option<Caller> {
        if peer == COMMAND_PEER {
            return Some(Caller::owner());
        }
        let caller = self.keys.tokens.caller_by_id(studio_token(peer)?).await?;
        matches!(caller.credential, Credential::Studio { .. }).then_some(caller)
    }

    fn key(&self, peer: &str) -> Secret {
        match (peer, studio_token(peer)) {
            (COMMAND_PEER, _) => self.keys.pairing.clone(),
            (_, Some(id)) => self.keys.tokens.studio_secret(id),
            (_, None) => self.keys.unknown.derive(peer),
        }
    }
}

/// The token behind a Studio's peer name; an installed plugin file and a paired Studio differ in name only.
fn studio_token(peer: &str) -> Option<&str> {
    peer.strip_prefix("studio:").or_else(|| peer.strip_prefix("install:"))
}

#[cfg(test)]
mod tests {
    use daemon_store::state::StateStore;
    use daemon_store::state::records::TokenKind;

    use super::*;

    const PORT: u16 = 23767;
    const NONCE: &str = "00112233445566778899aabbccddeeff";

    fn proofs() -> (tempfile::TempDir, Secret, Tokens, Proofs) {
        let directory = tempfile::tempdir().unwrap();
        let store = StateStore::open(&directory.path().join("state.db")).unwrap();
        let tokens = Tokens::new(store, &Secret::random(), Clock::system());
        let pairing = Secret::random();
        let proofs = Proofs::new(pairing.clone(), tokens.clone(), Clock::system());
        (directory, pairing, tokens, proofs)
    }

    fn request(peer: &str) -> ProveRequest {
        ProveRequest { peer: peer.into(), nonce: NONCE.into() }
    }

    fn client_proof(key: &Secret, peer: &str, port: u16, nonce: &str) -> String {
        let message = proof_message("client", peer, port, NONCE, nonce);
        format!("{peer}.{nonce}.{}", encode_hex(&key.sign(message.as_bytes())))
    }

    #[tokio::test]
    async fn s_12_both_sides_prove_the_key_once() {
        let (_directory, pairing, _, proofs) = proofs();
        let server = proofs.prove(&request("cli"), PORT).unwrap();
        let message = proof_message("server", "cli", PORT, NONCE, &server.nonce);
        assert!(pairing.verifies(message.as_bytes(), &server.proof));
        let credential = client_proof(&pairing, "cli", PORT, &server.nonce);
        assert!(proofs.verify(&credential, PORT).await.is_some());
        assert!(proofs.verify(&credential, PORT).await.is_none(), "a nonce serves once");
    }

    #[tokio::test]
    async fn s_12_a_relayed_or_foreign_proof_is_refused() {
        let (_directory, pairing, _, proofs) = proofs();
        for (key, peer, port) in [
            (Secret::random(), "cli", PORT),
            (pairing.clone(), "cli", PORT + 1),
            (pairing.clone(), "studio:unknown", PORT),
        ] {
            let server = proofs.prove(&request("cli"), PORT).unwrap();
            assert!(proofs.verify(&client_proof(&key, peer, port, &server.nonce), PORT).await.is_none());
        }
    }

    #[tokio::test]
    async fn s_12_an_unknown_peer_gets_an_answer_that_fits_no_key() {
        let (_directory, pairing, _, proofs) = proofs();
        let server = proofs.prove(&request("studio:nobody"), PORT).unwrap();
        let credential = client_proof(&pairing, "studio:nobody", PORT, &server.nonce);
        assert!(proofs.verify(&credential, PORT).await.is_none());
    }

    #[tokio::test]
    async fn s_11_an_installed_plugin_pairs_silently_until_it_is_revoked() {
        let (_directory, _, tokens, proofs) = proofs();
        let record = tokens.create_studio("Studio".into(), TokenKind::Install, "owner").await.unwrap();
        let peer = format!("install:{}", record.id.0);
        let secret = tokens.studio_secret(&record.id.0);
        let server = proofs.prove(&request(&peer), PORT).unwrap();
        let caller = proofs.verify(&client_proof(&secret, &peer, PORT, &server.nonce), PORT).await.unwrap();
        assert_eq!(caller.credential, Credential::Studio { token: record.id.0.clone() });
        tokens.revoke(&record.id.0).await.unwrap();
        let server = proofs.prove(&request(&peer), PORT).unwrap();
        let message = proof_message("server", &peer, PORT, NONCE, &server.nonce);
        assert!(secret.verifies(message.as_bytes(), &server.proof), "it still knows its daemon");
        assert!(proofs.verify(&client_proof(&secret, &peer, PORT, &server.nonce), PORT).await.is_none());
    }

    #[tokio::test]
    async fn malformed_nonces_are_refused() {
        let (_directory, _, _, proofs) = proofs();
        for nonce in ["", "00", "zz112233445566778899aabbccddeeff", &"0".repeat(129)] {
            let request = ProveRequest { peer: "cli".into(), nonce: nonce.into() };
            assert!(proofs.prove(&request, PORT).is_none(), "{nonce}");
        }
        assert!(proofs.verify("garbage", PORT).await.is_none());
    }
}
