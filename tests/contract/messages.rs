//! Every message has its section in the specification, and golden examples that Rust reads and writes unchanged.
//!
//! A fixture is one frame, `protocol/fixtures/<type>/<case>.json`: a request, or with `replyTo` an answer.

use std::collections::BTreeMap;

use protocol::operations::{
    budget, changeset_endings, changesets, cloud_connections, connections, datastores, entries, jobs, keys,
    memory, messages, ordered, players, revisions, sessions, studio, system, tokens, vault,
};
use protocol::{
    BudgetChanged, CATALOGUE, ChangesetsChanged, ConnectionsChanged, DatastoresChanged, EntriesChanged,
    ErrorBody, EventName, Frame, Heartbeat, Hello, JobsChanged, Operation, OperationName, PairingsChanged,
    ResyncRequired, Subscribe, Subscribed, Unsubscribe, Unsubscribed, Welcome, join_body, split_body,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::assert_no_breach;
use crate::work_tree::{SourceFile, files};

const SPECIFICATION: &str = "protocol/README.md";
const FIXTURES: &str = "protocol/fixtures/";

/// Decodes a payload and encodes it again.
type Recode = fn(&str) -> serde_json::Result<String>;

/// How to read the two directions of a message; events have no answer, and `error` is nothing but one.
struct Codec {
    request: Option<Recode>,
    answer: Option<Recode>,
}

fn recode<T: Serialize + DeserializeOwned>(payload: &str) -> serde_json::Result<String> {
    serde_json::to_string(&serde_json::from_str::<T>(payload)?)
}

fn control<Q: Serialize + DeserializeOwned, A: Serialize + DeserializeOwned>() -> Codec {
    Codec { request: Some(recode::<Q>), answer: Some(recode::<A>) }
}

fn event<E: Serialize + DeserializeOwned>() -> Codec {
    Codec { request: Some(recode::<E>), answer: None }
}

fn operation<O: Operation>() -> Codec {
    control::<O, O::Response>()
}

/// Every type a body may have.
fn codecs() -> BTreeMap<&'static str, Codec> {
    let operations = CATALOGUE.iter().map(|(name, declaration)| (declaration.name, operation_codec(*name)));
    let events = EventName::ALL.iter().map(|event| (event.as_str(), event_codec(*event)));
    let others = [
        ("hello", control::<Hello, Welcome>()),
        ("subscribe", control::<Subscribe, Subscribed>()),
        ("unsubscribe", control::<Unsubscribe, Unsubscribed>()),
        ("error", Codec { request: None, answer: Some(recode::<ErrorBody>) }),
    ];
    operations.chain(events).chain(others).collect()
}

fn operation_codec(name: OperationName) -> Codec {
    match name {
        OperationName::SystemStatus => operation::<system::SystemStatusRequest>(),
        OperationName::ConnectionsList => operation::<connections::ConnectionsListRequest>(),
        OperationName::ConnectionsSelect => operation::<connections::ConnectionsSelectRequest>(),
        OperationName::ConnectionsRemoveSample => operation::<connections::ConnectionsRemoveSampleRequest>(),
        OperationName::ConnectionsCheck => operation::<cloud_connections::ConnectionsCheckRequest>(),
        OperationName::ConnectionsCreate => operation::<cloud_connections::ConnectionsCreateRequest>(),
        OperationName::ConnectionsUpdate => operation::<cloud_connections::ConnectionsUpdateRequest>(),
        OperationName::ConnectionsTest => operation::<cloud_connections::ConnectionsTestRequest>(),
        OperationName::ConnectionsRemove => operation::<cloud_connections::ConnectionsRemoveRequest>(),
        OperationName::ConnectionsUnlock => operation::<cloud_connections::ConnectionsUnlockRequest>(),
        OperationName::ConnectionsLock => operation::<cloud_connections::ConnectionsLockRequest>(),
        OperationName::DatastoresList => operation::<datastores::DatastoresListRequest>(),
        OperationName::DatastoresSnapshot => operation::<datastores::DatastoresSnapshotRequest>(),
        OperationName::DatastoresDelete => operation::<datastores::DatastoresDeleteRequest>(),
        OperationName::DatastoresUndelete => operation::<datastores::DatastoresUndeleteRequest>(),
        OperationName::KeysList => operation::<keys::KeysListRequest>(),
        OperationName::EntriesGet => operation::<entries::EntriesGetRequest>(),
        OperationName::EntriesRows => operation::<entries::EntriesRowsRequest>(),
        OperationName::EntriesSet => operation::<entries::EntriesSetRequest>(),
        OperationName::EntriesEdit => operation::<entries::EntriesEditRequest>(),
        OperationName::EntriesRemove => operation::<entries::EntriesRemoveRequest>(),
        OperationName::EntriesImport => operation::<entries::EntriesImportRequest>(),
        OperationName::EntriesExport => operation::<entries::EntriesExportRequest>(),
        OperationName::RevisionsList => operation::<revisions::RevisionsListRequest>(),
        OperationName::RevisionsGet => operation::<revisions::RevisionsGetRequest>(),
        OperationName::RevisionsRestore => operation::<revisions::RevisionsRestoreRequest>(),
        OperationName::ChangesetsPropose => operation::<changesets::ChangesetsProposeRequest>(),
        OperationName::ChangesetsList => operation::<changesets::ChangesetsListRequest>(),
        OperationName::ChangesetsGet => operation::<changesets::ChangesetsGetRequest>(),
        OperationName::ChangesetsAmend => operation::<changeset_endings::ChangesetsAmendRequest>(),
        OperationName::ChangesetsCommit => operation::<changesets::ChangesetsCommitRequest>(),
        OperationName::ChangesetsResolve => operation::<changeset_endings::ChangesetsResolveRequest>(),
        OperationName::ChangesetsDiscard => operation::<changeset_endings::ChangesetsDiscardRequest>(),
        OperationName::ChangesetsUndo => operation::<changeset_endings::ChangesetsUndoRequest>(),
        OperationName::OrderedList => operation::<ordered::OrderedListRequest>(),
        OperationName::OrderedGet => operation::<ordered::OrderedGetRequest>(),
        OperationName::OrderedSet => operation::<ordered::OrderedSetRequest>(),
        OperationName::OrderedIncrement => operation::<ordered::OrderedIncrementRequest>(),
        OperationName::OrderedRemove => operation::<ordered::OrderedRemoveRequest>(),
        OperationName::MemoryListItems => operation::<memory::MemoryListItemsRequest>(),
        OperationName::MemoryGetItem => operation::<memory::MemoryGetItemRequest>(),
        OperationName::MemorySetItem => operation::<memory::MemorySetItemRequest>(),
        OperationName::MemoryRemoveItem => operation::<memory::MemoryRemoveItemRequest>(),
        OperationName::MemoryEnqueue => operation::<memory::MemoryEnqueueRequest>(),
        OperationName::MemoryDequeue => operation::<memory::MemoryDequeueRequest>(),
        OperationName::MemoryDiscard => operation::<memory::MemoryDiscardRequest>(),
        OperationName::MemoryFlush => operation::<memory::MemoryFlushRequest>(),
        OperationName::MessagesPublish => operation::<messages::MessagesPublishRequest>(),
        OperationName::PlayersFind => operation::<players::PlayersFindRequest>(),
        OperationName::BudgetStatus => operation::<budget::BudgetStatusRequest>(),
        OperationName::BudgetStop => operation::<budget::BudgetStopRequest>(),
        OperationName::BudgetResume => operation::<budget::BudgetResumeRequest>(),
        OperationName::BudgetConfigure => operation::<budget::BudgetConfigureRequest>(),
        OperationName::BudgetEstimate => operation::<budget::BudgetEstimateRequest>(),
        OperationName::JobsList => operation::<jobs::JobsListRequest>(),
        OperationName::JobsGet => operation::<jobs::JobsGetRequest>(),
        OperationName::JobsItems => operation::<jobs::JobsItemsRequest>(),
        OperationName::JobsPause => operation::<jobs::JobsPauseRequest>(),
        OperationName::JobsResume => operation::<jobs::JobsResumeRequest>(),
        OperationName::JobsStop => operation::<jobs::JobsStopRequest>(),
        OperationName::ImportsStart => operation::<jobs::ImportsStartRequest>(),
        OperationName::ExportsStart => operation::<jobs::ExportsStartRequest>(),
        OperationName::TokensCreate => operation::<tokens::TokensCreateRequest>(),
        OperationName::TokensList => operation::<tokens::TokensListRequest>(),
        OperationName::TokensRevoke => operation::<tokens::TokensRevokeRequest>(),
        OperationName::SessionsInvite => operation::<sessions::SessionsInviteRequest>(),
        OperationName::SessionsOpenTab => operation::<sessions::SessionsOpenTabRequest>(),
        OperationName::SessionsEnd => operation::<sessions::SessionsEndRequest>(),
        OperationName::StudioList => operation::<studio::StudioListRequest>(),
        OperationName::StudioApprove => operation::<studio::StudioApproveRequest>(),
        OperationName::StudioRefuse => operation::<studio::StudioRefuseRequest>(),
        OperationName::StudioCreateInstall => operation::<studio::StudioCreateInstallRequest>(),
        OperationName::VaultStatus => operation::<vault::VaultStatusRequest>(),
        OperationName::VaultCreate => operation::<vault::VaultCreateRequest>(),
        OperationName::VaultOpen => operation::<vault::VaultOpenRequest>(),
        OperationName::VaultClose => operation::<vault::VaultCloseRequest>(),
    }
}

fn event_codec(event_name: EventName) -> Codec {
    match event_name {
        EventName::EntriesChanged => event::<EntriesChanged>(),
        EventName::DatastoresChanged => event::<DatastoresChanged>(),
        EventName::ConnectionsChanged => event::<ConnectionsChanged>(),
        EventName::BudgetChanged => event::<BudgetChanged>(),
        EventName::ChangesetsChanged => event::<ChangesetsChanged>(),
        EventName::JobsChanged => event::<JobsChanged>(),
        EventName::PairingsChanged => event::<PairingsChanged>(),
        EventName::ResyncRequired => event::<ResyncRequired>(),
        EventName::Heartbeat => event::<Heartbeat>(),
    }
}

/// Which of the two directions of a message a fixture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Request,
    Answer,
}

/// Reads a fixture through the types and compares what they write with what stands in it.
fn read_fixture(file: &SourceFile, codecs: &BTreeMap<&str, Codec>) -> Result<(String, Direction), String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", file.path);
    let mut frame: Frame = serde_json::from_str(&file.text).map_err(|error| at(&error))?;
    let (name, payload) = split_body(frame.body.as_str()).map_err(|error| at(&error))?;
    let folder = file.path.strip_prefix(FIXTURES).and_then(|path| path.split('/').next()).unwrap_or_default();
    if folder != name {
        return Err(at(&format!("its type is `{name}`, so it belongs into `{name}/`")));
    }
    let direction = if frame.reply_to.is_some() { Direction::Answer } else { Direction::Request };
    let codec = codecs.get(name.as_str()).ok_or_else(|| at(&"no message has this type"))?;
    let recode = match direction {
        Direction::Request => codec.request,
        Direction::Answer => codec.answer,
    };
    let recode = recode.ok_or_else(|| at(&format!("`{name}` has no such direction")))?;
    let written = recode(&payload).map_err(|error| at(&error))?;
    frame.body = join_body(&name, &written).map_err(|error| at(&error))?;
    let written = without_spaces(&serde_json::to_string(&frame).map_err(|error| at(&error))?);
    if written == without_spaces(&file.text) {
        Ok((name, direction))
    } else {
        Err(at(&format!("is written back as {written}")))
    }
}

/// JSON text without the spaces between its tokens; everything else stays, for saved values keep their bytes.
fn without_spaces(json: &str) -> String {
    let mut is_in_string = false;
    let mut is_escaped = false;
    let mut kept = String::with_capacity(json.len());
    for character in json.chars() {
        if is_in_string {
            is_in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else if character.is_whitespace() {
            continue;
        } else {
            is_in_string = character == '"';
        }
        kept.push(character);
    }
    kept
}

/// What is wrong with the fixtures, and which are missing.
fn fixture_breaches(fixtures: &[SourceFile]) -> Vec<String> {
    let codecs = codecs();
    let mut found = Vec::new();
    let mut read = Vec::new();
    for file in fixtures {
        match read_fixture(file, &codecs) {
            Ok(shown) => read.push(shown),
            Err(breach) => found.push(breach),
        }
    }
    for (name, codec) in &codecs {
        let wanted = [(codec.request, Direction::Request), (codec.answer, Direction::Answer)];
        for (_, direction) in wanted.iter().filter(|(recode, _)| recode.is_some()) {
            if !read.iter().any(|(shown, way)| shown == name && way == direction) {
                found.push(format!("{FIXTURES}{name}/: no {direction:?} among its cases"));
            }
        }
    }
    found
}

/// The messages without a heading of their own.
fn undocumented(specification: &str) -> Vec<String> {
    let headings: Vec<_> = specification.lines().filter(|line| line.starts_with('#')).collect();
    let is_missing = |name: &&&str| !headings.iter().any(|heading| heading.contains(&format!("`{name}`")));
    let codecs = codecs();
    codecs.keys().filter(is_missing).map(|name| format!("{SPECIFICATION}: no section `{name}`")).collect()
}

#[test]
fn every_message_has_its_section() {
    let documents = files("protocol", &["md"]);
    let specification = documents.iter().find(|file| file.path == SPECIFICATION);
    assert_no_breach(&undocumented(specification.map_or("", |file| &file.text)));
}

#[test]
fn every_message_has_golden_examples_that_survive() {
    assert_no_breach(&fixture_breaches(&files(FIXTURES, &["json"])));
}

#[track_caller]
fn check(path: &str, text: &str, expected: Result<(&str, Direction), &str>) {
    let found = read_fixture(&SourceFile::new(&format!("{FIXTURES}{path}"), text), &codecs());
    match (found, expected) {
        (Ok((name, direction)), Ok(wanted)) => assert_eq!((name.as_str(), direction), wanted),
        (Err(breach), Err(part)) => assert!(breach.contains(part), "{breach}"),
        (found, expected) => panic!("expected {expected:?}, found {found:?}"),
    }
}

#[test]
fn a_planted_fixture_is_judged() {
    let path = "subscribe/all.json";
    check(path, r#"{"id":"1","body":{"type":"subscribe"}}"#, Ok(("subscribe", Direction::Request)));
    check(
        path,
        r#"{"id":"2","replyTo":"1","body":{"type":"subscribe"}}"#,
        Ok(("subscribe", Direction::Answer)),
    );
    check(path, r#"{"id":"1","body":{"type":"unsubscribe"}}"#, Err("belongs into `unsubscribe/`"));
    check(path, r#"{"id":"1","body":{"type":"subscribe","extra":1}}"#, Err("unknown field `extra`"));
    check(path, r#"{"id":"1","body":{"type":"subscribe","connection":null}}"#, Err("is written back as"));
    let path = "entries.edit/one.json";
    let edit = |value: &str| {
        format!(
            r#"{{"id":"1","body":{{"type":"entries.edit","store":"s","key":"k","edits":[{{"op":"set","path":"","value":{value}}}],"expectedRevision":"r"}}}}"#
        )
    };
    check(path, &edit(r#"{ "a b": 1.50, "q": "\" \\" }"#), Ok(("entries.edit", Direction::Request)));
    check(
        "heartbeat/one.json",
        r#"{"id":"1","replyTo":"0","body":{"type":"heartbeat"}}"#,
        Err("no such direction"),
    );
    check("guess/one.json", r#"{"id":"1","body":{"type":"guess"}}"#, Err("no message has this type"));
    check(path, "{", Err("EOF"));
}

#[test]
fn a_missing_fixture_or_section_is_named() {
    let only = SourceFile::new(
        &format!("{FIXTURES}heartbeat/one.json"),
        r#"{"id":"1","body":{"type":"heartbeat","at":"2024-07-22T19:46:42.4536492Z"}}"#,
    );
    let breaches = fixture_breaches(&[only]);
    assert!(
        breaches.contains(&"protocol/fixtures/entries.get/: no Answer among its cases".to_owned()),
        "{breaches:?}"
    );
    assert!(!breaches.iter().any(|breach| breach.contains("heartbeat")), "{breaches:?}");
    let missing = undocumented("# The wire\n## `entries.get`\ntext about `keys.list`\n");
    assert!(missing.contains(&"protocol/README.md: no section `keys.list`".to_owned()), "{missing:?}");
    assert!(!missing.iter().any(|breach| breach.contains("entries.get")), "{missing:?}");
}
