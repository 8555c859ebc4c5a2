//! Connections, what each principal selected, the sample data of a fresh directory, and the daemon's status.

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

const ENTRY: &str = "/api/v1/datastores/S/keys/k";

async fn selected(client: &HttpClient) -> Vec<String> {
    let listed = client.get("/api/v1/connections").await.ok();
    let is_selected = |connection: &&Value| connection["selected"] == true;
    let name = |connection: &Value| connection["name"].as_str().unwrap().to_owned();
    listed["connections"].as_array().unwrap().iter().filter(is_selected).map(name).collect()
}

#[tokio::test]
async fn a_connection_is_chosen_by_request_by_selection_or_by_default() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for connection in ["Main", "id-of-Other"] {
        let body = json!({ "value": connection }).to_string();
        client.put(&format!("{ENTRY}?connection={connection}"), &body).await.ok();
    }
    assert_eq!(selected(&client).await, ["Main"]);
    assert_eq!(client.get(ENTRY).await.ok()["value"], "Main");
    assert_eq!(client.get(&format!("{ENTRY}?connection=Other")).await.ok()["value"], "id-of-Other");
    let answer = client.post("/api/v1/connections/Other/select", "{}").await.ok();
    assert_eq!(
        (&answer["connection"]["name"], &answer["connection"]["selected"]),
        (&json!("Other"), &json!(true))
    );
    assert_eq!(selected(&client).await, ["Other"]);
    assert_eq!(client.get(ENTRY).await.ok()["value"], "id-of-Other");
    let nowhere = client.post("/api/v1/connections/Nope/select", "{}").await;
    assert_eq!(nowhere.refusal(), (404, "GEN009".into()));
    assert_eq!(selected(&client).await, ["Other"]);
    daemon.stop().await;
}

#[tokio::test]
async fn the_status_tells_who_calls_and_where() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.client(Role::Viewer).await;
    let status = client.get("/api/v1/status").await.ok();
    assert_eq!(status["principal"], json!({ "name": "VIEWER of a test", "role": "VIEWER" }));
    assert_eq!(status["address"], format!("http://{}", daemon.address));
    assert_eq!((&status["connectionCount"], &status["studioCount"]), (&json!(2), &json!(0)));
    assert_eq!(status["protocolVersion"], 1);
    let instance = status["instance"].clone();
    let daemon = daemon.restart().await;
    let again = daemon.owner().await.get("/api/v1/status").await.ok();
    assert_ne!(again["instance"], instance, "each run has its own");
    daemon.stop().await;
}

#[tokio::test]
async fn a_fresh_directory_has_a_sandbox_whose_sample_goes_and_leaves_what_people_made() {
    let daemon = TestDaemon::start().await;
    let client = daemon.owner().await;
    let mut socket = daemon.socket().await.subscribed().await;
    let listed = client.get("/api/v1/connections").await.ok();
    let sandbox = &listed["connections"][0];
    assert_eq!((&sandbox["name"], &sandbox["sampleData"]), (&json!("Sandbox"), &json!(true)));
    assert_eq!((&sandbox["environment"], &sandbox["readOnly"]), (&json!("local"), &json!(false)));
    let stores = client.get("/api/v1/datastores?limit=256").await.ok();
    let count: u64 =
        stores["datastores"].as_array().unwrap().iter().filter_map(|store| store["keyCount"].as_u64()).sum();
    assert_eq!(count, 2_000);
    client.put("/api/v1/datastores/PlayerData/keys/mine", r#"{"value":1}"#).await.ok();
    let answer = client.post("/api/v1/connections/Sandbox/remove-sample", "{}").await.ok();
    assert_eq!(answer["removedCount"], 2_000);
    socket.event("datastores.changed").await;
    socket.event("connections.changed").await;
    let stores = client.get("/api/v1/datastores?limit=256").await.ok();
    let names: Vec<_> = stores["datastores"].as_array().unwrap().iter().map(|store| &store["name"]).collect();
    assert_eq!(json!(names), json!(["PlayerData"]));
    client.get("/api/v1/datastores/PlayerData/keys/mine").await.ok();
    assert_eq!(client.get("/api/v1/connections").await.ok()["connections"][0]["sampleData"], false);
    daemon.stop().await;
}
