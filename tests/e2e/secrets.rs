//! Secrets stay where they belong: not in logs, error bodies, addresses or debug texts (S-10, S-17, S-58).

use std::io::Write;
use std::sync::{Arc, Mutex};

use daemon_core::permission::Role;
use serde_json::json;
use tests::daemon::TestDaemon;
use tests::http::HttpClient;
use tests::socket::{SocketClient, bearer};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;

/// What the daemon logged.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// Takes in everything this thread logs at `directives`, until the guard is dropped.
    pub(super) fn start(&self, directives: &str) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || log.clone());
        tracing::subscriber::set_default(
            tracing_subscriber::registry().with(EnvFilter::new(directives)).with(layer),
        )
    }
}

/// Values and credentials that are searched for afterwards.
#[derive(Default)]
struct Canaries {
    secrets: Vec<(&'static str, String)>,
    data: Vec<String>,
    refusals: Vec<String>,
}

impl Canaries {
    fn secret(&mut self, what: &'static str, secret: impl Into<String>) {
        self.secrets.push((what, secret.into()));
    }

    /// A piece of player data that occurs nowhere else.
    fn datum(&mut self) -> String {
        let datum = format!("canary{}canary", self.data.len());
        self.data.push(datum.clone());
        datum
    }
}

/// Uses every kind of credential, rightly and wrongly.
async fn spend_credentials(daemon: &TestDaemon, canaries: &mut Canaries) {
    let plain = HttpClient::new(daemon.address);
    let owner = daemon.owner().await;
    for role in ["VIEWER", "ADMIN"] {
        let created =
            owner.post("/api/v1/tokens", &json!({ "name": "t", "role": role }).to_string()).await.ok();
        let secret = created["secret"].as_str().unwrap().to_owned();
        canaries.secret("a token", &secret[11..]);
        let client = plain.clone().with_token(&secret);
        client.get("/api/v1/status").await.ok();
        canaries.refusals.push(client.get("/api/v1/nope").await.body);
        canaries
            .refusals
            .push(client.call("connections.removeSample", &json!({ "connection": "Main" })).await.body);
        drop(SocketClient::connect(daemon.address, &secret).await.greeted().await);
        let wrong_scheme = plain.clone().with_header("authorization", &format!("Basic {secret}"));
        canaries.refusals.push(wrong_scheme.get("/api/v1/status").await.body);
        let in_query = client.get(&format!("/api/v1/status?token={}", &secret[..11])).await;
        canaries.refusals.push(in_query.body);
        owner.delete(&format!("/api/v1/tokens/{}", created["token"]["id"].as_str().unwrap())).await.ok();
        canaries.refusals.push(client.get("/api/v1/status").await.body);
    }
    canaries.secret("the printed code", daemon.open_url.split_once("code=").unwrap().1);
    let browser = daemon.browse(&daemon.open_url).await;
    canaries.secret("a cookie", browser.cookie.rsplit_once('.').unwrap().1);
    canaries.secret("a tab token", browser.tab_token.rsplit_once('.').unwrap().1);
    let code = daemon.open_url.split_once("code=").unwrap().1;
    canaries.refusals.push(plain.post("/api/v1/sign-in", &json!({ "code": code }).to_string()).await.body);
    canaries.refusals.push(plain.post("/api/v1/sign-in", &format!(r#"{{"code":"{code}""#)).await.body);
    let half = plain.clone().with_header("cookie", &browser.cookie);
    canaries.refusals.push(half.get("/api/v1/status").await.body);
    let subprotocol = ("sec-websocket-protocol", format!("dsmp.v1, dsmp.token.{}", browser.tab_token));
    assert_eq!(SocketClient::refused(daemon.address, &[subprotocol]).await, 401);
    let file = daemon.file();
    canaries.secret("the pairing key", file.pairing_key);
    let root = std::fs::read_to_string(daemon.data_directory().join("root.key")).unwrap();
    canaries.secret("the root key", root.trim());
    let install = owner.call("studio.createInstall", &json!({})).await.ok();
    canaries.secret("an installed plugin's secret", install["secret"].as_str().unwrap());
    let asked = plain.post("/api/v1/pairings", r#"{"studio":{"universeId":"1","placeId":"2"}}"#).await.ok();
    canaries.secret("a claim", asked["claim"].as_str().unwrap());
    let path = format!("/api/v1/studio/pairings/{}/approve", asked["pairing"].as_str().unwrap());
    owner.post(&path, &json!({ "code": asked["code"] }).to_string()).await.ok();
    let claim = json!({ "pairing": asked["pairing"], "claim": asked["claim"] }).to_string();
    let claimed = plain.post("/api/v1/pairings/claim", &claim).await.ok();
    canaries.secret("a paired Studio's secret", claimed["secret"].as_str().unwrap());
    canaries.refusals.push(plain.post("/api/v1/pairings/claim", &claim).await.body);
    assert_eq!(SocketClient::refused(daemon.address, &[bearer("dsmp_invented")]).await, 401);
}

/// Puts data everywhere data goes, also where it is refused.
async fn spend_data(daemon: &TestDaemon, canaries: &mut Canaries) {
    let owner = daemon.owner().await;
    let mut socket = daemon.socket().await.subscribed().await;
    let entry = "/api/v1/datastores/S/keys/k";
    for _ in 0..5 {
        let (value, attribute) = (canaries.datum(), canaries.datum());
        let body = json!({ "value": { "secret": value }, "attributes": { "a": attribute } });
        owner.put(entry, &body.to_string()).await.ok();
        let edit = json!({ "edits": [{ "op": "set", "path": "/secret", "value": canaries.datum() }] });
        owner.patch(entry, &edit.to_string()).await.ok();
        let stale = json!({ "value": canaries.datum(), "createOnly": true });
        assert_eq!(owner.put(entry, &stale.to_string()).await.status, 409);
        for broken in [
            format!(r#"{{"value":"{}"#, canaries.datum()),
            format!(r#"{{"value":{{"a":"{}" 1}}}}"#, canaries.datum()),
            format!(r#"{{"value":1,"attributes":"{}"}}"#, canaries.datum()),
            format!(r#"{{"value":"{}","colour":1}}"#, canaries.datum()),
        ] {
            assert!(owner.put(entry, &broken).await.status.is_client_error(), "{broken}");
        }
        let entries =
            json!([{ "key": "a", "value": canaries.datum() }, { "key": "", "value": canaries.datum() }]);
        owner.post("/api/v1/datastores/S/import", &json!({ "entries": entries }).to_string()).await.ok();
        let set = json!({ "type": "entries.set", "store": "S", "key": "s", "value": canaries.datum() });
        assert_eq!(socket.call(set).await["type"], "entries.set");
        socket
            .send_text(format!(
                r#"{{"id":"1","body":{{"type":"entries.set","value":"{}"}}"#,
                canaries.datum()
            ))
            .await;
        owner.get(entry).await.ok();
        owner.get("/api/v1/datastores/S/export").await.ok();
        owner.get(&format!("{entry}/rows")).await.ok();
    }
}

#[tokio::test]
async fn s_10_no_credential_and_no_players_data_reaches_the_log() {
    let log = Log::default();
    let guard = log.start("trace");
    let daemon = TestDaemon::empty().await;
    let mut canaries = Canaries::default();
    spend_credentials(&daemon, &mut canaries).await;
    spend_data(&daemon, &mut canaries).await;
    let debug = format!("{:?}", daemon.state);
    daemon.stop().await;
    drop(guard);
    let logged = log.text();
    assert!(logged.contains("operation"), "the log was taken in");
    assert!(canaries.secrets.len() + canaries.data.len() >= 50, "{}", canaries.data.len());
    for (what, secret) in &canaries.secrets {
        assert!(secret.len() >= 20, "{what}");
        assert!(!logged.contains(secret), "{what} is in the log");
        assert!(!debug.contains(secret), "{what} is in the state's debug text");
        for refusal in &canaries.refusals {
            assert!(!refusal.contains(secret), "{what} is in {refusal}");
        }
    }
    for datum in &canaries.data {
        assert!(!logged.contains(datum), "{datum} is in the log");
    }
}

#[tokio::test]
async fn s_10_an_internal_failure_tells_the_caller_no_more_than_its_id() {
    let log = Log::default();
    let guard = log.start("info");
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    owner.put("/api/v1/datastores/S/keys/k", r#"{"value":1}"#).await.ok();
    daemon.state.universes().close().await;
    // The universe is opened again when it is asked for; with its file in the way it cannot be.
    let directory = daemon.data_directory().join("universes");
    std::fs::rename(directory.join("universe-of-Main.db"), directory.join("moved")).unwrap();
    for ending in ["-wal", "-shm"] {
        // SQLite removes these itself when it closes the file in order.
        drop(std::fs::remove_file(directory.join(format!("universe-of-Main.db{ending}"))));
    }
    std::fs::create_dir(directory.join("universe-of-Main.db")).unwrap();
    let answer = owner.get("/api/v1/datastores/S/keys/k").await;
    assert_eq!(answer.refusal(), (500, "GEN001".into()));
    let id = answer.json()["requestId"].as_str().unwrap().to_owned();
    assert!(
        !answer.body.contains("universe-of-Main") && !answer.body.to_lowercase().contains("sqlite"),
        "{}",
        answer.body
    );
    daemon.stop().await;
    drop(guard);
    assert!(
        log.text().lines().any(|line| line.contains(&id) && line.contains("universe-of-Main")),
        "{}",
        log.text()
    );
}

#[tokio::test]
async fn s_10_a_sign_in_code_stands_in_the_fragment_only() {
    let daemon = TestDaemon::empty().await;
    let (sent, fragment) = daemon.open_url.split_once('#').unwrap();
    assert_eq!(sent, format!("http://{}/", daemon.address), "what a browser sends holds no code");
    let code = fragment.strip_prefix("/sign-in?code=").unwrap();
    assert!(code.len() * 4 >= 128 && code.bytes().all(|byte| byte.is_ascii_hexdigit()), "128 random bits");
    let plain = HttpClient::new(daemon.address);
    assert_eq!(plain.get(&format!("/sign-in?code={code}")).await.status, 404);
    assert_eq!(plain.get(&format!("/api/v1/sign-in?code={code}")).await.status, 405);
    let in_query = plain.post(&format!("/api/v1/sign-in?code={code}"), "{}").await;
    assert_eq!(in_query.refusal(), (400, "GEN007".into()));
    daemon.browse(&daemon.open_url).await;
    daemon.stop().await;
}

#[tokio::test]
async fn s_17_a_sign_in_link_leads_to_the_daemon_itself_whatever_the_request_says() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.client(Role::SuperAdmin).await;
    let port = daemon.address.port();
    for (name, value) in [
        ("host", format!("localhost:{port}")),
        ("x-forwarded-host", "evil.example".into()),
        ("x-forwarded-proto", "https".into()),
        ("forwarded", "host=evil.example;proto=https".into()),
        ("x-original-url", "https://evil.example/".into()),
        ("referer", "https://evil.example/".into()),
    ] {
        let answer = client.clone().with_header(name, &value).call("sessions.invite", &json!({})).await.ok();
        let url = answer["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("http://127.0.0.1:{port}/#/sign-in?code=")), "{name}: {url}");
    }
    assert_eq!(client.call("sessions.invite", &json!({ "url": "https://evil.example" })).await.status, 400);
    daemon.stop().await;
}

#[tokio::test]
async fn s_17_nothing_in_an_address_redirects_or_is_reflected() {
    let daemon = TestDaemon::empty().await;
    let plain = HttpClient::new(daemon.address);
    let policy = plain.get("/").await.header("content-security-policy").len();
    for path in [
        "/?endpoint=https://evil.example&token=evil",
        "/?redirect=https://evil.example",
        "//evil.example/",
        "/https://evil.example",
        "/%2f%2fevil.example",
        "/api/v1/sign-in?next=https://evil.example",
    ] {
        let answer = plain.get(path).await;
        assert!(!answer.status.is_redirection() && !answer.headers.contains_key("location"), "{path}");
        assert!(!answer.body.contains("evil"), "{path}: {}", answer.body);
        assert!(!answer.header("content-security-policy").contains("evil"), "{path}");
    }
    assert_eq!(plain.get("/?endpoint=evil").await.header("content-security-policy").len(), policy);
    daemon.stop().await;
}
