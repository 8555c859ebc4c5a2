//! The few requests answered without a credential, because they are how one is got (S-04): sign-in by one-time code,
//! proof of the server (S-12), and Studio pairing (S-11).
//!
//! **Proof.** Client and daemon share a key: the CLI reads it from the 0600 file `daemon.json`; the plugin has its
//! credential's secret, or the per-install secret in its file. The client sends a nonce; the daemon answers with its
//! own nonce and `HMAC-SHA256(key, proof_message("server", …))`. Only when that is right does the client open its
//! socket, with `Authorization: Proof <peer>.<server nonce>.<HMAC-SHA256(key, proof_message("client", …))>`. So the key
//! itself never crosses the wire, and an impostor on the port learns nothing. HMACs and nonces are lower-case hex.

use serde::{Deserialize, Serialize};

use crate::ids::{InstanceId, PairingId, TokenId, UtcTime};

/// A request that needs no credential: always `POST`, rate-limited, without effect on data.
pub trait Exchange: Serialize + serde::de::DeserializeOwned {
    /// The path below the daemon's address.
    const PATH: &'static str;
    /// What it answers.
    type Response: Serialize + serde::de::DeserializeOwned;
}

/// The text both sides sign to prove that they hold the shared key; `side` is `server` or `client`.
///
/// It binds the proof to the peer, this daemon's port and both nonces, so that a proof cannot be relayed to another
/// port or used twice.
pub fn proof_message(side: &str, peer: &str, port: u16, client_nonce: &str, server_nonce: &str) -> String {
    format!("dsmp-proof-1|{side}|{peer}|{port}|{client_nonce}|{server_nonce}")
}

/// Hands a one-time code in for a dashboard session (S-10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInRequest {
    /// The code from the fragment of the `open` address; works once, for 60 seconds.
    pub code: String,
}

/// The tab's half of a dashboard session; the other half is the cookie set beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignInResponse {
    /// Goes into `Authorization: Bearer …`; worth nothing without the cookie, and the cookie nothing without it.
    pub token: String,
}

impl Exchange for SignInRequest {
    const PATH: &'static str = "/api/v1/sign-in";
    type Response = SignInResponse;
}

/// Asks the daemon to prove that it holds the key shared with `peer` (S-12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProveRequest {
    /// `cli`, `install:<id>` or `studio:<token id>`.
    pub peer: String,
    /// The client's fresh random nonce: 32 to 128 hex digits.
    pub nonce: String,
}

/// The daemon's proof. An unknown peer is answered alike, with a proof that fits no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProveResponse {
    /// This run of the daemon.
    pub instance: InstanceId,
    /// The daemon's nonce: valid for one socket, for 30 seconds.
    pub nonce: String,
    /// `HMAC-SHA256(key, proof_message("server", …))` in lower-case hex.
    pub proof: String,
}

impl Exchange for ProveRequest {
    const PATH: &'static str = "/api/v1/prove";
    type Response = ProveResponse;
}

/// Which Studio a plugin runs in, as it says itself; shown to the person who approves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StudioIdentity {
    /// `game.GameId` of the open place; `0` when it is not published.
    pub universe_id: String,
    /// `game.PlaceId` of the open place.
    pub place_id: String,
    /// The place's name.
    #[serde(default)]
    pub place_name: String,
    /// The account signed in to Studio; `0` when nobody is.
    #[serde(default)]
    pub user_id: String,
    /// That account's name, when it is known.
    #[serde(default)]
    pub user_name: String,
}

/// A plugin's wish to be paired by a code compared on both sides (S-11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestPairingRequest {
    /// The Studio that asks.
    pub studio: StudioIdentity,
}

/// The code to show, and what to claim the credential with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RequestPairingResponse {
    /// The pairing, for [`ClaimPairingRequest`].
    pub pairing: PairingId,
    /// Shown in Studio and in the dashboard, to be compared by a person, for example `K7F-29Q`.
    pub code: String,
    /// Known to this plugin alone; five wrong ones end the pairing.
    pub claim: String,
    /// Ten minutes after the request.
    pub expires_at: UtcTime,
}

impl Exchange for RequestPairingRequest {
    const PATH: &'static str = "/api/v1/pairings";
    type Response = RequestPairingResponse;
}

/// Asks whether a pairing was approved; the answer that says so carries the credential, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimPairingRequest {
    /// From [`RequestPairingResponse`].
    pub pairing: PairingId,
    /// From [`RequestPairingResponse`].
    pub claim: String,
}

/// How far a pairing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PairingState {
    /// Nobody has decided yet.
    Pending,
    /// Approved; the credential is in this answer and in no later one.
    Approved,
    /// A person refused it.
    Refused,
    /// Ten minutes went by, five wrong claims were made, or its credential was already handed out.
    Expired,
}

/// The state of a pairing and, when it was just approved, the plugin's credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClaimPairingResponse {
    /// How far the pairing is.
    pub state: PairingState,
    /// The credential's id; the proof's peer is `studio:<id>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
    /// The credential's secret: the proof's key, kept in Studio's settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl Exchange for ClaimPairingRequest {
    const PATH: &'static str = "/api/v1/pairings/claim";
    type Response = ClaimPairingResponse;
}
