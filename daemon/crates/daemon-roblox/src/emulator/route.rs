//! Which path names which resource, and which methods it takes.
//!
//! Paths are split before they are decoded, so that `%2F` belongs to a name (`roblox-apis.md §2.2`, `§8.5` \[I\]).

use http::Method;
use percent_encoding::percent_decode_str;

use crate::emulator::refusal::Family;

/// Where entries of a data store lie.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parent {
    /// The data store as it was asked for.
    pub(super) store: String,
    /// The scope as it was asked for; none where the path has none.
    pub(super) scope: Option<String>,
}

/// A resource of a universe; names in it are decoded but not checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource {
    V1Stores,
    V1Keys,
    V1Entry,
    V1Increment,
    V1Versions,
    V1Version,
    Stores,
    Snapshot,
    Store(String),
    Undelete(String),
    Entries(Parent),
    Entry(Parent, String),
    EntryIncrement(Parent, String),
    Revisions(Parent, String),
    OrderedEntries(Family, Parent),
    OrderedEntry(Family, Parent, String),
    OrderedIncrement(Family, Parent, String),
    MapItems(String),
    MapItem(String, String),
    QueueItems(String),
    QueueReading(String),
    QueueDiscard(String),
    Flush,
    FlushOperation(String),
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// The universe's id as it was asked for.
    pub(super) universe: String,
    pub(super) resource: Resource,
}

impl Route {
    /// Finds what a path leads to.
    pub(super) fn find(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let (universe, resource) = match segments.as_slice() {
            ["datastores", "v1", "universes", universe, rest @ ..] => (universe, v1(rest)?),
            ["cloud", "v2", "universes", universe, rest @ ..] => (universe, v2(rest)?),
            [
                "ordered-data-stores",
                "v1",
                "universes",
                universe,
                "orderedDataStores",
                store,
                "scopes",
                scope,
                "entries",
                rest @ ..,
            ] => (universe, ordered(Family::OrderedV1, parent(store, Some(scope))?, rest)?),
            _ => return None,
        };
        Some(Self { universe: decode(universe)?, resource })
    }
}

impl Resource {
    /// Which of Roblox's interfaces the resource belongs to.
    pub(super) fn family(&self) -> Family {
        match self {
            Self::V1Stores
            | Self::V1Keys
            | Self::V1Entry
            | Self::V1Increment
            | Self::V1Versions
            | Self::V1Version => Family::V1,
            Self::Stores
            | Self::Snapshot
            | Self::Store(_)
            | Self::Undelete(_)
            | Self::Entries(_)
            | Self::Entry(..)
            | Self::EntryIncrement(..)
            | Self::Revisions(..)
            | Self::MapItems(_)
            | Self::MapItem(..)
            | Self::QueueItems(_)
            | Self::QueueReading(_)
            | Self::QueueDiscard(_)
            | Self::Flush
            | Self::FlushOperation(_) => Family::V2,
            Self::OrderedEntries(family, _)
            | Self::OrderedEntry(family, ..)
            | Self::OrderedIncrement(family, ..) => *family,
        }
    }

    /// The methods the resource takes.
    pub(super) fn methods(&self) -> &'static [Method] {
        match self {
            Self::V1Stores
            | Self::V1Keys
            | Self::V1Versions
            | Self::V1Version
            | Self::Stores
            | Self::Revisions(..)
            | Self::QueueReading(_)
            | Self::FlushOperation(_) => &[Method::GET],
            Self::V1Entry => &[Method::GET, Method::POST, Method::DELETE],
            Self::V1Increment
            | Self::Snapshot
            | Self::Undelete(_)
            | Self::EntryIncrement(..)
            | Self::OrderedIncrement(..)
            | Self::QueueItems(_)
            | Self::QueueDiscard(_)
            | Self::Flush => &[Method::POST],
            Self::Store(_) => &[Method::DELETE],
            Self::Entries(_) | Self::OrderedEntries(..) | Self::MapItems(_) => &[Method::GET, Method::POST],
            Self::Entry(..) | Self::OrderedEntry(..) | Self::MapItem(..) => {
                &[Method::GET, Method::PATCH, Method::DELETE]
            }
        }
    }
}

fn v1(rest: &[&str]) -> Option<Resource> {
    Some(match rest {
        ["standard-datastores"] => Resource::V1Stores,
        ["standard-datastores", "datastore", "entries"] => Resource::V1Keys,
        ["standard-datastores", "datastore", "entries", "entry"] => Resource::V1Entry,
        ["standard-datastores", "datastore", "entries", "entry", "increment"] => Resource::V1Increment,
        ["standard-datastores", "datastore", "entries", "entry", "versions"] => Resource::V1Versions,
        ["standard-datastores", "datastore", "entries", "entry", "versions", "version"] => {
            Resource::V1Version
        }
        _ => return None,
    })
}

fn v2(rest: &[&str]) -> Option<Resource> {
    Some(match rest {
        ["data-stores"] => Resource::Stores,
        ["data-stores:snapshot"] => Resource::Snapshot,
        ["data-stores", store] => match store.strip_suffix(":undelete") {
            Some(store) => Resource::Undelete(decode(store)?),
            None => Resource::Store(decode(store)?),
        },
        ["data-stores", store, "entries", rest @ ..] => standard(parent(store, None)?, rest)?,
        ["data-stores", store, "scopes", scope, "entries", rest @ ..] => {
            standard(parent(store, Some(scope))?, rest)?
        }
        ["ordered-data-stores", store, "scopes", scope, "entries", rest @ ..] => {
            ordered(Family::V2, parent(store, Some(scope))?, rest)?
        }
        ["memory-store:flush"] => Resource::Flush,
        ["memory-store", "operations", operation] => Resource::FlushOperation(decode(operation)?),
        ["memory-store", "sorted-maps", map, "items"] => Resource::MapItems(decode(map)?),
        ["memory-store", "sorted-maps", map, "items", item] => Resource::MapItem(decode(map)?, decode(item)?),
        ["memory-store", "queues", queue, "items"] => Resource::QueueItems(decode(queue)?),
        ["memory-store", "queues", queue, "items:read"] => Resource::QueueReading(decode(queue)?),
        ["memory-store", "queues", queue, "items:discard"] => Resource::QueueDiscard(decode(queue)?),
        _ => return None,
    })
}

fn standard(parent: Parent, rest: &[&str]) -> Option<Resource> {
    let [entry] = rest else {
        return rest.is_empty().then_some(Resource::Entries(parent));
    };
    // A verb is recognised as it was sent: a key that ends like one has its colon encoded (`roblox-apis.md §8.5` [I]).
    if let Some(entry) = entry.strip_suffix(":increment") {
        return Some(Resource::EntryIncrement(parent, decode(entry)?));
    }
    if let Some(entry) = entry.strip_suffix(":listRevisions") {
        return Some(Resource::Revisions(parent, decode(entry)?));
    }
    Some(Resource::Entry(parent, decode(entry)?))
}

fn ordered(family: Family, parent: Parent, rest: &[&str]) -> Option<Resource> {
    let [entry] = rest else {
        return rest.is_empty().then_some(Resource::OrderedEntries(family, parent));
    };
    Some(match entry.strip_suffix(":increment") {
        Some(entry) => Resource::OrderedIncrement(family, parent, decode(entry)?),
        None => Resource::OrderedEntry(family, parent, decode(entry)?),
    })
}

fn parent(store: &str, scope: Option<&str>) -> Option<Parent> {
    let scope = match scope {
        Some(scope) => Some(decode(scope)?),
        None => None,
    };
    Some(Parent { store: decode(store)?, scope })
}

/// Decodes a segment; none when it is empty or not UTF-8.
fn decode(segment: &str) -> Option<String> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    (!text.is_empty()).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Resource>) {
        let expected = expected.map(|resource| Route { universe: "7".to_owned(), resource });
        assert_eq!(Route::find(path), expected, "{path}");
    }

    fn in_scope(scope: Option<&str>) -> Parent {
        Parent { store: "s t".to_owned(), scope: scope.map(str::to_owned) }
    }

    #[test]
    fn paths_lead_to_resources() {
        let v2 = |rest: &str| format!("/cloud/v2/universes/7/{rest}");
        check(&v2("data-stores"), Some(Resource::Stores));
        check(&v2("data-stores:snapshot"), Some(Resource::Snapshot));
        check(&v2("data-stores/a:undelete"), Some(Resource::Undelete("a".to_owned())));
        check(&v2("data-stores/s%20t/entries"), Some(Resource::Entries(in_scope(None))));
        let key = |key: &str| Resource::Entry(in_scope(Some("-")), key.to_owned());
        check(&v2("data-stores/s%20t/scopes/-/entries/a%2Fb%40c"), Some(key("a/b@c")));
        check(&v2("data-stores/s%20t/scopes/-/entries/a%3Aincrement"), Some(key("a:increment")));
        check(
            &v2("data-stores/s%20t/entries/k:increment"),
            Some(Resource::EntryIncrement(in_scope(None), "k".to_owned())),
        );
        check(
            &v2("data-stores/s%20t/entries/k:listRevisions"),
            Some(Resource::Revisions(in_scope(None), "k".to_owned())),
        );
        check(
            &v2("ordered-data-stores/s%20t/scopes/x/entries"),
            Some(Resource::OrderedEntries(Family::V2, in_scope(Some("x")))),
        );
        check(
            "/ordered-data-stores/v1/universes/7/orderedDataStores/s%20t/scopes/x/entries/k:increment",
            Some(Resource::OrderedIncrement(Family::OrderedV1, in_scope(Some("x")), "k".to_owned())),
        );
        check(&v2("memory-store:flush"), Some(Resource::Flush));
        let maps = "memory-store/sorted-maps/m%20n/items";
        check(&v2(maps), Some(Resource::MapItems("m n".to_owned())));
        let item = Resource::MapItem("m n".to_owned(), "a/b:c".to_owned());
        check(&v2(&format!("{maps}/a%2Fb:c")), Some(item));
        check(&v2("memory-store/queues/q/items:read"), Some(Resource::QueueReading("q".to_owned())));
        check("/datastores/v1/universes/7/standard-datastores", Some(Resource::V1Stores));
        check(
            "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry/versions/version",
            Some(Resource::V1Version),
        );
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in [
            "",
            "/",
            "/cloud/v2/universes/7",
            "/cloud/v2/universes//data-stores",
            "/cloud/v2/universes/7/data-stores/",
            "/cloud/v2/universes/7/data-stores/s/entries/",
            "/cloud/v2/universes/7/data-stores/s/entries/a/b",
            "/cloud/v2/universes/7/data-stores/s/entries/%ff",
            "/cloud/v2/universes/7/data-stores/s/entries/:increment",
            "/cloud/v2/universes/7/ordered-data-stores/s/entries",
            "/cloud/v2/universes/7/memory-store/hash-maps/m/items",
            "/cloud/v2/universes/7/memory-store/queues/q/items/1",
            "/datastores/v1/universes/7/standard-datastores/datastore",
            "/Cloud/v2/universes/7/data-stores",
        ] {
            check(path, None);
        }
    }
}
