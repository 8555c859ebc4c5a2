//! What sources may answer differently, and why; the trait's documentation says so too.
//!
//! **Invariant:** a difference that is no longer there fails the test, as does one that is not listed.

use daemon::universes::memory::MapQuery;
use daemon::universes::{
    EntryWrite, Expectation, ImportItem, RevisionQuery, StoreQuery, StoreSummary, UniverseError,
};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::revision::AnyRevision;
use daemon_core::services::{MemoryName, MemoryNameKind, Message};
use futures_util::future::BoxFuture;

use crate::bench::{Bench, Source, address, entry_id, item, json, key_query, store_name};

/// Something that sources answer differently.
struct Difference {
    name: &'static str,
    /// Why it cannot be otherwise; shown when the difference is gone.
    reason: &'static str,
    /// Asks, and writes the answer down.
    probe: for<'bench> fn(&'bench Bench) -> BoxFuture<'bench, String>,
    local: &'static str,
    cloud: &'static str,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "counts and scopes of data stores",
        reason: "Roblox lists names and times of creation, nothing more (roblox-apis.md §2.1)",
        probe: |bench| Box::pin(store_details(bench)),
        local: "Saves: scopes global, more false, keys Some(2), changed true, created true",
        cloud: "Saves: scopes , more true, keys None, changed false, created true",
    },
    Difference {
        name: "ordered data stores in the list of data stores",
        reason: "nothing lists ordered data stores at Roblox (roblox-apis.md §2.3)",
        probe: |bench| Box::pin(ordered_in_list(bench)),
        local: "Scores",
        cloud: "",
    },
    Difference {
        name: "what was replaced within its UTC hour",
        reason: "Roblox keeps one value per key and hour, we keep all (roblox-apis.md §4.5)",
        probe: |bench| Box::pin(states_within_an_hour(bench)),
        local: "Current LocalCopy",
        cloud: "Current",
    },
    Difference {
        name: "when a revision expires",
        reason: "Roblox does not tell it (roblox-apis.md §1.3)",
        probe: |bench| Box::pin(expiry(bench)),
        local: "false true",
        cloud: "false false",
    },
    Difference {
        name: "spelling of attributes",
        reason: "they travel in a header, in which Roblox writes them anew (roblox-apis.md §1.3)",
        probe: |bench| Box::pin(attributes(bench, "{ \"note\" : \"é\" }".to_owned())),
        local: "{ \"note\" : \"é\" }",
        cloud: "{\"note\":\"\\u00e9\"}",
    },
    Difference {
        name: "attributes of exactly 300 characters",
        reason: "v1 takes less than 300 bytes, the engine up to 300 characters (roblox-apis.md §1.1, §4.8)",
        probe: |bench| Box::pin(attributes_of_300(bench)),
        local: "300",
        cloud: "refused",
    },
    Difference {
        name: "an entry of an absent ordered data store",
        reason: "v2 tells no more than that something was not found (roblox-apis.md §2.4)",
        probe: |bench| Box::pin(absent_ordered_store(bench)),
        local: "the data store",
        cloud: "the entry",
    },
    Difference {
        name: "an ordered entry named `..`",
        reason: "both interfaces have names in their paths, where URL rules fold it away (roblox-apis.md §2.3, §3.1)",
        probe: |bench| Box::pin(odd_ordered_name(bench)),
        local: "true",
        cloud: "refused",
    },
    Difference {
        name: "a revision of another form",
        reason: "an expired version is answered like one of another form (roblox-apis.md §2.2)",
        probe: |bench| Box::pin(revision_of_another_form(bench)),
        local: "no revision",
        cloud: "none",
    },
    Difference {
        name: "a deleted data store",
        reason: "which code tells that it was deleted is not known, so it is told as missing (roblox-apis.md §1.4)",
        probe: |bench| Box::pin(deleted_store(bench)),
        local: "deleted",
        cloud: "not found",
    },
    Difference {
        name: "messages to live servers",
        reason: "there are no servers but Roblox's",
        probe: |bench| Box::pin(message(bench)),
        local: "no servers",
        cloud: "published",
    },
    Difference {
        name: "when memory stores are empty after a flush",
        reason: "Roblox empties them in the background (roblox-apis.md §3.2)",
        probe: |bench| Box::pin(flush(bench)),
        local: "true",
        cloud: "false",
    },
    Difference {
        name: "a filter that cannot be read",
        reason: "at Roblox its own reader decides, which may know more than the reference (roblox-apis.md §3.2)",
        probe: |bench| Box::pin(broken_filter(bench)),
        local: "refused by us",
        cloud: "refused by Roblox",
    },
    Difference {
        name: "names of memory stores that do not fit a path",
        reason: "there is no other way to name them at Roblox (roblox-apis.md §3.2)",
        probe: |bench| Box::pin(odd_memory_name(bench)),
        local: "none",
        cloud: "refused",
    },
    Difference {
        name: "removed keys where names do not fit a path",
        reason: "v1, which takes every name, lists them too (roblox-apis.md §1.3)",
        probe: |bench| Box::pin(removed_key_in_an_odd_scope(bench)),
        local: "",
        cloud: "a",
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_differ_only_where_they_must() {
    let (local, cloud) = (Source::local(), Source::cloud().await);
    for difference in DIFFERENCES {
        let answers = ((difference.probe)(&local.bench()).await, (difference.probe)(&cloud.bench()).await);
        let Difference { name, reason, .. } = difference;
        assert_ne!(
            answers.0, answers.1,
            "`{name}` is no difference any more; it was allowed because {reason}"
        );
        let listed = (difference.local.to_owned(), difference.cloud.to_owned());
        assert_eq!(answers, listed, "{name}: {reason}");
    }
}

async fn stores(bench: &Bench) -> Vec<StoreSummary> {
    let query = StoreQuery { kind: None, prefix: String::new(), deleted: false, cursor: None, limit: 10 };
    bench.universe.list_stores(query).await.unwrap().items
}

async fn store_details(bench: &Bench) -> String {
    bench.fill("Saves", &["a", "b"]).await;
    let store = stores(bench).await.remove(0);
    let scopes: Vec<_> = store.scopes.iter().map(ToString::to_string).collect();
    format!(
        "{}: scopes {}, more {}, keys {:?}, changed {}, created {}",
        store.name,
        scopes.join(" "),
        store.more_scopes,
        store.key_count,
        store.last_modified.is_some(),
        store.created_at.is_some()
    )
}

async fn ordered_in_list(bench: &Bench) -> String {
    bench.universe.set_ordered(entry_id("global", "a").in_store(store_name("Scores")), 1).await.unwrap();
    stores(bench).await.iter().map(|store| store.name.to_string()).collect()
}

async fn states_within_an_hour(bench: &Bench) -> String {
    bench.create(&address("a"), "1").await;
    bench.replace(&address("a"), "2").await;
    let query = RevisionQuery { address: address("a"), cursor: None, limit: 10 };
    let page = bench.universe.list_revisions(query).await.unwrap();
    page.items.iter().map(|summary| format!("{:?}", summary.state)).collect::<Vec<_>>().join(" ")
}

async fn expiry(bench: &Bench) -> String {
    bench.create(&address("a"), "1").await;
    bench.hours_pass(1);
    bench.replace(&address("a"), "2").await;
    let query = RevisionQuery { address: address("a"), cursor: None, limit: 10 };
    let page = bench.universe.list_revisions(query).await.unwrap();
    page.items.iter().map(|summary| summary.expires_at.is_some().to_string()).collect::<Vec<_>>().join(" ")
}

async fn attributes(bench: &Bench, text: String) -> String {
    let write = EntryWrite {
        address: address("a"),
        value: json("1"),
        user_ids: UserIds::default(),
        attributes: Attributes::parse(&text).unwrap(),
        expected: Expectation::Absent,
    };
    match bench.universe.write(write).await {
        Ok(_) => bench.get(&address("a")).await.unwrap().attributes.as_str().to_owned(),
        Err(UniverseError::Cloud(_)) => "refused".to_owned(),
        Err(other) => panic!("{other:?}"),
    }
}

/// Attributes as long as the engine takes them.
pub(crate) fn longest_attributes() -> String {
    let text = format!("{{\"note\":\"{}\",\"n\":\"{}\"}}", "n".repeat(250), "m".repeat(32));
    assert_eq!(text.len(), 300);
    text
}

async fn attributes_of_300(bench: &Bench) -> String {
    match attributes(bench, longest_attributes()).await.as_str() {
        "refused" => "refused".to_owned(),
        text => text.len().to_string(),
    }
}

async fn absent_ordered_store(bench: &Bench) -> String {
    match bench.universe.get_ordered(entry_id("global", "a").in_store(store_name("Scores"))).await {
        Ok(None) => "the entry".to_owned(),
        Err(UniverseError::StoreNotFound(_)) => "the data store".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn odd_ordered_name(bench: &Bench) -> String {
    match bench.universe.set_ordered(entry_id("global", "..").in_store(store_name("Scores")), 1).await {
        Ok(is_new) => is_new.to_string(),
        Err(UniverseError::Cloud(_)) => "refused".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn revision_of_another_form(bench: &Bench) -> String {
    bench.create(&address("a"), "1").await;
    let revision = AnyRevision::parse("nonsense").unwrap();
    match bench.universe.get_revision(address("a"), revision).await {
        Ok(None) => "none".to_owned(),
        Err(UniverseError::Revision(_)) => "no revision".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn deleted_store(bench: &Bench) -> String {
    bench.create(&address("a"), "1").await;
    bench.universe.delete_store(store_name("Saves")).await.unwrap();
    match bench.universe.get(address("a")).await {
        Err(UniverseError::StoreDeleted { .. }) => "deleted".to_owned(),
        Err(UniverseError::StoreNotFound(_)) => "not found".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn message(bench: &Bench) -> String {
    let message = Message::new("announcements".to_owned(), "hello".to_owned()).unwrap();
    match bench.universe.publish(message).await {
        Ok(()) => "published".to_owned(),
        Err(UniverseError::NoServers) => "no servers".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn flush(bench: &Bench) -> String {
    bench.universe.flush_memory().await.unwrap().to_string()
}

async fn broken_filter(bench: &Bench) -> String {
    let query = MapQuery {
        map: MemoryName::parse(MemoryNameKind::Map, "Map").unwrap(),
        filter: "id >".to_owned(),
        descending: false,
        cursor: None,
        limit: 10,
    };
    match bench.universe.list_map_items(query).await {
        Err(UniverseError::Filter) => "refused by us".to_owned(),
        Err(UniverseError::Cloud(_)) => "refused by Roblox".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn odd_memory_name(bench: &Bench) -> String {
    let name = |kind| MemoryName::parse(kind, "a/b").unwrap();
    match bench.universe.get_map_item(name(MemoryNameKind::Map), name(MemoryNameKind::Item)).await {
        Ok(None) => "none".to_owned(),
        Err(UniverseError::Cloud(_)) => "refused".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn removed_key_in_an_odd_scope(bench: &Bench) -> String {
    let items: Vec<ImportItem> = vec![item("odd scope", "a", "1")];
    bench.universe.import(store_name("Saves"), items).await.unwrap();
    let address = entry_id("odd scope", "a").in_store(store_name("Saves"));
    let revision = bench.get(&address).await.unwrap().revision;
    bench.universe.remove(address, Expectation::Revision(revision)).await.unwrap();
    let listed = bench.keys(&key_query("Saves", Some("odd scope"), "", 10)).await;
    listed.into_iter().map(|(_, key)| key).collect()
}
