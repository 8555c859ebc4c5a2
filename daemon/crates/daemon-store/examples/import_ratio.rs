//! Measures the import of many entries against plain rusqlite inserting the same rows in one transaction.
//!
//! `cargo run --release -p daemon-store --example import_ratio -- [ENTRIES] [FOLDER] [sorted|shuffled]`; 200,000 entries
//! of about 650 bytes in the system's temporary folder, in shuffled order, unless told otherwise.
#![expect(clippy::print_stdout, reason = "the measurements are this program's output")]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreName};
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::{ImportItem, KeyFilter, UniverseOptions};

const BATCH: u64 = 10_000;
/// Batches on their way at the same time, as an import over a connection would have them.
const IN_FLIGHT: usize = 2;
const READS: u64 = 2_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let entries: u64 = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let shuffled = arguments.next().is_none_or(|order| order != "sorted");
    let folder = tempfile::tempdir_in(folder)?;

    let plain = import_plainly(&folder.path().join("plain.db"), entries, shuffled)?;
    println!("plain rusqlite, one transaction: {}", rate(entries, plain));
    println!("resident before the store opens: {}", resident());

    let started = Instant::now();
    for number in 0..entries {
        std::hint::black_box(item(number, shuffled)?);
    }
    println!("making the items, counted with the store's time: {:.2} s", started.elapsed().as_secs_f64());

    let path = folder.path().join("universe.db");
    let store = UniverseStore::open(&path, UniverseOptions::default())?;
    let started = Instant::now();
    import(&store, entries, shuffled).await?;
    let ours = started.elapsed();
    println!("store, batches of {BATCH}: {}; resident {}", rate(entries, ours), resident());
    println!("ratio {:.2}", ours.as_secs_f64() / plain.as_secs_f64());

    read(&store, entries, shuffled).await?;
    println!("resident after reading: {}", resident());
    store.close().await;

    let started = Instant::now();
    let store = UniverseStore::open(&path, UniverseOptions::default())?;
    println!("opened again in {:?}; resident {}", started.elapsed(), resident());
    store.close().await;
    Ok(())
}

fn import_plainly(path: &Path, entries: u64, shuffled: bool) -> anyhow::Result<Duration> {
    let mut connection = rusqlite::Connection::open(path)?;
    connection.execute_batch("CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL)")?;
    let mut elapsed = Duration::ZERO;
    let mut started = Instant::now();
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare("INSERT INTO entries (key, value) VALUES (?1, ?2)")?;
        for number in 0..entries {
            let (key, value) = row(number, shuffled);
            insert.execute((key, value))?;
        }
    }
    transaction.commit()?;
    elapsed += started.elapsed();
    // What making the rows costs is no part of the comparison.
    started = Instant::now();
    for number in 0..entries {
        std::hint::black_box(row(number, shuffled));
    }
    Ok(elapsed.saturating_sub(started.elapsed()))
}

async fn import(store: &UniverseStore, entries: u64, shuffled: bool) -> anyhow::Result<()> {
    let name = StoreName::parse("Bench")?;
    let mut in_flight = VecDeque::new();
    for first in (0..entries).step_by(usize::try_from(BATCH)?) {
        let items = (first..entries.min(first + BATCH))
            .map(|number| item(number, shuffled))
            .collect::<anyhow::Result<_>>()?;
        let (store, name) = (store.clone(), name.clone());
        in_flight.push_back(tokio::spawn(async move { store.import(name, items, now()).await }));
        if in_flight.len() == IN_FLIGHT
            && let Some(oldest) = in_flight.pop_front()
        {
            oldest.await??;
        }
    }
    for batch in in_flight {
        batch.await??;
    }
    Ok(())
}

async fn read(store: &UniverseStore, entries: u64, shuffled: bool) -> anyhow::Result<()> {
    let name = StoreName::parse("Bench")?;
    let started = Instant::now();
    for number in 0..READS {
        let (key, _) = row(number * (entries / READS).max(1) % entries, shuffled);
        let address = EntryAddress { store: name.clone(), scope: Scope::global(), key: Key::parse(&key)? };
        store.get(address).await?.context("an imported entry is missing")?;
    }
    println!("get: {:?} each", started.elapsed() / u32::try_from(READS)?);

    let started = Instant::now();
    let mut filter = KeyFilter { limit: 256, ..KeyFilter::default() };
    let (mut keys, mut pages) = (0, 0);
    loop {
        let page = store.list_keys(name.clone(), filter.clone()).await?;
        keys += page.items.len() as u64;
        pages += 1;
        if !page.has_more {
            break;
        }
        filter.after = page.items.last().cloned();
    }
    println!("list: {keys} keys, {:?} per page of 256", started.elapsed() / pages);
    anyhow::ensure!(keys == entries, "{keys} of {entries} keys listed");

    let started = Instant::now();
    let mut filter = KeyFilter { limit: 10_000, ..KeyFilter::default() };
    loop {
        let page = store.export(name.clone(), filter.clone()).await?;
        if !page.has_more {
            break;
        }
        filter.after = page.items.last().map(|(id, _)| id.clone());
    }
    println!("export: {}", rate(entries, started.elapsed()));
    Ok(())
}

fn item(number: u64, shuffled: bool) -> anyhow::Result<ImportItem> {
    let (key, value) = row(number, shuffled);
    Ok(ImportItem {
        id: EntryId { scope: Scope::global(), key: Key::parse(&key)? },
        value: JsonText::parse(value)?,
        user_ids: UserIds::default(),
        attributes: Attributes::default(),
    })
}

fn row(number: u64, shuffled: bool) -> (String, String) {
    // An odd factor visits every number once, in an order that looks random.
    let id = if shuffled { number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24 } else { number };
    let items = "{\"id\":12345678,\"count\":12,\"name\":\"diamond sword\"},".repeat(12);
    let value = format!("{{\"number\":{number},\"items\":[{}]}}", items.trim_end_matches(','));
    (format!("player_{id:013}"), value)
}

fn now() -> Timestamp {
    Timestamp::from_ticks(638_571_200_000_000_000)
}

fn rate(entries: u64, elapsed: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
    let rate = entries as f64 / elapsed.as_secs_f64();
    format!("{:.2} s, {rate:.0} rows/s", elapsed.as_secs_f64())
}

/// Returns this process's resident memory, where the system tells it in a file.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map_or("unknown", str::trim);
    format!("{} (peak {})", line("VmRSS:"), line("VmHWM:"))
}
