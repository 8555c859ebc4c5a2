//! Where the keys of cloud connections lie: the system's key store, or a vault of the daemon's own.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::secret::SecretText;

/// What keeps the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum VaultPlace {
    /// The operating system's key store; it opens with the account.
    System,
    /// An encrypted file in the data directory.
    Vault,
}

/// Whether keys can be kept and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum VaultState {
    /// There is no vault yet.
    Absent,
    /// There is one, and it is closed.
    Locked,
    /// They can.
    Open,
}

/// How the keys lie; the answer of every operation on the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VaultStatus {
    /// What keeps them.
    pub place: VaultPlace,
    /// Whether they can be used.
    pub state: VaultState,
    /// Whether the vault opens with a key file, and not with a passphrase.
    pub key_file: bool,
    /// How to make or open the vault, as a sentence; absent when it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Asks whether keys can be kept and used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VaultStatusRequest {}

impl Operation for VaultStatusRequest {
    type Response = VaultStatus;
    const DECLARATION: Declaration = Declaration {
        name: "vault.status",
        summary: "Tells whether keys can be kept and used.",
        method: Method::Get,
        path: "/api/v1/vault",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Makes the vault, and leaves it open; refused when there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VaultCreateRequest {
    /// What will open it: 8 characters at least, 1,024 bytes at most.
    pub passphrase: SecretText,
}

impl Operation for VaultCreateRequest {
    type Response = VaultStatus;
    const DECLARATION: Declaration = Declaration {
        name: "vault.create",
        summary: "Makes the vault under a passphrase.",
        method: Method::Post,
        path: "/api/v1/vault/create",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// Opens the vault until it is closed or the daemon stops. Five tries a minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VaultOpenRequest {
    /// What it was made with.
    pub passphrase: SecretText,
}

impl Operation for VaultOpenRequest {
    type Response = VaultStatus;
    const DECLARATION: Declaration = Declaration {
        name: "vault.open",
        summary: "Opens the vault with its passphrase.",
        method: Method::Post,
        path: "/api/v1/vault/open",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// Closes the vault; connections whose keys lie in it cannot be used until it is opened again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VaultCloseRequest {}

impl Operation for VaultCloseRequest {
    type Response = VaultStatus;
    const DECLARATION: Declaration = Declaration {
        name: "vault.close",
        summary: "Closes the vault.",
        method: Method::Post,
        path: "/api/v1/vault/close",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}
