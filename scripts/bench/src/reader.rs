//! A reader of the emulator: our own Open Cloud client, as the daemon has it, in a process whose memory is measured.
//!
//! **Invariant:** what is read is checked and let go of: all keys once, and every byte of the values.

use anyhow::{Context, ensure};
use daemon_core::names::{EntryAddress, Key, Scope, StoreName};
use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::endpoint::Endpoint;
use daemon_roblox::client::listing::{ENTRIES_PAGE_LIMIT, EntryListQuery};
use daemon_roblox::client::secret::ApiKey;
use daemon_roblox::client::transport::SendSettings;
use daemon_roblox::governor::Governor;
use daemon_roblox::governor::class::{KeySide, Pool};
use daemon_roblox::governor::limits::{Limit, Limits, Share};
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::data::{self, STORE};

/// The universe of the bench's emulators; none needs to be made.
pub(crate) const UNIVERSE: u64 = 7;

/// The data store of large values.
pub(crate) const LARGE_STORE: &str = "Large";

/// How many large values there are.
pub(crate) const LARGE_VALUES: u64 = 8;

/// What a value may have at most (`roblox-apis.md §4.8`).
const LARGE_BYTES: usize = 4_194_304;

/// How many values are read at a time, as an export does.
const READS: usize = 8;

/// The key of a large value.
pub(crate) fn large_key(number: u64) -> String {
    format!("large_{number}")
}

/// A large value: one text, of which every value has another letter.
pub(crate) fn large_value(number: u64) -> String {
    let letter = char::from(b'a' + u8::try_from(number % 26).unwrap_or_default());
    format!("\"{}\"", letter.to_string().repeat(LARGE_BYTES - 2))
}

/// Lists the keys of the bench's data store, of which there are `entries`.
pub async fn read_keys(port: u16, entries: u64) -> anyhow::Result<()> {
    let cloud = connect(port)?;
    let mut seen = vec![false; usize::try_from(entries)?];
    let mut query = EntryListQuery {
        store: StoreName::parse(STORE)?,
        scope: Some(Scope::global()),
        prefix: String::new(),
        cursor: None,
        limit: ENTRIES_PAGE_LIMIT,
    };
    loop {
        let page = cloud.list_entries(&query).await?;
        for entry in page.items {
            let number = data::number(&entry.key).and_then(|number| usize::try_from(number).ok());
            let place = number.and_then(|number| seen.get_mut(number));
            let place = place.with_context(|| format!("no key `{}` was written", entry.key))?;
            ensure!(!*place, "key `{}` is listed twice", entry.key);
            *place = true;
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    ensure!(seen.iter().all(|seen| *seen), "not all keys were listed");
    Ok(())
}

/// Reads `count` large values.
pub async fn read_values(port: u16, count: u64) -> anyhow::Result<()> {
    let cloud = connect(port)?;
    let read = |number: u64| {
        let cloud = &cloud;
        async move {
            let number = number % LARGE_VALUES;
            let (store, scope) = (StoreName::parse(LARGE_STORE)?, Scope::global());
            let address = EntryAddress { store, scope, key: Key::parse(&large_key(number))? };
            let entry = cloud.get(&address).await?.context("a large value is missing")?;
            let value = entry.value.as_str().as_bytes();
            let letter = b'a' + u8::try_from(number)?;
            let is_whole =
                value.len() == LARGE_BYTES && value[1..LARGE_BYTES - 1].iter().all(|byte| *byte == letter);
            ensure!(is_whole, "value {number} is not the one that was written");
            anyhow::Ok(())
        }
    };
    let mut reads = stream::iter(0..count).map(read).buffer_unordered(READS);
    while let Some(done) = reads.next().await {
        done?;
    }
    Ok(())
}

/// A connection whose budget nothing here exhausts.
fn connect(port: u16) -> anyhow::Result<OpenCloud> {
    let mut limits = Limits::default();
    for pool in Pool::ALL {
        limits.set(pool, Limit { requests: u32::MAX, bytes: None });
    }
    for side in [KeySide::Read, KeySide::Write] {
        limits.set_key_throughput(side, u64::MAX);
    }
    let governor = Governor::new(limits, Share::new(100)?, 1);
    let (endpoint, key) = (Endpoint::parse(&format!("http://127.0.0.1:{port}"))?, ApiKey::new("bench")?);
    Ok(OpenCloud::new(endpoint, key, UNIVERSE, governor, SendSettings::default())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_values_are_as_large_as_a_value_may_be() {
        assert_eq!(large_value(0).len(), LARGE_BYTES);
        assert_ne!(large_value(0), large_value(LARGE_VALUES - 1));
    }
}
