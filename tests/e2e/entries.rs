//! Reading, writing, editing and restoring entries over REST.

use tests::daemon::TestDaemon;

const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";

#[tokio::test]
async fn an_entry_is_written_edited_and_restored_byte_for_byte() {
    let daemon = TestDaemon::start().await;
    let client = daemon.owner().await;
    let value = r#"{ "Coins":1.0,"Big":12345678901234567890,  "Empty":{},"List":[],"Coins2":1e5}"#;
    let written = client.put(ENTRY, &format!(r#"{{"value":{value},"userIds":[156]}}"#)).await.ok();
    let first = written["revision"].as_str().unwrap().to_owned();
    let edit =
        format!(r#"{{"edits":[{{"op":"set","path":"/Coins","value":2}}],"expectedRevision":"{first}"}}"#);
    client.patch(ENTRY, &edit).await.ok();
    let edited = client.get(ENTRY).await;
    assert!(edited.body.contains(&value.replace("1.0", "2")), "{}", edited.body);
    assert_eq!(edited.ok()["userIds"][0], "156");
    assert_eq!(client.patch(ENTRY, &edit).await.refusal(), (409, "DS006".into()));
    client.post(&format!("{ENTRY}/revisions/{first}/restore"), "{}").await.ok();
    assert!(client.get(ENTRY).await.body.contains(value));
    daemon.stop().await;
}
