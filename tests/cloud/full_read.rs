//! A full read of a data store: every key listed, every value read, as fast as the share of the budget allows.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use daemon_core::names::{EntryAddress, Key, Scope, StoreName};
use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::listing::{ENTRIES_PAGE_LIMIT, EntryListQuery};
use tests::tier::{is_nightly, tell};

use crate::paced::{Paced, UNIVERSE};

/// Keys that are read with every change.
const FEW: usize = 2_000;

/// Keys that are read in the nightly run.
const MANY: usize = 100_000;

/// How many values are read at a time.
const READERS: usize = 8;

/// v1's reads in a minute, at the full share (`roblox-apis.md §1.5`).
const READS_A_MINUTE: f64 = 300.0;

/// The least part of the allowance that is used.
const LEAST_USED: f64 = 0.95;

#[tokio::test(start_paused = true)]
async fn s_36_a_full_read_uses_its_share_and_is_never_refused() {
    for percent in [50, 100] {
        read_all(FEW, percent).await;
    }
}

#[tokio::test(start_paused = true)]
async fn s_36_a_full_read_of_a_large_store_uses_its_share_and_is_never_refused() {
    if is_nightly() {
        read_all(MANY, 100).await;
    }
}

async fn read_all(entries: usize, percent: u8) {
    let paced = Paced::start(percent).await;
    paced.import(lines(entries)).await;
    let cloud = paced.cloud.clone();
    let listed = paced.run([async move { list(&cloud).await }]).await.remove(0);
    assert_eq!(listed.len(), entries);
    let (listed, began) = (Arc::new(listed), paced.elapsed());
    let readers = (0..READERS).map(|reader| {
        let (cloud, listed) = (paced.cloud.clone(), Arc::clone(&listed));
        async move {
            for key in listed.iter().skip(reader).step_by(READERS) {
                let entry = cloud.get(&address(key)).await.unwrap().unwrap();
                assert_eq!(entry.value.as_str(), value(key));
            }
        }
    });
    paced.run(readers).await;
    let took = paced.elapsed().saturating_sub(began);
    let allowed = READS_A_MINUTE * f64::from(percent) / 100.0 * took.as_secs_f64() / 60.0;
    let used = f64::from(u32::try_from(entries).unwrap()) / allowed;
    tell(&format!(
        "full read of {entries} keys at a share of {percent} %: {} simulated minutes, {:.1} % of the allowance used",
        took.as_secs() / 60,
        used * 100.0
    ));
    assert_eq!(paced.refused(), 0, "of {} requests", paced.answered());
    assert!((LEAST_USED..=1.0 + burst(took)).contains(&used), "{used} of the allowance in {took:?}");
}

/// By how much the first and the last minute, which may be cut anywhere, can exceed the even rate.
fn burst(took: Duration) -> f64 {
    60.0 / took.as_secs_f64()
}

async fn list(cloud: &OpenCloud) -> Vec<String> {
    let mut query = EntryListQuery {
        store: StoreName::parse("Saves").unwrap(),
        scope: Some(Scope::global()),
        prefix: String::new(),
        cursor: None,
        limit: ENTRIES_PAGE_LIMIT,
    };
    let mut keys = Vec::new();
    loop {
        let page = cloud.list_entries(&query).await.unwrap();
        keys.extend(page.items.into_iter().map(|entry| entry.key));
        query.cursor = page.next;
        if query.cursor.is_none() {
            return keys;
        }
    }
}

fn lines(entries: usize) -> String {
    let mut lines = String::new();
    for number in 0..entries {
        let key = format!("Player_{number}");
        let value = value(&key);
        writeln!(lines, r#"{{"universe":"{UNIVERSE}","store":"Saves","key":"{key}","value":{value}}}"#)
            .unwrap();
    }
    lines
}

fn value(key: &str) -> String {
    format!(r#"{{"owner":"{key}","coins":1.0,"items":["sword","shield","potion"]}}"#)
}

fn address(key: &str) -> EntryAddress {
    EntryAddress {
        store: StoreName::parse("Saves").unwrap(),
        scope: Scope::global(),
        key: Key::parse(key).unwrap(),
    }
}
