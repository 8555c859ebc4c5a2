//! Connections to Roblox: making, checking and guarding them.
//!
//! A key goes in with [`ConnectionsCheckRequest`], [`ConnectionsCreateRequest`] and [`ConnectionsUpdateRequest`], and never
//! comes out again (S-60).

use serde::{Deserialize, Deserializer, Serialize};

use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::ids::{ConnectionId, UtcTime};
use crate::operations::connections::{Connection, ConnectionColour, Environment};
use crate::secret::SecretText;

/// What leads to an experience at Roblox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CloudConnection {
    /// The experience's universe id.
    pub universe_id: String,
    /// Where requests go; null: Roblox itself.
    pub base_url: Option<String>,
    /// The experience's name as Roblox told it last; null when it did not.
    pub universe_name: Option<String>,
    /// Whether its key can be used.
    pub key_state: KeyState,
    /// What to do so that it can; null when it can.
    pub remedy: Option<String>,
    /// What the last check of its key found; null when there was none.
    pub last_check: Option<KeyReport>,
}

/// Whether a connection's key can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum KeyState {
    /// It can.
    Ready,
    /// It lies in a vault that is not open.
    Locked,
    /// It is not there.
    Missing,
}

/// What a key is and may do in one experience (`roblox-apis.md` §0.4, §0.5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeyReport {
    /// When Roblox was asked.
    pub checked_at: UtcTime,
    /// The name its owner gave it.
    pub key_name: String,
    /// The Roblox account whose permissions it acts with; null when it was not told.
    pub owner_user_id: Option<String>,
    /// The experience's name; null when the key may not ask for it.
    pub universe_name: Option<String>,
    /// When the key ends; null: it has no end of its own.
    pub expires_at: Option<UtcTime>,
    /// Everything the product does with a key, and whether this one permits it.
    pub capabilities: Vec<KeyCapability>,
    /// What the key's owner should know or change.
    pub warnings: Vec<KeyWarning>,
}

/// Whether a key permits one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeyCapability {
    /// Which.
    pub feature: KeyFeature,
    /// For which data stores.
    pub granted: Granted,
    /// With `some`: the data stores, by name.
    pub datastores: Vec<String>,
    /// The permissions to add in Creator Hub, as in `universe-datastores.objects:read`. With `all` and `some`, what goes
    /// without them is a part only, such as creating a data store by its first entry.
    pub missing: Vec<String>,
}

/// What the product does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum KeyFeature {
    /// Lists data stores.
    ListDatastores,
    /// Reads entries.
    ReadEntries,
    /// Lists keys.
    ListKeys,
    /// Creates and changes entries.
    WriteEntries,
    /// Removes entries.
    DeleteEntries,
    /// Lists revisions.
    ListRevisions,
    /// Reads revisions.
    ReadRevisions,
    /// Takes snapshots.
    Snapshots,
    /// Deletes whole data stores and brings them back.
    DeleteDatastores,
    /// Reads and lists ordered entries.
    ReadOrdered,
    /// Writes and removes ordered entries.
    WriteOrdered,
    /// Reads sorted maps of memory stores.
    ReadMemory,
    /// Writes memory stores, and works with their queues.
    WriteMemory,
    /// Empties all memory stores.
    FlushMemory,
    /// Publishes messages.
    PublishMessages,
    /// Reads the experience's name.
    ReadUniverse,
}

/// For which data stores something is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Granted {
    /// All of the experience.
    All,
    /// Those named.
    Some,
    /// None.
    None,
}

/// Something a key's owner should know or change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeyWarning {
    /// Which kind.
    pub kind: KeyWarningKind,
    /// What it is and what to do.
    pub message: String,
}

/// The kinds of [`KeyWarning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum KeyWarningKind {
    /// It ends within 14 days.
    ExpiresSoon,
    /// Roblox switches it off when it is neither used nor edited for 60 days.
    ExpiresUnused,
    /// It permits what the product never does.
    TooWide,
    /// It counts for other experiences too, or for all.
    OtherUniverses,
    /// Roblox knows no such experience.
    UniverseUnknown,
}

/// Asks Roblox what a key may do; saves nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsCheckRequest {
    /// The experience's universe id: decimal digits.
    pub universe_id: String,
    /// The API key.
    pub api_key: SecretText,
    /// Where to ask: `https://host[:port]`, or plain http on this machine for an emulator. Absent: Roblox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// What the key may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsCheckResponse {
    /// What was found.
    pub report: KeyReport,
}

impl Operation for ConnectionsCheckRequest {
    type Response = ConnectionsCheckResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.check",
        summary: "Asks Roblox what a key may do, and saves nothing.",
        method: Method::Post,
        path: "/api/v1/connections/check",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Makes a connection to an experience at Roblox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsCreateRequest {
    /// A unique name: 1 to 100 bytes.
    pub name: String,
    /// The experience's universe id: decimal digits.
    pub universe_id: String,
    /// The API key. It is kept where secrets lie, and never shown again.
    pub api_key: SecretText,
    /// What its data is to the people who play. Absent: unclassified, which is guarded as production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// The colour of its dot. Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<ConnectionColour>,
    /// Whether writes are refused until they are unlocked. Absent: true for production, unclassified and staging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// Where requests go: `https://host[:port]`, or plain http on this machine for an emulator. Absent: Roblox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Save without asking Roblox about the key.
    #[serde(default)]
    pub skip_check: bool,
}

/// The new connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsCreateResponse {
    /// The connection.
    pub connection: Connection,
    /// What the key may do; null when Roblox was not asked.
    pub report: Option<KeyReport>,
}

impl Operation for ConnectionsCreateRequest {
    type Response = ConnectionsCreateResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.create",
        summary: "Connects an experience by its API key.",
        method: Method::Post,
        path: "/api/v1/connections",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Changes what is given of a connection; the rest stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsUpdateRequest {
    /// Its id or name.
    pub connection: ConnectionId,
    /// A new name: 1 to 100 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A new environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// A new colour; null clears it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<ConnectionColour>"))]
    pub colour: Option<Option<ConnectionColour>>,
    /// Whether writes are refused until they are unlocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// A new API key, which Roblox is asked about first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<SecretText>,
    /// Where requests go from now on; only together with `apiKey`, for a stored key never goes to a new host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// The connection as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsUpdateResponse {
    /// The connection.
    pub connection: Connection,
}

impl Operation for ConnectionsUpdateRequest {
    type Response = ConnectionsUpdateResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.update",
        summary: "Changes a connection.",
        method: Method::Patch,
        path: "/api/v1/connections/{connection}",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Asks Roblox what a connection's key may do, and keeps the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsTestRequest {
    /// Its id or name.
    pub connection: ConnectionId,
}

/// What the key may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsTestResponse {
    /// What was found.
    pub report: KeyReport,
}

impl Operation for ConnectionsTestRequest {
    type Response = ConnectionsTestResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.test",
        summary: "Asks Roblox what a connection's key may do.",
        method: Method::Post,
        path: "/api/v1/connections/{connection}/test",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Removes a connection to Roblox and its key; nothing is changed at Roblox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsRemoveRequest {
    /// Its id or name.
    pub connection: ConnectionId,
}

/// It is gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsRemoveResponse {}

impl Operation for ConnectionsRemoveRequest {
    type Response = ConnectionsRemoveResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.remove",
        summary: "Removes a connection and its key.",
        method: Method::Delete,
        path: "/api/v1/connections/{connection}",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Lets the caller write to a read-only connection for a while. It ends at its time whatever is done meanwhile, and before
/// on `connections.lock`, sign-out, a restart of the daemon, or a change of the connection's guards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsUnlockRequest {
    /// Its id or name.
    pub connection: ConnectionId,
    /// For how many minutes: 5, 15 or 60. Absent: 60 for staging, else 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Why, for the record: 1 to 500 characters; needed for production and unclassified connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The connection as it is for the caller now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsUnlockResponse {
    /// The connection.
    pub connection: Connection,
}

impl Operation for ConnectionsUnlockRequest {
    type Response = ConnectionsUnlockResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.unlock",
        summary: "Unlocks writing for the caller, for a while.",
        method: Method::Post,
        path: "/api/v1/connections/{connection}/unlock",
        query: &[],
        permission: Permission::WriteData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// Ends the caller's own unlock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsLockRequest {
    /// Its id or name.
    pub connection: ConnectionId,
}

/// The connection as it is for the caller now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsLockResponse {
    /// The connection.
    pub connection: Connection,
}

impl Operation for ConnectionsLockRequest {
    type Response = ConnectionsLockResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.lock",
        summary: "Ends the caller's unlock.",
        method: Method::Post,
        path: "/api/v1/connections/{connection}/lock",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// A member that is there, even if it is null.
#[expect(clippy::option_option, reason = "absent is another thing than null")]
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_left_changed_or_cleared() {
        let read = |text: &str| serde_json::from_str::<ConnectionsUpdateRequest>(text).unwrap();
        for (text, colour) in [
            (r#"{"connection":"c"}"#, None),
            (r#"{"connection":"c","colour":null}"#, Some(None)),
            (r#"{"connection":"c","colour":"teal"}"#, Some(Some(ConnectionColour::Teal))),
        ] {
            let request = read(text);
            assert_eq!(request.colour, colour);
            assert_eq!(serde_json::to_string(&request).unwrap(), text);
        }
    }

    #[test]
    fn s_10_no_request_shows_its_key() {
        let text = r#"{"name":"Prod","universeId":"1","apiKey":"canary"}"#;
        let request: ConnectionsCreateRequest = serde_json::from_str(text).unwrap();
        assert!(!format!("{request:?}").contains("canary"));
    }
}
