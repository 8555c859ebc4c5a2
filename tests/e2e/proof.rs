//! The daemon proves itself before anybody sends it a secret, and no proof serves anybody else (S-12).

use std::time::Duration;

use daemon::secret::{Secret, encode_hex};
use protocol::proof_message;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;
use tests::socket::SocketClient;

const NONCE: &str = "00112233445566778899aabbccddeeff";
const PEER: &str = "cli";

async fn prove(daemon: &TestDaemon, peer: &str, nonce: &str) -> Value {
    let body = json!({ "peer": peer, "nonce": nonce }).to_string();
    HttpClient::new(daemon.address).post("/api/v1/prove", &body).await.ok()
}

fn key(daemon: &TestDaemon) -> Secret {
    Secret::from_hex(&daemon.file().pairing_key).unwrap()
}

fn credential(key: &Secret, peer: &str, port: u16, nonce: &str) -> [(&'static str, String); 1] {
    let message = proof_message("client", peer, port, NONCE, nonce);
    [("authorization", format!("Proof {peer}.{nonce}.{}", encode_hex(&key.sign(message.as_bytes()))))]
}

fn nonce_of(answer: &Value) -> String {
    answer["nonce"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn s_12_a_command_that_reads_the_private_file_is_the_owner() {
    let daemon = TestDaemon::empty().await;
    let answer = prove(&daemon, PEER, NONCE).await;
    assert_eq!(answer["instance"], daemon.file().instance);
    let (nonce, port) = (nonce_of(&answer), daemon.address.port());
    let message = proof_message("server", PEER, port, NONCE, &nonce);
    assert!(key(&daemon).verifies(message.as_bytes(), answer["proof"].as_str().unwrap()));
    let headers = credential(&key(&daemon), PEER, port, &nonce);
    let mut socket = SocketClient::try_connect(daemon.address, &headers).await.unwrap().greeted().await;
    let status = socket.call(json!({ "type": "system.status" })).await;
    assert_eq!(status["principal"], json!({ "name": "owner", "role": "SUPER_ADMIN" }));
    assert_eq!(SocketClient::refused(daemon.address, &headers).await, 401, "a proof overheard is used up");
    daemon.stop().await;
}

#[tokio::test]
async fn s_12_an_impostor_without_the_key_proves_nothing() {
    let daemon = TestDaemon::empty().await;
    let impostor = TestDaemon::empty().await;
    let port = daemon.address.port();
    let answer = prove(&impostor, PEER, NONCE).await;
    let message = proof_message("server", PEER, port, NONCE, &nonce_of(&answer));
    let proof = answer["proof"].as_str().unwrap();
    assert!(
        !key(&daemon).verifies(message.as_bytes(), proof),
        "another daemon's proof convinces no client of ours"
    );
    daemon.stop().await;
    impostor.stop().await;
}

#[tokio::test]
async fn s_12_a_relayed_proof_fits_only_the_port_it_was_made_for() {
    let daemon = TestDaemon::empty().await;
    let port = daemon.address.port();
    // The impostor on another port passes the client's nonce on; the answer binds the real port.
    let answer = prove(&daemon, PEER, NONCE).await;
    let seen_by_client = proof_message("server", PEER, port.wrapping_add(1), NONCE, &nonce_of(&answer));
    assert!(!key(&daemon).verifies(seen_by_client.as_bytes(), answer["proof"].as_str().unwrap()));
    // And what a client of that port would send opens nothing here.
    let headers = credential(&key(&daemon), PEER, port.wrapping_add(1), &nonce_of(&answer));
    assert_eq!(SocketClient::refused(daemon.address, &headers).await, 401);
    daemon.stop().await;
}

#[tokio::test]
async fn s_12_reflected_swapped_stale_and_invented_proofs_open_nothing() {
    let daemon = TestDaemon::empty().await;
    let (key, port) = (key(&daemon), daemon.address.port());
    let proof_header =
        |nonce: &str, proof: &str| [("authorization", format!("Proof {PEER}.{nonce}.{proof}"))];
    let answer = prove(&daemon, PEER, NONCE).await;
    let reflected = proof_header(&nonce_of(&answer), answer["proof"].as_str().unwrap());
    assert_eq!(
        SocketClient::refused(daemon.address, &reflected).await,
        401,
        "the daemon's own proof sent back"
    );
    let for_other = prove(&daemon, "studio:nobody", NONCE).await;
    let swapped = credential(&key, PEER, port, &nonce_of(&for_other));
    assert_eq!(SocketClient::refused(daemon.address, &swapped).await, 401, "a nonce made for another peer");
    let stale = prove(&daemon, PEER, NONCE).await;
    daemon.clock.advance(Duration::from_secs(30));
    let late = credential(&key, PEER, port, &nonce_of(&stale));
    assert_eq!(SocketClient::refused(daemon.address, &late).await, 401, "a nonce of 30 seconds ago");
    let invented = credential(&key, PEER, port, NONCE);
    assert_eq!(SocketClient::refused(daemon.address, &invented).await, 401, "a nonce the daemon never gave");
    let before = prove(&daemon, PEER, NONCE).await;
    let (file, daemon) = (daemon.file(), daemon.restart().await);
    let old_key = Secret::from_hex(&file.pairing_key).unwrap();
    let of_last_run = credential(&old_key, PEER, daemon.address.port(), &nonce_of(&before));
    assert_eq!(SocketClient::refused(daemon.address, &of_last_run).await, 401, "the key of the run before");
    daemon.stop().await;
}

#[tokio::test]
async fn s_12_an_unknown_peer_is_answered_like_a_known_one() {
    let daemon = TestDaemon::empty().await;
    let (known, unknown) = (prove(&daemon, PEER, NONCE).await, prove(&daemon, "studio:nobody", NONCE).await);
    let shape = |answer: &Value| {
        let members: Vec<_> = answer
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().len()))
            .collect();
        members
    };
    assert_eq!(shape(&known), shape(&unknown));
    let message = proof_message("server", "studio:nobody", daemon.address.port(), NONCE, &nonce_of(&unknown));
    assert!(!key(&daemon).verifies(message.as_bytes(), unknown["proof"].as_str().unwrap()));
    daemon.stop().await;
}

#[tokio::test]
async fn s_12_guessed_proofs_open_nothing_and_disclose_nothing() {
    let daemon = TestDaemon::empty().await;
    let secret = daemon.file().pairing_key;
    for guess in 0..100_u32 {
        let answer = prove(&daemon, PEER, NONCE).await;
        assert!(!answer.to_string().contains(&secret));
        let guessed = [("authorization", format!("Proof {PEER}.{}.{guess:064x}", nonce_of(&answer)))];
        assert_eq!(SocketClient::refused(daemon.address, &guessed).await, 401);
    }
    let plain = HttpClient::new(daemon.address);
    let answer = prove(&daemon, PEER, NONCE).await;
    let [(name, value)] = credential(&key(&daemon), PEER, daemon.address.port(), &nonce_of(&answer));
    assert_eq!(
        plain.with_header(name, &value).get("/api/v1/status").await.status,
        401,
        "a proof opens sockets only"
    );
    for (peer, nonce) in
        [(PEER, "00"), (PEER, &*"g".repeat(32)), (PEER, &*"0".repeat(129)), (&*"x".repeat(101), NONCE)]
    {
        let body = json!({ "peer": peer, "nonce": nonce }).to_string();
        let answer = HttpClient::new(daemon.address).post("/api/v1/prove", &body).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{peer} {nonce}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_conflict_brings_no_value_to_studio_which_would_round_its_numbers() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let path = "/api/v1/datastores/PlayerData/keys/Player_1";
    let first = owner.put(path, r#"{"value":9007199254740993}"#).await.ok()["revision"].clone();
    owner.put(path, r#"{"value":9007199254740995}"#).await.ok();
    let installed = owner.post("/api/v1/studio/installs", "{}").await.ok();
    let peer = format!("install:{}", installed["token"]["id"].as_str().unwrap());
    let secret = Secret::from_hex(installed["secret"].as_str().unwrap()).unwrap();
    let answer = prove(&daemon, &peer, NONCE).await;
    let headers = credential(&secret, &peer, daemon.address.port(), &nonce_of(&answer));
    let mut studio = SocketClient::try_connect(daemon.address, &headers).await.unwrap().greeted().await;
    let edit = json!({
        "type": "entries.edit", "store": "PlayerData", "key": "Player_1", "expectedRevision": first,
        "edits": [{ "op": "set", "path": "", "value": 1 }],
    });
    let refusal = studio.call(edit).await;
    assert_eq!((&refusal["code"], refusal.get("current")), (&json!("DS006"), None));
    daemon.stop().await;
}
