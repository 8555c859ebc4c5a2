//! Budgets over REST, where no connection leads to Roblox.

use daemon_core::permission::Role;
use serde_json::json;
use tests::daemon::TestDaemon;

#[tokio::test]
async fn local_connections_have_no_budget() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let none = json!({ "budgets": [] });
    assert_eq!(client.get("/api/v1/budget").await.ok(), none);
    assert_eq!(client.get("/api/v1/budget?connection=Main").await.ok(), none);
    assert_eq!(client.post("/api/v1/budget/stop", "{}").await.ok(), none);
    assert_eq!(client.post("/api/v1/budget/resume", r#"{"connection":"Other"}"#).await.ok(), none);
    let estimate = client.get("/api/v1/budget/estimate?connection=Main&reads=7").await.ok();
    assert_eq!(estimate, json!({ "requests": 0, "seconds": 0, "minutes": 0, "bottleneck": null }));
    let nowhere = client.get("/api/v1/budget?connection=Nope").await;
    assert_eq!(nowhere.refusal(), (404, "GEN009".into()));
    let body = json!({ "connection": "Main", "sharePercent": 10 }).to_string();
    let refused = client.put("/api/v1/budget", &body).await;
    assert_eq!(refused.refusal(), (400, "GEN007".into()));
    assert!(refused.body.contains("is local and has no budget"), "{}", refused.body);
    let player = client.get("/api/v1/players?player=ann").await;
    assert_eq!(player.refusal(), (400, "GEN007".into()));
    daemon.stop().await;
}

#[tokio::test]
async fn everybody_who_reads_may_stop_and_few_may_resume() {
    let daemon = TestDaemon::empty().await;
    for (role, may_stop, may_resume) in [
        (Role::Viewer, true, false),
        (Role::Editor, true, false),
        (Role::SuperAdmin, true, true),
        (Role::Auditor, false, false),
    ] {
        let client = daemon.client(role).await;
        let status = async |path: &str| client.post(path, "{}").await.status.as_u16();
        assert_eq!(status("/api/v1/budget/stop").await == 200, may_stop, "{}", role.as_str());
        assert_eq!(status("/api/v1/budget/resume").await == 200, may_resume, "{}", role.as_str());
    }
    daemon.stop().await;
}
