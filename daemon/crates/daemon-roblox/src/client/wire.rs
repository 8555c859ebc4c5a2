//! The JSON of Roblox's replies, as far as we read it (`roblox-apis.md §1.3`, `§2`, `§3`).
//!
//! Unknown members are ignored and most members may be absent: the documents disagree with what is served.

use daemon_core::time::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// v1's list of data stores; the specification calls it `data`, its own example `datastores` (`roblox-apis.md §1.3`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V1Stores {
    #[serde(default, alias = "data")]
    pub(super) datastores: Vec<V1Store>,
    pub(super) next_page_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V1Store {
    pub(super) name: String,
    pub(super) created_time: Option<Time>,
}

/// v1's list of entries; the specification says that items are texts, the service sends objects.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V1Keys {
    #[serde(default)]
    pub(super) keys: Vec<V1Key>,
    pub(super) next_page_cursor: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct V1Key {
    pub(super) scope: Option<String>,
    pub(super) key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V1Versions {
    #[serde(default)]
    pub(super) versions: Vec<V1Version>,
    pub(super) next_page_cursor: Option<String>,
}

/// A version in v1's lists, and the reply to a set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V1Version {
    pub(super) version: String,
    #[serde(default)]
    pub(super) deleted: bool,
    pub(super) content_length: Option<u64>,
    pub(super) created_time: Option<Time>,
    pub(super) object_created_time: Option<Time>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V2Stores {
    #[serde(default)]
    pub(super) data_stores: Vec<V2Store>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V2Store {
    pub(super) id: String,
    pub(super) create_time: Option<Time>,
    pub(super) expire_time: Option<Time>,
    pub(super) state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V2Entries {
    #[serde(default)]
    pub(super) data_store_entries: Vec<V2ListedEntry>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct V2ListedEntry {
    #[serde(default)]
    pub(super) path: String,
    pub(super) id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V2Entry {
    pub(super) create_time: Option<Time>,
    pub(super) revision_id: String,
    pub(super) revision_create_time: Option<Time>,
    pub(super) state: Option<String>,
    pub(super) value: Option<Box<RawValue>>,
    #[serde(default)]
    pub(super) users: Vec<String>,
    pub(super) attributes: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct V2Snapshot {
    #[serde(default)]
    pub(super) new_snapshot_taken: bool,
    pub(super) latest_snapshot_time: Option<Time>,
}

/// A list of ordered entries, which v1 calls `entries` (`roblox-apis.md §3.1`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderedEntries {
    #[serde(default, alias = "entries")]
    pub(super) ordered_data_store_entries: Vec<OrderedEntry>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct OrderedEntry {
    #[serde(default)]
    pub(super) id: String,
    pub(super) value: Number,
}

/// A time that can be read; any other text counts as none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(Option<Timestamp>);

impl Time {
    /// The time, where both it and its text are there.
    pub(super) fn of(time: Option<Self>) -> Option<Timestamp> {
        time.and_then(|time| time.0)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(value.as_str().and_then(|text| Timestamp::parse_rfc3339(text).ok())))
    }
}

/// A whole number of 64 bits, however it is written: `5`, `5.0`, `"5"`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let number = value
            .as_i64()
            .or_else(|| value.as_f64().and_then(whole))
            .or_else(|| value.as_str()?.parse().ok());
        number.map(Self).ok_or_else(|| serde::de::Error::custom("no whole number of 64 bits"))
    }
}

/// A float that is a whole number of 64 bits.
fn whole(number: f64) -> Option<i64> {
    // 2^63 as a float is exact; below it every whole float is an `i64`.
    let is_whole = number.fract() == 0.0
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    #[expect(clippy::cast_possible_truncation, reason = "only a whole number in range is used")]
    let number = number as i64;
    is_whole.then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_however_written() {
        for (text, number) in [
            ("5", Some(5)),
            ("5.0", Some(5)),
            ("\"-5\"", Some(-5)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9.223372036854775808e18", Some(i64::MIN)),
            ("9.3e18", None),
            ("0.5", None),
            ("null", None),
            ("\"x\"", None),
        ] {
            assert_eq!(serde_json::from_str::<Number>(text).ok().map(|number| number.0), number, "{text}");
        }
    }

    #[test]
    fn times_that_cannot_be_read_count_as_none() {
        for (text, is_there) in [("\"2022-02-18T22:38:59.9244932Z\"", true), ("\"x\"", false), ("7", false)] {
            let time: Time = serde_json::from_str(text).unwrap();
            assert_eq!(Time::of(Some(time)).is_some(), is_there, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn s_24_no_json_breaks_the_readers(
            body in "\\{\"(keys|versions|datastores|dataStores|entries|dataStoreEntries|revisionId|value|nextPageCursor)\":[\\[\\]{}\":,0-9a-z]{0,20}\\}"
        ) {
            let _ = serde_json::from_str::<V1Keys>(&body);
            let _ = serde_json::from_str::<V1Versions>(&body);
            let _ = serde_json::from_str::<V1Stores>(&body);
            let _ = serde_json::from_str::<V2Stores>(&body);
            let _ = serde_json::from_str::<V2Entries>(&body);
            let _ = serde_json::from_str::<V2Entry>(&body);
            let _ = serde_json::from_str::<OrderedEntries>(&body);
            let _ = serde_json::from_str::<OrderedEntry>(&body);
        }
    }
}
