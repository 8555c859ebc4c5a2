//! Who and what: the key itself, the universe, users (`roblox-apis.md §0.4`, `§3.6`).
//!
//! **Invariant:** users are looked up by name at a host that takes no key, by a client that has none (S-20).

use daemon_core::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::client::endpoint::{Endpoint, Target};
use crate::client::error::CloudError;
use crate::client::transport::{Call, SendSettings, Transport, not_understood};
use crate::client::wire::{Number, Time};
use crate::client::{OpenCloud, read_json};
use crate::governor::Governor;
use crate::governor::class::{Class, Priority};

/// The most names of one look-up. `[I]` The service names no number; this is what clients send (`roblox-apis.md §3.6`).
pub const NAMES_LIMIT: usize = 100;

/// What a key is and may do (`roblox-apis.md §0.4`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// The name its owner gave it.
    pub name: String,
    /// The user whose permissions it acts with.
    pub authorised_user_id: Option<i64>,
    /// Whether it is switched on.
    pub is_enabled: bool,
    /// Whether its time is over.
    pub is_expired: bool,
    /// When its time is over, where it ends.
    pub expires_at: Option<Timestamp>,
    /// What it may do.
    pub grants: Vec<Grant>,
}

/// One permission of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// As in `universe-datastores.objects`.
    pub scope: String,
    /// As in `create`.
    pub operations: Vec<String>,
    /// The universes it counts for; `*` for all. None when it is not about universes.
    pub universe_ids: Vec<String>,
    /// The data stores it counts for; `*` for all.
    pub data_stores: Vec<GrantedStore>,
}

/// A data store that a permission counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedStore {
    /// Its universe, `*` for all.
    pub universe_id: String,
    /// Its name, `*` for all.
    pub name: String,
}

/// A universe as far as it is worth showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniverseFacts {
    /// Its name.
    pub name: String,
    /// The owner: `users/1` or `groups/1`, where told.
    pub owner: Option<String>,
}

/// A user as far as it is worth showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFacts {
    /// The id.
    pub id: i64,
    /// The unique name.
    pub name: String,
    /// The name shown beside it.
    pub display_name: String,
}

impl OpenCloud {
    /// Asks what the key may do. Also tells whether it is accepted from this address.
    pub async fn introspect(&self) -> Result<KeyFacts, CloudError> {
        let body = json!({ "apiKey": self.key.expose() });
        let call = Call::look_up(Target::new("/api-keys/v1/introspect"), Some(&body));
        let facts: WireKey = self.send_for(&call).await?;
        Ok(read_key(facts))
    }

    /// Looks the universe up.
    pub async fn universe(&self) -> Result<UniverseFacts, CloudError> {
        let call = Call::read(Class::Other, "universe:read", self.v2());
        let universe: WireUniverse = self.send_for(&call).await?;
        Ok(UniverseFacts { name: universe.display_name, owner: universe.user.or(universe.group) })
    }

    /// Looks a user up; none when there is no such user.
    pub async fn user(&self, id: i64) -> Result<Option<UserFacts>, CloudError> {
        let call = Call::look_up(Target::new(&format!("/cloud/v2/users/{id}")), None);
        match self.send_for::<WireUser>(&call).await {
            Ok(user) => Ok(Some(UserFacts { id, name: user.name, display_name: user.display_name })),
            Err(CloudError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Looks users up by name.
#[derive(Clone)]
pub struct UserNames {
    transport: Transport,
}

impl UserNames {
    /// Connects nothing yet.
    pub fn new(endpoint: Endpoint, governor: Governor, settings: SendSettings) -> Result<Self, CloudError> {
        Ok(Self { transport: Transport::new(endpoint, None, governor, settings)? })
    }

    /// Over a transport.
    #[cfg(test)]
    pub(super) fn over(transport: Transport) -> Self {
        Self { transport }
    }

    /// Finds the users of up to [`NAMES_LIMIT`] names; unknown names are left out.
    pub async fn find(&self, names: &[String]) -> Result<Vec<UserFacts>, CloudError> {
        let names = &names[..names.len().min(NAMES_LIMIT)];
        let body = json!({ "usernames": names, "excludeBannedUsers": false });
        let call = Call::look_up(Target::new("/v1/usernames/users"), Some(&body));
        let reply = self.transport.send(Priority::Person, &call).await?;
        let found: WireUsers = read_json(&call, &reply)?;
        let read = |user: WireUser| {
            let id = user.id.ok_or_else(|| not_understood(&call, "a user comes without an id".to_owned()))?;
            Ok(UserFacts { id: id.0, name: user.name, display_name: user.display_name })
        };
        found.data.into_iter().map(read).collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireKey {
    #[serde(default)]
    name: String,
    authorized_user_id: Option<Number>,
    #[serde(default)]
    scopes: Vec<WireScope>,
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    expired: bool,
    expiration_time_utc: Option<Time>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireScope {
    name: String,
    #[serde(default)]
    operations: Vec<String>,
    #[serde(default)]
    universe_ids: Vec<Id>,
    #[serde(default)]
    universe_datastores: Vec<WireStore>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStore {
    universe_id: Id,
    datastore_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUniverse {
    #[serde(default)]
    display_name: String,
    user: Option<String>,
    group: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUser {
    id: Option<Number>,
    name: String,
    #[serde(default)]
    display_name: String,
}

#[derive(Deserialize)]
struct WireUsers {
    data: Vec<WireUser>,
}

/// An id as text, whether it is written as text or as a number.
struct Id(String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    }
}

fn read_key(facts: WireKey) -> KeyFacts {
    let store =
        |store: WireStore| GrantedStore { universe_id: store.universe_id.0, name: store.datastore_name };
    let grant = |scope: WireScope| Grant {
        scope: scope.name,
        operations: scope.operations,
        universe_ids: scope.universe_ids.into_iter().map(|id| id.0).collect(),
        data_stores: scope.universe_datastores.into_iter().map(store).collect(),
    };
    KeyFacts {
        name: facts.name,
        authorised_user_id: facts.authorized_user_id.map(|id| id.0),
        is_enabled: facts.enabled,
        is_expired: facts.expired,
        expires_at: Time::of(facts.expiration_time_utc),
        grants: facts.scopes.into_iter().map(grant).collect(),
    }
}
