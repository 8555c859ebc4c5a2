//! Pairing a Studio by a code that a person compares on both sides (S-11).

use std::time::{Duration, Instant};

use daemon::secret::{Secret, encode_hex};
use daemon_core::permission::Role;
use protocol::proof_message;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::{Answer, HttpClient};
use tests::socket::SocketClient;

const NONCE: &str = "00112233445566778899aabbccddeeff";

fn studio() -> Value {
    json!({ "universeId": "1", "placeId": "2", "placeName": "Pirate Bay", "userId": "3", "userName": "Ann" })
}

async fn ask(daemon: &TestDaemon) -> Value {
    let body = json!({ "studio": studio() }).to_string();
    HttpClient::new(daemon.address).post("/api/v1/pairings", &body).await.ok()
}

async fn claim(daemon: &TestDaemon, pairing: &Value, claim: &str) -> Value {
    let body = json!({ "pairing": pairing["pairing"], "claim": claim }).to_string();
    HttpClient::new(daemon.address).post("/api/v1/pairings/claim", &body).await.ok()
}

async fn decide(client: &HttpClient, pairing: &Value, decision: &str, body: Value) -> Answer {
    let path = format!("/api/v1/studio/pairings/{}/{decision}", pairing["pairing"].as_str().unwrap());
    client.post(&path, &body.to_string()).await
}

async fn waiting(client: &HttpClient) -> usize {
    client.get("/api/v1/studio").await.ok()["pairings"].as_array().unwrap().len()
}

/// The headers by which a paired Studio opens its socket.
async fn proven(daemon: &TestDaemon, peer: &str, secret: &str) -> [(&'static str, String); 1] {
    let key = Secret::from_hex(secret).unwrap();
    let body = json!({ "peer": peer, "nonce": NONCE }).to_string();
    let answer = HttpClient::new(daemon.address).post("/api/v1/prove", &body).await.ok();
    let (nonce, port) = (answer["nonce"].as_str().unwrap(), daemon.address.port());
    let expected = proof_message("server", peer, port, NONCE, nonce);
    assert!(
        key.verifies(expected.as_bytes(), answer["proof"].as_str().unwrap()),
        "the daemon proves itself first"
    );
    let proof = encode_hex(&key.sign(proof_message("client", peer, port, NONCE, nonce).as_bytes()));
    [("authorization", format!("Proof {peer}.{nonce}.{proof}"))]
}

#[tokio::test]
async fn s_11_a_person_approves_the_code_and_the_plugin_gets_its_own_revocable_token() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let mut dashboard = daemon.socket().await.subscribed().await;
    let pairing = ask(&daemon).await;
    dashboard.event("pairings.changed").await;
    let secret_claim = pairing["claim"].as_str().unwrap();
    let listed = owner.get("/api/v1/studio").await;
    assert_eq!(listed.ok()["pairings"][0]["code"], pairing["code"]);
    assert_eq!(listed.ok()["pairings"][0]["studio"], studio());
    assert!(!listed.body.contains(secret_claim), "the claim is the plugin's alone");
    assert_eq!(claim(&daemon, &pairing, secret_claim).await, json!({ "state": "pending" }));
    decide(&owner, &pairing, "approve", json!({ "code": pairing["code"] })).await.ok();
    let claimed = claim(&daemon, &pairing, secret_claim).await;
    assert_eq!(claimed["state"], "approved");
    assert_eq!(
        claim(&daemon, &pairing, secret_claim).await,
        json!({ "state": "expired" }),
        "handed out once"
    );
    let token = claimed["token"].as_str().unwrap();
    let headers = proven(&daemon, &format!("studio:{token}"), claimed["secret"].as_str().unwrap()).await;
    let mut socket = SocketClient::try_connect(daemon.address, &headers).await.unwrap();
    let mut hello = tests::socket::hello(1, 1);
    hello["client"] = json!({ "kind": "plugin", "version": "test" });
    hello["studio"] = studio();
    let welcome = socket.call(hello).await;
    assert_eq!(welcome["principal"], json!({ "name": "Studio: Pirate Bay", "role": "EDITOR" }));
    let linked = owner.get("/api/v1/studio").await.ok();
    assert_eq!(linked["sessions"][0]["session"], welcome["studioSession"]);
    assert_eq!(
        socket.call(json!({ "type": "tokens.list" })).await["code"],
        "GEN006",
        "scoped to an editor's rights"
    );
    owner.delete(&format!("/api/v1/tokens/{token}")).await.ok();
    assert_eq!(socket.closed().await, Some(1008));
    dashboard.event("pairings.changed").await;
    let headers =
        proven_unchecked(&daemon, &format!("studio:{token}"), claimed["secret"].as_str().unwrap()).await;
    assert_eq!(SocketClient::refused(daemon.address, &headers).await, 401);
    daemon.stop().await;
}

/// As [`proven`], for a peer to which the daemon proves nothing any more.
async fn proven_unchecked(daemon: &TestDaemon, peer: &str, secret: &str) -> [(&'static str, String); 1] {
    let key = Secret::from_hex(secret).unwrap();
    let body = json!({ "peer": peer, "nonce": NONCE }).to_string();
    let answer = HttpClient::new(daemon.address).post("/api/v1/prove", &body).await.ok();
    let nonce = answer["nonce"].as_str().unwrap();
    let message = proof_message("client", peer, daemon.address.port(), NONCE, nonce);
    [("authorization", format!("Proof {peer}.{nonce}.{}", encode_hex(&key.sign(message.as_bytes()))))]
}

#[tokio::test]
async fn s_11_a_refused_pairing_hands_nothing_out() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let pairing = ask(&daemon).await;
    decide(&owner, &pairing, "refuse", json!({})).await.ok();
    assert_eq!(
        claim(&daemon, &pairing, pairing["claim"].as_str().unwrap()).await,
        json!({ "state": "refused" })
    );
    let late = decide(&owner, &pairing, "approve", json!({ "code": pairing["code"] })).await;
    assert_eq!(late.refusal(), (404, "GEN009".into()));
    assert_eq!(waiting(&owner).await, 0);
    daemon.stop().await;
}

#[tokio::test]
async fn s_11_a_pairing_nobody_decides_ends_after_ten_minutes() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let pairing = ask(&daemon).await;
    daemon.clock.advance(Duration::from_millis(599_999));
    assert_eq!(waiting(&owner).await, 1);
    daemon.clock.advance(Duration::from_millis(1));
    assert_eq!(waiting(&owner).await, 0);
    let late = decide(&owner, &pairing, "approve", json!({ "code": pairing["code"] })).await;
    assert_eq!(late.refusal(), (404, "GEN009".into()));
    assert_eq!(
        claim(&daemon, &pairing, pairing["claim"].as_str().unwrap()).await,
        json!({ "state": "expired" })
    );
    daemon.stop().await;
}

#[tokio::test]
async fn s_11_five_guessed_claims_or_codes_end_a_pairing() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let guessed = ask(&daemon).await;
    for guess in 0..5 {
        let answer = claim(&daemon, &guessed, &format!("{guess:064x}")).await;
        assert_eq!(answer, json!({ "state": "expired" }), "a wrong claim learns nothing");
    }
    assert_eq!(waiting(&owner).await, 0);
    let mistyped = ask(&daemon).await;
    for _ in 0..5 {
        let answer = decide(&owner, &mistyped, "approve", json!({ "code": "AAA-AAA" })).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()));
    }
    let right = decide(&owner, &mistyped, "approve", json!({ "code": mistyped["code"] })).await;
    assert_eq!(right.refusal(), (404, "GEN009".into()));
    let tokens = owner.get("/api/v1/tokens").await.ok();
    assert!(tokens["tokens"].as_array().unwrap().iter().all(|token| token["kind"] == "api"), "{tokens}");
    daemon.stop().await;
}

#[tokio::test]
async fn s_11_only_who_manages_security_decides() {
    let daemon = TestDaemon::empty().await;
    let pairing = ask(&daemon).await;
    for role in [Role::Viewer, Role::Editor, Role::Auditor, Role::ComplianceOfficer] {
        let client = daemon.client(role).await;
        for decision in ["approve", "refuse"] {
            let body = if decision == "approve" { json!({ "code": pairing["code"] }) } else { json!({}) };
            assert_eq!(decide(&client, &pairing, decision, body).await.refusal(), (403, "GEN006".into()));
        }
        assert_eq!(client.get("/api/v1/studio").await.status, 403, "the code is not shown either");
    }
    decide(&daemon.client(Role::Admin).await, &pairing, "approve", json!({ "code": pairing["code"] }))
        .await
        .ok();
    daemon.stop().await;
}

#[tokio::test]
async fn s_11_no_more_than_sixteen_ask_at_a_time_and_their_words_are_short() {
    let daemon = TestDaemon::empty().await;
    let plain = HttpClient::new(daemon.address);
    let body = json!({ "studio": studio() }).to_string();
    for _ in 0..16 {
        plain.post("/api/v1/pairings", &body).await.ok();
    }
    assert_eq!(plain.post("/api/v1/pairings", &body).await.refusal(), (429, "GEN010".into()));
    for member in ["universeId", "placeId", "placeName", "userId", "userName"] {
        let mut long = studio();
        long[member] = json!("x".repeat(201));
        let answer = plain.post("/api/v1/pairings", &json!({ "studio": long }).to_string()).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{member}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_11_an_installed_plugin_pairs_silently_by_its_files_secret() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let install = owner.call("studio.createInstall", &json!({})).await.ok();
    let id = install["token"]["id"].as_str().unwrap();
    let headers = proven(&daemon, &format!("install:{id}"), install["secret"].as_str().unwrap()).await;
    SocketClient::try_connect(daemon.address, &headers).await.unwrap().greeted().await;
    let invented = "0".repeat(64);
    let headers = proven_unchecked(&daemon, &format!("install:{id}"), &invented).await;
    assert_eq!(SocketClient::refused(daemon.address, &headers).await, 401, "the id alone pairs nothing");
    let secret = install["secret"].as_str().unwrap();
    for wrong in
        [bearer_of(secret), bearer_of(id), ("authorization", format!("Proof install:{id}.{NONCE}.{secret}"))]
    {
        assert_eq!(SocketClient::refused(daemon.address, &[wrong]).await, 401);
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_16_a_revoked_studio_that_does_not_read_is_cut_off_at_once() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let value = json!({ "value": "x".repeat(4_000_000) }).to_string();
    owner.put("/api/v1/datastores/S/keys/k", &value).await.ok();
    let install = owner.call("studio.createInstall", &json!({})).await.ok();
    let id = install["token"]["id"].as_str().unwrap();
    let headers = proven(&daemon, &format!("install:{id}"), install["secret"].as_str().unwrap()).await;
    let mut socket = SocketClient::try_connect(daemon.address, &headers).await.unwrap();
    let mut hello = tests::socket::hello(1, 1);
    hello["studio"] = studio();
    assert_eq!(socket.call(hello).await["type"], "hello");
    // Far more than the system keeps for a reader that does not come.
    for _ in 0..20 {
        socket.request(json!({ "type": "entries.get", "store": "S", "key": "k" })).await;
    }
    socket.next_frame().await.unwrap();
    for _ in 0..20 {
        // As long as it takes the daemon to answer these, it fills what the system keeps.
        owner.get("/api/v1/datastores/S/export").await.ok();
    }
    owner.delete(&format!("/api/v1/tokens/{id}")).await.ok();
    let began = Instant::now();
    while owner.get("/api/v1/studio").await.ok()["sessions"] != json!([]) {
        assert!(began.elapsed() < Duration::from_secs(5), "the socket is still open");
    }
    daemon.stop().await;
}

fn bearer_of(text: &str) -> (&'static str, String) {
    tests::socket::bearer(text)
}
