//! Entries of standard data stores by v1, where values are exact bytes and writes can be conditional
//! (`roblox-apis.md §1`).

use std::fmt::Write as _;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::EntryAddress;
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::client::endpoint::Target;
use crate::client::entry::{CloudEntry, CloudWritten, content_md5, read_entry};
use crate::client::error::CloudError;
use crate::client::listing::next;
use crate::client::transport::{Call, Reply, VALUE_REPLY_LIMIT, not_understood};
use crate::client::wire::{Time, V1Version, V1Versions};
use crate::client::{CloudPage, OpenCloud, page_size, read_json};
use crate::governor::class::Class;

/// The most versions on a page. `[I]` v1 names no maximum; v2's is taken (`roblox-apis.md §1.2`, `§2.2`).
pub const VERSIONS_PAGE_LIMIT: usize = 100;

/// What a write takes for granted (S-31).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// That there is no entry.
    Absent,
    /// That this version is current.
    Revision(AnyRevision),
    /// Nothing: whatever is there is overwritten.
    None,
}

/// A version in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudVersion {
    /// Its identifier.
    pub revision: AnyRevision,
    /// Whether it marks a removal.
    pub is_removed: bool,
    /// Its value's length in bytes, where told.
    pub size_bytes: Option<u64>,
    /// When it was written, where told.
    pub written_at: Option<Timestamp>,
}

/// Which versions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionQuery {
    /// Written then or later.
    pub from: Option<Timestamp>,
    /// Written then or earlier.
    pub until: Option<Timestamp>,
    /// Oldest first instead of newest first.
    pub is_ascending: bool,
    /// From the page before; all else has to stay as it was.
    pub cursor: Option<String>,
    /// Most items, up to [`VERSIONS_PAGE_LIMIT`].
    pub limit: usize,
}

impl OpenCloud {
    /// Gets an entry; none when it is absent or removed.
    ///
    /// `[I]` A removed entry answers 404 or 204; both count (`roblox-apis.md §8` item 1).
    pub async fn get(&self, address: &EntryAddress) -> Result<Option<CloudEntry>, CloudError> {
        let target = self.entry_target(address, "");
        let call = value_call(Call::read(Class::V1Read, "universe-datastores.objects:read", target), address);
        self.value(&call, "EntryNotFound").await
    }

    /// Gets an entry as it was at a version; none when that cannot be read (any more), or marks a removal.
    pub async fn get_version(
        &self,
        address: &EntryAddress,
        revision: &AnyRevision,
    ) -> Result<Option<CloudEntry>, CloudError> {
        let target = self.entry_target(address, "/versions/version").query("versionId", revision.as_str());
        let call =
            value_call(Call::read(Class::V1Read, "universe-datastores.versions:read", target), address);
        match self.value(&call, "VersionNotFound").await {
            // An expired version was also seen to be answered as an invalid one (`roblox-apis.md §2.2`).
            Err(CloudError::Refused { code, .. }) if code == "InvalidVersionId" => Ok(None),
            found => found,
        }
    }

    /// Lists the versions of an entry.
    pub async fn list_versions(
        &self,
        address: &EntryAddress,
        query: &VersionQuery,
    ) -> Result<CloudPage<CloudVersion>, CloudError> {
        let time = |time: Option<Timestamp>| time.map(|time| time.format_rfc3339());
        let target = self
            .entry_target(address, "/versions")
            .query("sortOrder", if query.is_ascending { "Ascending" } else { "Descending" })
            .query("limit", &page_size(query.limit, VERSIONS_PAGE_LIMIT))
            .query_some("startTime", time(query.from).as_deref())
            .query_some("endTime", time(query.until).as_deref())
            .query_some("cursor", query.cursor.as_deref());
        let call =
            Call::read(Class::V1List, "universe-datastores.versions:list", target).about(key_of(address));
        let page: V1Versions = self.send_for(&call).await?;
        let items =
            page.versions.iter().map(|version| read_version(&call, version)).collect::<Result<_, _>>()?;
        Ok(CloudPage { items, next: next(&call, query.cursor.as_deref(), page.next_page_cursor)? })
    }

    /// Writes a whole entry; users and attributes are always sent, because Roblox clears what is left out (S-30).
    pub async fn set(
        &self,
        address: &EntryAddress,
        value: &JsonText,
        user_ids: &UserIds,
        attributes: &Attributes,
        expected: &Precondition,
    ) -> Result<CloudWritten, CloudError> {
        let target = self.entry_target(address, "");
        let target = match expected {
            Precondition::Absent => target.query("exclusiveCreate", "true"),
            Precondition::Revision(revision) => target.query("matchVersion", revision.as_str()),
            Precondition::None => target,
        };
        let permission = match expected {
            Precondition::Absent => "universe-datastores.objects:create",
            _ => "universe-datastores.objects:update",
        };
        let mut call = Call::change(Method::POST, Class::V1Write, permission, target);
        call.headers = metadata_headers(user_ids, attributes)?;
        let body = value.as_str().as_bytes().to_vec();
        call.headers.insert("content-md5", header_value(&content_md5(&body))?);
        call.body = Some(body);
        call.reply_limit = VALUE_REPLY_LIMIT;
        call.is_conditional = *expected != Precondition::None;
        let call = call.about(key_of(address));
        let reply = self.send(&call).await?;
        if reply.status == StatusCode::PRECONDITION_FAILED {
            let current = read_entry(&reply.headers, reply.body).ok().map(Box::new);
            return Err(CloudError::Conflict { current });
        }
        let version: V1Version = read_json(&call, &reply)?;
        let read = read_version(&call, &version)?;
        Ok(CloudWritten {
            revision: read.revision,
            created_at: Time::of(version.object_created_time),
            written_at: read.written_at,
        })
    }

    /// Removes an entry, leaving a tombstone. Cannot be conditional: read the entry just before (S-31).
    pub async fn delete(&self, address: &EntryAddress) -> Result<(), CloudError> {
        let target = self.entry_target(address, "");
        let call =
            Call::change(Method::DELETE, Class::V1Remove, "universe-datastores.objects:delete", target)
                .about(key_of(address));
        self.send(&call).await.map(|_| ())
    }

    /// Adds to a numeric entry, which begins at 0; users and attributes are always sent. Cannot be conditional, and must
    /// not be repeated when the outcome is unknown (S-31, S-32).
    pub async fn increment(
        &self,
        address: &EntryAddress,
        delta: i64,
        user_ids: &UserIds,
        attributes: &Attributes,
    ) -> Result<CloudEntry, CloudError> {
        let target = self.entry_target(address, "/increment").query("incrementBy", &delta.to_string());
        let permission = "universe-datastores.objects:update";
        let mut call = Call::change(Method::POST, Class::V1Write, permission, target).about(key_of(address));
        call.headers = metadata_headers(user_ids, attributes)?;
        let reply = self.send(&call).await?;
        read_entry(&reply.headers, reply.body).map_err(|problem| not_understood(&call, problem))
    }

    fn entry_target(&self, address: &EntryAddress, what: &str) -> Target {
        self.v1()
            .literal("/datastore/entries/entry")
            .literal(what)
            .query("datastoreName", address.store.as_str())
            .query("scope", address.scope.as_str())
            .query("entryKey", address.key.as_str())
    }

    async fn value(&self, call: &Call, absent: &str) -> Result<Option<CloudEntry>, CloudError> {
        let Reply { status, headers, body } = match self.send(call).await {
            Err(CloudError::NotFound { code, .. }) if code == absent || code == "EntryNotFound" => {
                return Ok(None);
            }
            reply => reply?,
        };
        match status {
            StatusCode::NO_CONTENT => Ok(None),
            StatusCode::OK => {
                read_entry(&headers, body).map(Some).map_err(|problem| not_understood(call, problem))
            }
            _ => Err(not_understood(call, format!("its status is {status}"))),
        }
    }
}

fn value_call(call: Call, address: &EntryAddress) -> Call {
    Call { reply_limit: VALUE_REPLY_LIMIT, ..call.about(key_of(address)) }
}

/// What tells entries apart for the throughput of keys. Names hold no control characters.
pub(super) fn key_of(address: &EntryAddress) -> String {
    format!("{}\n{}\n{}", address.store, address.scope, address.key)
}

/// Users as a JSON array, which is what responses and the official sample have (`roblox-apis.md §1.1`).
fn metadata_headers(user_ids: &UserIds, attributes: &Attributes) -> Result<HeaderMap, CloudError> {
    let mut headers = HeaderMap::new();
    headers.insert("roblox-entry-userids", header_value(&user_ids.to_json())?);
    headers.insert("roblox-entry-attributes", header_value(&header_json(attributes.as_str()))?);
    Ok(headers)
}

/// JSON as a header can hold it: line breaks between tokens become spaces, and what is not ASCII, which stands in strings
/// only, is written as escapes.
///
/// `[I]` How Roblox reads other bytes in this header is not stated (`roblox-apis.md §1.1`); read as Latin-1 they would be
/// changed without a word.
fn header_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '\r' | '\n' | '\t' => text.push(' '),
            ' '..='~' => text.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

fn header_value(text: &str) -> Result<HeaderValue, CloudError> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| CloudError::Refused {
        status: 400,
        code: "InvalidAttributes".to_owned(),
        message: "the attributes hold a character that cannot be sent; nothing was sent".to_owned(),
    })
}

fn read_version(call: &Call, version: &V1Version) -> Result<CloudVersion, CloudError> {
    let revision = AnyRevision::parse(&version.version)
        .map_err(|_| not_understood(call, "a version's identifier cannot be used".to_owned()))?;
    Ok(CloudVersion {
        revision,
        is_removed: version.deleted,
        size_bytes: version.content_length,
        written_at: Time::of(version.created_time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_become_ascii_that_means_the_same() {
        let check = |json: &str, header: &str| {
            assert_eq!(header_json(json), header);
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(header).ok(),
                serde_json::from_str::<serde_json::Value>(json).ok()
            );
        };
        check("{\n\t\"a\": 1.0\r\n}", "{  \"a\": 1.0  }");
        check("{\"é\":\"😀\u{7f}\"}", "{\"\\u00e9\":\"\\ud83d\\ude00\\u007f\"}");
        check("{\"a\":\"\\n\\u00e9\"}", "{\"a\":\"\\n\\u00e9\"}");
    }
}
