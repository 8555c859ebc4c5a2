//! The entries that are measured with: made from a fixed seed, in ProfileStore's layout, about 650 bytes each.
//!
//! **Invariant:** the key tells the number and the number tells the value, so that whatever comes back can be checked.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The data store that holds the entries.
pub(crate) const STORE: &str = "Bench";

/// The word that scans look for; about every third entry has it.
pub(crate) const RARE_ITEM: &str = "diamond_sword";

const SEED: u64 = 0x5EED_0F0D_5A11_B0A7;

/// An odd factor visits every number below 2^32 once, in an order that looks random.
const SHUFFLE: u32 = 2_654_435_761;

const ITEMS: [&str; 16] = [
    RARE_ITEM,
    "iron_sword",
    "wooden_bow",
    "oak_shield",
    "health_potion",
    "mana_potion",
    "torch",
    "rope",
    "gold_ring",
    "silver_key",
    "map_fragment",
    "bread",
    "apple",
    "feather_boots",
    "stone_axe",
    "lantern",
];

/// How many entries are worked on before the bench looks whether it is to stop.
const PATIENCE: u64 = 1_000;

/// Returns the key of an entry; keys in the order of their numbers are in no order.
pub(crate) fn key(number: u64) -> String {
    format!("Player_{}", user_id(number))
}

/// Returns the value of an entry: as imported in version 0, of the same size and layout in others.
pub(crate) fn value(number: u64, version: u64) -> String {
    let mut random = Random(SEED ^ number.wrapping_mul(0xD134_2543_DE82_EF95) ^ version.rotate_left(32));
    let created = 1_690_000_000 + random.below(30_000_000);
    let mut text = String::with_capacity(1_024);
    let (coins, gems, level) = (random.below(1_000_000), random.below(5_000), 1 + random.below(100));
    let experience = random.below(100_000);
    // Writing to a string does not fail.
    let _ = write!(
        text,
        r#"{{"Data":{{"Coins":{coins},"Gems":{gems},"Level":{level},"Experience":{experience},"Inventory":["#
    );
    for slot in 0..5 + random.below(4) {
        let item = ITEMS[usize::try_from(random.below(16)).unwrap_or_default()];
        let comma = if slot == 0 { "" } else { "," };
        let count = 1 + random.below(64);
        let _ = write!(text, r#"{comma}{{"Id":"{item}","Count":{count},"Slot":{slot}}}"#);
    }
    let (music, wins, loads) = (random.below(100), random.below(10_000), 1 + random.below(2_000));
    let updated = created + random.below(40_000_000);
    let _ = write!(
        text,
        r#"],"Settings":{{"Music":0.{music:02},"Sound":1,"Language":"en-us"}},"Stats":{{"Title":"adventurer","Wins":{wins},"PlayTime":{updated}.5}}}},"MetaData":{{"ProfileCreateTime":{created},"SessionLoadCount":{loads},"LastUpdate":{updated},"MetaTags":[]}},"RobloxMetaData":[],"UserIds":[{}],"GlobalUpdates":[0,[]],"WasOverwritten":false}}"#,
        user_id(number)
    );
    text
}

/// Writes the entries as JSONL, and syncs the file so that the disk is at rest afterwards.
pub(crate) async fn write_jsonl(path: &Path, entries: u64) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("cannot make `{}`", path.display()))?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    for number in 0..entries {
        writeln!(file, r#"{{"key":"{}","value":{}}}"#, key(number), value(number, 0))?;
        if number % PATIENCE == 0 {
            tokio::task::yield_now().await;
        }
    }
    file.into_inner().context("cannot write the entries")?.sync_all()?;
    Ok(())
}

/// A line of an import or an export.
#[derive(Deserialize)]
pub(crate) struct Line<'a> {
    /// The entry's key.
    #[serde(borrow)]
    pub(crate) key: std::borrow::Cow<'a, str>,
    /// The exact text of its value.
    #[serde(borrow)]
    pub(crate) value: &'a RawValue,
}

/// Fails unless the file holds every entry once, in key order, byte for byte as it was imported.
pub(crate) async fn verify_jsonl(path: &Path, entries: u64) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut file = BufReader::with_capacity(1 << 20, file);
    let (mut text, mut last, mut count) = (String::new(), String::new(), 0);
    while file.read_line(&mut text)? > 0 {
        count += 1;
        let line: Line<'_> =
            serde_json::from_str(&text).with_context(|| format!("line {count} is not an entry"))?;
        let number = number(&line.key).filter(|number| *number < entries);
        match number {
            Some(number) if line.value.get() == value(number, 0) => {}
            Some(_) => bail!("line {count}: the value of `{}` is not the one that was imported", line.key),
            None => bail!("line {count}: no key `{}` was imported", line.key),
        }
        ensure!(*last < *line.key, "line {count}: `{}` does not come after `{last}`", line.key);
        last = line.key.into_owned();
        text.clear();
        if count % PATIENCE == 0 {
            tokio::task::yield_now().await;
        }
    }
    ensure!(count == entries, "{count} of {entries} entries are there");
    Ok(())
}

/// Returns the number behind a key.
pub(crate) fn number(key: &str) -> Option<u64> {
    let user_id: u32 = key.strip_prefix("Player_")?.parse().ok()?;
    Some(u64::from(user_id.wrapping_mul(inverse(SHUFFLE))))
}

fn user_id(number: u64) -> u32 {
    // Numbers are far below 2^32; whatever were above is cut off as the factor cuts.
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default().wrapping_mul(SHUFFLE)
}

/// Returns the factor that undoes an odd one modulo 2^32; each of Newton's steps doubles the bits that are right.
const fn inverse(odd: u32) -> u32 {
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

/// Numbers that look random and are the same everywhere (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Starts a sequence of its own.
    pub(crate) fn new(seed: u64) -> Self {
        Self(SEED ^ seed)
    }

    /// Returns the next number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_the_same_everywhere_and_forever() {
        assert_eq!(key(0), "Player_0");
        assert_eq!(key(1), "Player_2654435761");
        assert_eq!(
            value(1, 0),
            r#"{"Data":{"Coins":255275,"Gems":851,"Level":93,"Experience":91469,"Inventory":[{"Id":"silver_key","Count":55,"Slot":0},{"Id":"health_potion","Count":60,"Slot":1},{"Id":"silver_key","Count":7,"Slot":2},{"Id":"wooden_bow","Count":60,"Slot":3},{"Id":"mana_potion","Count":48,"Slot":4}],"Settings":{"Music":0.41,"Sound":1,"Language":"en-us"},"Stats":{"Title":"adventurer","Wins":9157,"PlayTime":1729567574.5}},"MetaData":{"ProfileCreateTime":1693870506,"SessionLoadCount":1242,"LastUpdate":1729567574,"MetaTags":[]},"RobloxMetaData":[],"UserIds":[2654435761],"GlobalUpdates":[0,[]],"WasOverwritten":false}"#,
            "with other values no earlier figure can be compared"
        );
    }

    #[test]
    fn values_have_profile_stores_layout_and_about_650_bytes() {
        let values: Vec<_> = (0..1_000).map(|number| value(number, 0)).collect();
        let bytes: usize = values.iter().map(String::len).sum();
        assert!((640_000..660_000).contains(&bytes), "{bytes} bytes in 1,000 values");
        for text in &values {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(value["Data"].is_object() && value["MetaData"].is_object(), "{text}");
            assert!(value["GlobalUpdates"][0].is_number() && value["WasOverwritten"].is_boolean(), "{text}");
        }
        assert_ne!(value(1, 0), value(1, 1));
    }

    #[test]
    fn the_key_tells_the_number() {
        for number in [0, 1, 2, 999_999, u64::from(u32::MAX)] {
            assert_eq!(self::number(&key(number)), Some(number));
        }
        assert_eq!(number("Player_x"), None);
        assert_eq!(number("1"), None);
    }

    #[tokio::test]
    async fn an_export_that_differs_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("entries.jsonl");
        write_jsonl(&path, 50).await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_by_key(|line| line.split('"').nth(3).map(str::to_owned));
        let check = async |lines: &[&str], entries| {
            std::fs::write(&path, lines.join("\n")).unwrap();
            verify_jsonl(&path, entries).await.map_err(|error| error.to_string())
        };
        assert_eq!(check(&lines, 50).await, Ok(()));
        assert_eq!(check(&lines[1..], 50).await, Err("49 of 50 entries are there".into()));
        assert!(check(&lines, 49).await.unwrap_err().contains("was imported"));
        lines.swap(3, 4);
        assert!(check(&lines, 50).await.unwrap_err().contains("does not come after"));
        lines.swap(3, 4);
        let changed = lines[7].replacen("\"Level\":", "\"Level\":9", 1);
        lines[7] = &changed;
        assert!(check(&lines, 50).await.unwrap_err().contains("line 8: the value of"));
    }
}
