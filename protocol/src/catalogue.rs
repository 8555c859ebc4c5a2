//! The one place that says what the product can do: every operation, declared once.
//!
//! The router, the socket's and the CLI's dispatch, the policy table, the OpenAPI document and the clients' types are
//! all derived from [`CATALOGUE`]. Adding a capability means one request type with its [`Operation`] declaration,
//! one line in the list at the end of this file, and one file in `daemon/src/commands/`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::operations::{
    budget, changeset_endings, changesets, cloud_connections, connections, datastores, entries, jobs, keys,
    memory, messages, ordered, players, revisions, sessions, studio, system, tokens, vault,
};

/// A request tied to its declaration and its answer.
pub trait Operation: Serialize + DeserializeOwned + Send + 'static {
    /// What it answers.
    type Response: Serialize + DeserializeOwned + Send + 'static;
    /// Everything the faces and the gate need to know about it.
    const DECLARATION: Declaration;

    /// Whether the answer says that something was taken on but not done yet: HTTP's 202.
    fn is_accepted(_: &Self::Response) -> bool {
        false
    }
}

/// What is declared of an operation; see `architecture.md` §3 for what is derived from each member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its name on the socket, in the CLI and in `POST /api/v1/call/{operation}`.
    pub name: &'static str,
    /// One sentence for the OpenAPI document and the CLI.
    pub summary: &'static str,
    /// The HTTP method of its REST form.
    pub method: Method,
    /// The path of its REST form; `{name}` stands for the request's member of that name.
    pub path: &'static str,
    /// The request's members that the REST form takes from the query; the others come from the path and the body.
    pub query: &'static [Parameter],
    /// What a caller's role must permit.
    pub permission: Permission,
    /// The licence feature it belongs to; gates nothing until licensing exists.
    pub feature: Feature,
    /// What it does to the world.
    pub effect: Effect,
    /// The event an audit record of it bears.
    pub audit: AuditEvent,
    /// Requests one call may send to Roblox over a cloud connection.
    pub cost: Cost,
}

/// The HTTP methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads; has no body and no effect.
    Get,
    /// Acts.
    Post,
    /// Writes a whole resource.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method as HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request of this method carries a JSON body.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// A member of a request that REST takes from the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The member's name.
    pub name: &'static str,
    /// How its text becomes JSON.
    pub kind: ParameterKind,
}

impl Parameter {
    /// A parameter whose text is the member's text.
    pub const fn text(name: &'static str) -> Self {
        Self { name, kind: ParameterKind::Text }
    }

    /// A parameter that is a whole number.
    pub const fn integer(name: &'static str) -> Self {
        Self { name, kind: ParameterKind::Integer }
    }

    /// A parameter that is `true` or `false`.
    pub const fn boolean(name: &'static str) -> Self {
        Self { name, kind: ParameterKind::Boolean }
    }
}

/// How a query parameter's text becomes JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A JSON string.
    Text,
    /// A JSON number without fraction.
    Integer,
    /// A JSON boolean.
    Boolean,
}

/// The rights an operation may need, by the product document's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// `READ_DATA`: see data and the state of the product.
    ReadData,
    /// `WRITE_DATA`: create and change entries.
    WriteData,
    /// `DELETE_DATA`: remove entries.
    DeleteData,
    /// `EXPORT_DATA`: take values out in bulk.
    ExportData,
    /// `BULK_OPERATIONS`: start jobs.
    BulkOperations,
    /// `MANAGE_SECURITY`: tokens and pairing.
    ManageSecurity,
    /// `SYSTEM_CONFIG`: connections and settings.
    SystemConfig,
}

impl Permission {
    /// The product document's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadData => "READ_DATA",
            Self::WriteData => "WRITE_DATA",
            Self::DeleteData => "DELETE_DATA",
            Self::ExportData => "EXPORT_DATA",
            Self::BulkOperations => "BULK_OPERATIONS",
            Self::ManageSecurity => "MANAGE_SECURITY",
            Self::SystemConfig => "SYSTEM_CONFIG",
        }
    }
}

/// The licence features of the operations there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `basicDataExplorer`: looking at and editing single entries.
    BasicDataExplorer,
    /// `dataImportExport`: taking data in and out in bulk.
    DataImportExport,
    /// `core`: in every tier, whatever the licence's state.
    Core,
}

impl Feature {
    /// The product document's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BasicDataExplorer => "basicDataExplorer",
            Self::DataImportExport => "dataImportExport",
            Self::Core => "core",
        }
    }
}

/// What an operation does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// Changes players' data.
    Write,
    /// Removes players' data.
    Destroy,
    /// Changes the product's own state.
    Configure,
}

impl Effect {
    /// The word used in generated files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destroy => "destroy",
            Self::Configure => "configure",
        }
    }
}

/// The event an audit record bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    /// `DATA_ACCESS`.
    DataAccess,
    /// `DATA_MODIFICATION`.
    DataModification,
    /// `DATA_DELETION`.
    DataDeletion,
    /// `DATA_EXPORT`.
    DataExport,
    /// `SECURITY_CHANGE`.
    SecurityChange,
    /// `SYSTEM_CONFIG`.
    SystemConfig,
    /// Reads of the product's own state, which are not recorded.
    None,
}

/// Requests to Roblox that one call may take, by budget class (`roblox-apis.md` §2.6). Local connections cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Standard or ordered reads.
    pub read: u32,
    /// Standard or ordered writes.
    pub write: u32,
    /// Listings.
    pub list: u32,
    /// Removals.
    pub remove: u32,
    /// All others: memory stores, messages, look-ups, snapshots.
    pub other: u32,
}

impl Cost {
    /// Nothing is asked of Roblox.
    pub const NONE: Self = Self { read: 0, write: 0, list: 0, remove: 0, other: 0 };

    /// One read.
    pub const READ: Self = Self { read: 1, ..Self::NONE };

    /// One removal.
    pub const REMOVE: Self = Self { remove: 1, ..Self::NONE };

    /// One request of no class of its own.
    pub const OTHER: Self = Self { other: 1, ..Self::NONE };

    /// One listing.
    pub const LIST: Self = Self { list: 1, ..Self::NONE };

    /// A read of what is there, and a conditional write.
    pub const READ_THEN_WRITE: Self = Self { read: 1, write: 1, ..Self::NONE };

    /// A read of what is there, and a removal.
    pub const READ_THEN_REMOVE: Self = Self { read: 1, remove: 1, ..Self::NONE };
}

macro_rules! catalogue {
    ($($variant:ident => $request:ty,)*) => {
        /// The name of every operation; dispatch tables match on it without a `_` arm.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OperationName {
            $(
                #[doc = concat!("See [`", stringify!($request), "`].")]
                $variant,
            )*
        }

        /// Every operation's declaration.
        pub const CATALOGUE: &[(OperationName, Declaration)] =
            &[$((OperationName::$variant, <$request as Operation>::DECLARATION),)*];

        impl OperationName {
            /// The declaration of this operation.
            pub const fn declaration(self) -> &'static Declaration {
                match self {
                    $(Self::$variant => &<$request as Operation>::DECLARATION,)*
                }
            }

            /// Finds an operation by its name on the wire.
            pub fn from_name(name: &str) -> Option<Self> {
                CATALOGUE.iter().find(|(_, declaration)| declaration.name == name).map(|(operation, _)| *operation)
            }
        }

        #[cfg(feature = "schema")]
        pub(crate) fn operation_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<crate::schema::Message> {
            vec![$(crate::schema::Message::operation::<$request>(generator)),*]
        }
    };
}

catalogue! {
    SystemStatus => system::SystemStatusRequest,
    ConnectionsList => connections::ConnectionsListRequest,
    ConnectionsSelect => connections::ConnectionsSelectRequest,
    ConnectionsRemoveSample => connections::ConnectionsRemoveSampleRequest,
    DatastoresList => datastores::DatastoresListRequest,
    DatastoresSnapshot => datastores::DatastoresSnapshotRequest,
    DatastoresDelete => datastores::DatastoresDeleteRequest,
    DatastoresUndelete => datastores::DatastoresUndeleteRequest,
    KeysList => keys::KeysListRequest,
    EntriesGet => entries::EntriesGetRequest,
    EntriesRows => entries::EntriesRowsRequest,
    EntriesSet => entries::EntriesSetRequest,
    EntriesEdit => entries::EntriesEditRequest,
    EntriesRemove => entries::EntriesRemoveRequest,
    EntriesImport => entries::EntriesImportRequest,
    EntriesExport => entries::EntriesExportRequest,
    RevisionsList => revisions::RevisionsListRequest,
    RevisionsGet => revisions::RevisionsGetRequest,
    RevisionsRestore => revisions::RevisionsRestoreRequest,
    ChangesetsPropose => changesets::ChangesetsProposeRequest,
    ChangesetsList => changesets::ChangesetsListRequest,
    ChangesetsGet => changesets::ChangesetsGetRequest,
    ChangesetsAmend => changeset_endings::ChangesetsAmendRequest,
    ChangesetsCommit => changesets::ChangesetsCommitRequest,
    ChangesetsResolve => changeset_endings::ChangesetsResolveRequest,
    ChangesetsDiscard => changeset_endings::ChangesetsDiscardRequest,
    ChangesetsUndo => changeset_endings::ChangesetsUndoRequest,
    OrderedList => ordered::OrderedListRequest,
    OrderedGet => ordered::OrderedGetRequest,
    OrderedSet => ordered::OrderedSetRequest,
    OrderedIncrement => ordered::OrderedIncrementRequest,
    OrderedRemove => ordered::OrderedRemoveRequest,
    MemoryListItems => memory::MemoryListItemsRequest,
    MemoryGetItem => memory::MemoryGetItemRequest,
    MemorySetItem => memory::MemorySetItemRequest,
    MemoryRemoveItem => memory::MemoryRemoveItemRequest,
    MemoryEnqueue => memory::MemoryEnqueueRequest,
    MemoryDequeue => memory::MemoryDequeueRequest,
    MemoryDiscard => memory::MemoryDiscardRequest,
    MemoryFlush => memory::MemoryFlushRequest,
    MessagesPublish => messages::MessagesPublishRequest,
    PlayersFind => players::PlayersFindRequest,
    BudgetStatus => budget::BudgetStatusRequest,
    BudgetStop => budget::BudgetStopRequest,
    BudgetResume => budget::BudgetResumeRequest,
    BudgetConfigure => budget::BudgetConfigureRequest,
    BudgetEstimate => budget::BudgetEstimateRequest,
    JobsList => jobs::JobsListRequest,
    JobsGet => jobs::JobsGetRequest,
    JobsItems => jobs::JobsItemsRequest,
    JobsPause => jobs::JobsPauseRequest,
    JobsResume => jobs::JobsResumeRequest,
    JobsStop => jobs::JobsStopRequest,
    ImportsStart => jobs::ImportsStartRequest,
    ExportsStart => jobs::ExportsStartRequest,
    TokensCreate => tokens::TokensCreateRequest,
    TokensList => tokens::TokensListRequest,
    TokensRevoke => tokens::TokensRevokeRequest,
    SessionsInvite => sessions::SessionsInviteRequest,
    SessionsOpenTab => sessions::SessionsOpenTabRequest,
    SessionsEnd => sessions::SessionsEndRequest,
    StudioList => studio::StudioListRequest,
    StudioApprove => studio::StudioApproveRequest,
    StudioRefuse => studio::StudioRefuseRequest,
    StudioCreateInstall => studio::StudioCreateInstallRequest,
    VaultStatus => vault::VaultStatusRequest,
    VaultCreate => vault::VaultCreateRequest,
    VaultOpen => vault::VaultOpenRequest,
    VaultClose => vault::VaultCloseRequest,
    ConnectionsCheck => cloud_connections::ConnectionsCheckRequest,
    ConnectionsCreate => cloud_connections::ConnectionsCreateRequest,
    ConnectionsUpdate => cloud_connections::ConnectionsUpdateRequest,
    ConnectionsTest => cloud_connections::ConnectionsTestRequest,
    ConnectionsRemove => cloud_connections::ConnectionsRemoveRequest,
    ConnectionsUnlock => cloud_connections::ConnectionsUnlockRequest,
    ConnectionsLock => cloud_connections::ConnectionsLockRequest,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_routes_are_unique() {
        let names: HashSet<_> = CATALOGUE.iter().map(|(_, declaration)| declaration.name).collect();
        let routes: HashSet<_> = CATALOGUE
            .iter()
            .map(|(_, declaration)| (declaration.method.as_str(), declaration.path))
            .collect();
        assert_eq!((names.len(), routes.len()), (CATALOGUE.len(), CATALOGUE.len()));
    }

    #[test]
    fn s_07_reads_are_get_and_changes_are_not() {
        for (_, declaration) in CATALOGUE {
            assert_eq!(
                declaration.effect == Effect::Read,
                declaration.method == Method::Get,
                "{}",
                declaration.name
            );
        }
    }

    #[test]
    fn every_name_finds_its_operation() {
        for (operation, declaration) in CATALOGUE {
            assert_eq!(OperationName::from_name(declaration.name), Some(*operation));
        }
        assert_eq!(OperationName::from_name("entries.guess"), None);
    }
}
