//! Entries as v1 gives them: the value's exact bytes, and everything else in headers (`roblox-apis.md §1.3`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use http::HeaderMap;
use md5::{Digest as _, Md5};

/// An entry as Roblox has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudEntry {
    /// The value, byte for byte.
    pub value: JsonText,
    /// The version this is.
    pub revision: AnyRevision,
    /// When the key came into being, where told.
    pub created_at: Option<Timestamp>,
    /// When this version was written, where told.
    pub written_at: Option<Timestamp>,
    /// The users tagged to it.
    pub user_ids: UserIds,
    /// Its attributes.
    pub attributes: Attributes,
}

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudWritten {
    /// The version now current.
    pub revision: AnyRevision,
    /// When the key came into being, where told.
    pub created_at: Option<Timestamp>,
    /// When this version was written, where told.
    pub written_at: Option<Timestamp>,
}

/// The MD5 of a body as `content-md5` has it (`roblox-apis.md §1.1`).
pub(super) fn content_md5(body: &[u8]) -> String {
    STANDARD.encode(Md5::digest(body))
}

/// Reads an entry; the error says what is wrong with it.
///
/// `[I]` Absent users and attributes count as none: the headers are documented, not promised (`roblox-apis.md §1.3`).
pub(super) fn read_entry(headers: &HeaderMap, body: Vec<u8>) -> Result<CloudEntry, String> {
    if let Some(promised) = text(headers, "content-md5")?
        && promised.trim() != content_md5(&body)
    {
        return Err("its bytes do not match their checksum".to_owned());
    }
    let value = String::from_utf8(body).map_err(|_| "the value is not UTF-8".to_owned())?;
    let value = JsonText::parse(value).map_err(|error| format!("the value is {error}"))?;
    let revision =
        text(headers, "roblox-entry-version")?.and_then(|text| AnyRevision::parse(text.trim()).ok());
    let user_ids = match text(headers, "roblox-entry-userids")?.filter(|ids| !ids.trim().is_empty()) {
        Some(ids) => {
            UserIds::parse(ids).map_err(|error| format!("header `roblox-entry-userids`: {error}"))?
        }
        None => UserIds::default(),
    };
    let attributes = match text(headers, "roblox-entry-attributes")?.filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            Attributes::parse(text).map_err(|error| format!("header `roblox-entry-attributes`: {error}"))?
        }
        None => Attributes::default(),
    };
    Ok(CloudEntry {
        value,
        revision: revision.ok_or("it names no version")?,
        created_at: time(headers, "roblox-entry-created-time"),
        written_at: time(headers, "roblox-entry-version-created-time"),
        user_ids,
        attributes,
    })
}

/// A header's text; an error when it is there but no UTF-8, or there twice.
fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, String> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(format!("header `{name}` stands twice"));
    }
    let text = str::from_utf8(value.as_bytes()).map_err(|_| format!("header `{name}` is not UTF-8"))?;
    Ok(Some(text))
}

/// A time that can be read; others count as not told.
fn time(headers: &HeaderMap, name: &'static str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::HeaderName;
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 6] = [
        "content-md5",
        "roblox-entry-version",
        "roblox-entry-created-time",
        "roblox-entry-version-created-time",
        "roblox-entry-attributes",
        "roblox-entry-userids",
    ];

    fn read(headers: &[(&'static str, &str)], body: &str) -> Result<CloudEntry, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        read_entry(&map, body.as_bytes().to_vec())
    }

    #[test]
    fn checksum_is_the_documented_one() {
        assert_eq!(content_md5(b"750"), "sTf90fedVsft8zZf6nUg8g==");
    }

    #[test]
    fn reads_the_documented_headers() {
        let entry = read(
            &[
                ("content-md5", "sTf90fedVsft8zZf6nUg8g=="),
                ("roblox-entry-version", "08DCAA8702D435AC.0000000003.08DCAA877D776995.01"),
                ("roblox-entry-created-time", "2022-02-02T23:30:06.5388799+00:00"),
                ("roblox-entry-attributes", "{\"a\": \"é\"}"),
                ("roblox-entry-userids", "[1, 2, 3]"),
            ],
            "750",
        )
        .unwrap();
        assert_eq!(entry.value.as_str(), "750");
        assert_eq!(entry.created_at.unwrap().to_string(), "2022-02-02T23:30:06.5388799Z");
        assert_eq!((entry.written_at, entry.user_ids.as_slice()), (None, [1, 2, 3].as_slice()));
        assert_eq!(entry.attributes.as_str(), "{\"a\": \"é\"}");
    }

    #[test]
    fn says_what_is_wrong() {
        let version = ("roblox-entry-version", "v1");
        for (headers, body, problem) in [
            (vec![], "1", "it names no version"),
            (vec![("roblox-entry-version", "a b")], "1", "it names no version"),
            (vec![version, ("content-md5", "AAAA")], "1", "its bytes do not match their checksum"),
            (vec![version, version], "1", "header `roblox-entry-version` stands twice"),
        ] {
            assert_eq!(read(&headers, body), Err(problem.to_owned()));
        }
        assert!(read(&[version], "<html>").unwrap_err().starts_with("the value is "));
        assert!(read(&[version], "").is_err());
        assert!(read(&[version, ("roblox-entry-userids", "1,2")], "1").unwrap_err().contains("userids"));
        assert!(read(&[version, ("roblox-entry-attributes", "[]")], "1").unwrap_err().contains("attributes"));
        assert!(read(&[version, ("roblox-entry-userids", ""), ("roblox-entry-attributes", "")], "1").is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn s_24_no_reply_breaks_the_reader(
            values in proptest::collection::vec((0_usize..6, proptest::collection::vec(any::<u8>(), 0..40)), 0..8),
            body in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut headers = HeaderMap::new();
            for (name, value) in values {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    headers.append(HeaderName::from_static(NAMES[name]), value);
                }
            }
            if let Ok(entry) = read_entry(&headers, body.clone()) {
                prop_assert_eq!(entry.value.as_str().as_bytes(), body);
            }
        }
    }
}
