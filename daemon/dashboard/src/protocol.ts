// Generated from the `protocol` crate by `cargo xtask codegen`. Do not edit.

export const PROTOCOL_VERSION = 1;

export const OLDEST_PROTOCOL_VERSION = 1;

export const DEFAULT_PORT = 23767;

export const HEARTBEAT_SECONDS = 10;

export const FRAME_LIMIT_BYTES = 1048576;

export const MESSAGE_LIMIT_BYTES = 8388608;

/** What the circuit breaker does. */
export type BreakerState =
  /** Requests pass. */
  | "closed"
  /** No request passes for a while, because several failed in a row. */
  | "open"
  /** One request tries whether the others may pass. */
  | "halfOpen";

/** The budget of one universe at one host. */
export interface Budget {
  /** What the circuit breaker does. */
  breaker: BreakerState;
  /** The connections that share it. */
  connections: string[];
  /** The host, as in `apis.roblox.com`, with its port where it is not the usual one. */
  host: string;
  /** Where the limits come from. */
  limits: BudgetLimits;
  /** The pools, in a fixed order. */
  pools: BudgetPool[];
  /** With an open breaker: seconds until one request tries, rounded up. */
  retryInSeconds?: number | null;
  /** The part of the limits we may use, 1 to 100. */
  sharePercent: number;
  /** Whether no request passes until someone resumes it. */
  stopped: boolean;
  /** When it was stopped; null while it is not. */
  stoppedAt?: string | null;
  /** Who stopped it, by name; null while it is not. */
  stoppedBy?: string | null;
  /** Requests under way. */
  underWay: number;
  /** The universe. */
  universeId: string;
  /** Requests of jobs that wait. */
  waitingJobs: number;
  /** Requests of persons that wait. */
  waitingPersons: number;
}

/**
 * What is spent of a connection's budget, what it allows, or its stop changed; at most twice a second, and the last
 * change is always told.
 */
export interface BudgetChanged {
  /** The connection; those that share a budget are told one by one. */
  connection: string;
}

/** Changes which part of which limits we may use; what is absent stays as it is. */
export interface BudgetConfigureRequest {
  /** The connection whose budget it is, by its id or name. */
  connection: string;
  /** Where the limits come from. */
  limits?: BudgetLimits | null;
  /** The part of the limits we may use, 1 to 100. */
  sharePercent?: number | null;
}

/** Asks what planned work would cost, were nobody else to spend from the budget. */
export interface BudgetEstimateRequest {
  /** Bytes of all values, counted for reads and for writes alike. Absent: 0. */
  bytes?: number | null;
  /** The connection, by its id or name. */
  connection: string;
  /** Requests that list a page of keys. Absent: 0. */
  lists?: number | null;
  /** Requests that read an entry. Absent: 0. */
  reads?: number | null;
  /** Requests that remove an entry. Absent: 0. */
  removes?: number | null;
  /** Requests that write an entry. Absent: 0. */
  writes?: number | null;
}

/** What planned work would cost. */
export interface BudgetEstimateResponse {
  /** The pool that decides how long; null when nothing is planned. */
  bottleneck?: string | null;
  /** The same in minutes, rounded up. */
  minutes: number;
  /** How many requests; none over a local connection. */
  requests: number;
  /** How long they take, in seconds. */
  seconds: number;
}

/** Which of Roblox's pages the limits are taken from; the two disagree (`roblox-apis.md` §2.6). */
export type BudgetLimits =
  /** The page of limits, which counts unless chosen otherwise. */
  | "limitsPage"
  /** The page of prices, whose numbers are smaller. */
  | "pricingPage";

/** One of a budget's counts: so many requests, for some also bytes, in every sliding minute. */
export interface BudgetPool {
  /** The most bytes that may; null where bytes are not limited. */
  allowedBytes?: number | null;
  /** The most of ours that may: the share of `limitRequests`. */
  allowedRequests: number;
  /** What Roblox allows the game and us together. */
  limitRequests: number;
  /** Its name, as in `standardRead`. */
  name: string;
  /** Seconds until a request could pass, rounded up, 0 for now; null when that depends on requests under way. */
  nextFreeInSeconds?: number | null;
  /** The limit a minute that Roblox's last reply named; null when it named none. */
  reportedLimit?: number | null;
  /** For how many more seconds Roblox asked us to wait, rounded up; null when it did not. */
  throttledForSeconds?: number | null;
  /** Bytes that count in the sliding minute, those expected included. */
  usedBytes: number;
  /** Our requests that count in the sliding minute, those under way included. The game's own are not visible to us. */
  usedRequests: number;
  /** Requests that wait for this pool. */
  waiting: number;
}

/** Lets requests to Roblox pass again. */
export interface BudgetResumeRequest {
  /** Only the budget of this connection, by its id or name. Absent: all. */
  connection?: string | null;
}

/** Asks how the budgets are. */
export interface BudgetStatusRequest {
  /** Only the budget of this connection, by its id or name. Absent: all. */
  connection?: string | null;
}

/** Stops all requests to Roblox at once, also those that wait; stays so over a restart, until the budget is resumed. */
export interface BudgetStopRequest {
  /** Only the budget of this connection, by its id or name. Absent: all. */
  connection?: string | null;
}

/** Budgets, by host and universe; none where no connection leads to Roblox. */
export interface BudgetsResponse {
  /** The budgets. */
  budgets: Budget[];
}

/** An item of a change set, without values. */
export interface ChangeItem {
  /** Whether the attributes differ. */
  attributesChanged: boolean;
  /** When it came to stand where it does. */
  changedAt: string;
  /** Why it is in conflict, refused or unknown. */
  code?: ErrorCode | null;
  /**
   * Whether Roblox can be told to do it only while nothing else changed. If not, the entry is read just before, and
   * a change in between is overwritten.
   */
  conditional: boolean;
  /** How many places of the value differ; absent where that was not counted, as for large values that were saved at once. */
  differences?: number | null;
  /** What committing it does. */
  effect: ItemEffect;
  /** Its number in the set, from 1; it stays when others are taken out. */
  item: number;
  /** The key. */
  key: string;
  /** The same in words. */
  message?: string | null;
  /** Whether the data store is ordered. */
  ordered: boolean;
  /** The revision it became. */
  revision?: string | null;
  /** The scope. */
  scope: string;
  /** The value's length in bytes afterwards; absent for removals. */
  sizeAfter?: number | null;
  /** The value's length in bytes before; absent when there is no entry. */
  sizeBefore?: number | null;
  /** Where it stands. */
  state: ItemState;
  /** The data store's name. */
  store: string;
  /** Whether the user ids differ. */
  userIdsChanged: boolean;
}

/** How an entry changed. */
export type ChangeKind =
  /** It came into being. */
  | "created"
  /** It has a new revision. */
  | "updated"
  /** It was removed. */
  | "removed";

/** A change set without its items. */
export interface ChangeSet {
  /** When its entries were last looked at, by staging or by a dry run. */
  checkedAt: string;
  /** When it was committed. */
  committedAt?: string | null;
  /** Who committed it, by name. */
  committedBy?: string | null;
  /** The connection it changes. */
  connection: string;
  /** How many items stand where. */
  counts: ItemCounts;
  /** When it was begun. */
  createdAt: string;
  /** Who staged it, by name. */
  createdBy: string;
  /** When its last item had an outcome. */
  finishedAt?: string | null;
  /** Its id. */
  id: string;
  /** The job that commits it. */
  job?: string | null;
  /** How far-reaching it is. */
  level: EffectLevel;
  /** What a commit by the caller has to confirm now. */
  needs: CommitNeeds;
  /** What happens to items whose entry was changed meanwhile. */
  policy: ConflictPolicy;
  /** Why, in the words of whoever commits it. */
  reason?: string | null;
  /** How many items remove their entry. */
  removals: number;
  /** Where it stands. */
  state: ChangeSetState;
  /** In how many data stores its items lie. */
  stores: number;
  /** What it is called. */
  title: string;
  /** The set whose changes it takes back. */
  undoOf?: string | null;
  /** Why it cannot be undone; absent when it can. */
  undoProblem?: string | null;
  /** The latest set that takes its changes back, staged or committed. */
  undoneBy?: string | null;
}

/** Which change sets to list. */
export type ChangeSetFilter =
  /** Staged. */
  | "staged"
  /** Being sent. */
  | "committing"
  /** Done. */
  | "done"
  /** Discarded. */
  | "discarded"
  /** With conflicts or unknown outcomes. */
  | "open";

/** Where a change set stands. */
export type ChangeSetState =
  /** Can be amended, committed or discarded; nothing was sent. */
  | "staged"
  /** Its items are being sent. */
  | "committing"
  /** Every item has an outcome; some may be conflicts or unknown. */
  | "done"
  /** Was discarded; nothing was sent. */
  | "discarded";

/** Changes a staged set: takes items out, or gives it another title, reason or policy. */
export interface ChangesetsAmendRequest {
  /** The items to take out, at most 1,000. */
  drop?: number[];
  /** Another policy. */
  policy?: ConflictPolicy | null;
  /** A new reason. */
  reason?: string | null;
  /** The set. */
  set: string;
  /** A new title. */
  title?: string | null;
}

/** The set as it is now. */
export interface ChangesetsAmendResponse {
  /** The set. */
  set: ChangeSet;
}

/**
 * A change set was staged, amended, committed or discarded, or items of it have new outcomes; at most twice a second for one
 * set, and the last change is always told.
 */
export interface ChangesetsChanged {
  /** The connection it changes. */
  connection: string;
  /** The set. */
  set: string;
}

/**
 * Commits a staged set, or with `dryRun` only looks at its entries again.
 *
 * Up to 20 items are sent before the answer; more become a job.
 */
export interface ChangesetsCommitRequest {
  /** What `needs` of the set asks for. */
  confirm?: Confirmation;
  /** Look again at every entry and merge or mark what was changed meanwhile, without writing anything. */
  dryRun?: boolean;
  /** Why: up to 1,000 characters. Absent: as it is. */
  reason?: string | null;
  /** The set. */
  set: string;
}

/** What came of a commit or a dry run. */
export interface ChangesetsCommitResponse {
  /** The job that does the rest; absent when everything is done. */
  job?: string | null;
  /** The set as it is now. */
  set: ChangeSet;
}

/** Discards a staged set; nothing is sent. */
export interface ChangesetsDiscardRequest {
  /** The set. */
  set: string;
}

/** Confirms that the set is discarded. */
export interface ChangesetsDiscardResponse {
  /** How many items it had. */
  items: number;
}

/** Asks for a change set with one page of its items, or with one item in full. */
export interface ChangesetsGetRequest {
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** One item in full, instead of a page. */
  item?: number | null;
  /** Items per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /** The set. */
  set: string;
  /** Only items that stand there. */
  state?: ItemState | null;
  /** With `item`: also whole values. Studio, which must not decode values, leaves it out. */
  values?: boolean;
}

/** A change set with items. */
export interface ChangesetsGetResponse {
  /** The one item in full. */
  detail?: ItemDetail | null;
  /** Whether there is a next page. */
  hasMore: boolean;
  /** The items on this page, or the one. */
  items: ChangeItem[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
  /** The set. */
  set: ChangeSet;
}

/** Asks for one page of change sets, newest first: the caller's staged ones, and everybody's committed ones. */
export interface ChangesetsListRequest {
  /** The connection; absent: all of them. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** Sets per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /**
   * Only those that stand there: `staged`, `committing`, `done` or `discarded`; or `open` for those with items that
   * need someone: conflicts and unknown outcomes. Absent: all but the discarded.
   */
  state?: ChangeSetFilter | null;
}

/** One page of change sets. */
export interface ChangesetsListResponse {
  /** Whether there is a next page. */
  hasMore: boolean;
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
  /** The sets. */
  sets: ChangeSet[];
}

/** Stages changes: in a new set, or in one that is staged. Nothing is written; the entries are read. */
export interface ChangesetsProposeRequest {
  /** The changes, at most 1,000 a request; a set may have 1,000,000. */
  changes: ProposedChange[];
  /** The connection; absent: the caller's selected one, or the set's. */
  connection?: string | null;
  /** What happens to items whose entry was changed meanwhile. Absent: `SMART_MERGE`. */
  policy?: ConflictPolicy | null;
  /** Why: up to 1,000 characters. */
  reason?: string | null;
  /** Let a change of an entry that the set changes already take that one's place; otherwise it is refused. */
  replace?: boolean;
  /** The staged set to add to; absent: a new one. */
  set?: string | null;
  /** What the new set is called: up to 200 characters. Absent: made of its first change. */
  title?: string | null;
}

/** What was staged. */
export interface ChangesetsProposeResponse {
  /** An outcome for each change, in order. */
  outcomes: ProposalOutcome[];
  /** The set; absent when it would have been new and no change could be staged. */
  set?: ChangeSet | null;
}

/** Settles an item that is in conflict or has no known outcome. */
export interface ChangesetsResolveRequest {
  /** With `useMerged`: a choice for each overlap. */
  choices?: OverlapChoice[];
  /** What was typed. */
  confirm?: Confirmation;
  /**
   * With `useMerged`, `overwriteTheirs`: the revision that was looked at; refused when the entry changed again. Absent
   * when the entry was gone.
   */
  expectedRevision?: string | null;
  /** The item. */
  item: number;
  /** Why: up to 1,000 characters. */
  reason?: string | null;
  /** What to do. */
  resolution: Resolution;
  /** The set. */
  set: string;
}

/** The item as it is now. */
export interface ChangesetsResolveResponse {
  /** The item. */
  item: ChangeItem;
  /** The set. */
  set: ChangeSet;
}

/**
 * Stages a set that takes the saved changes of another one back; it is reviewed and committed as every set. Undoing an
 * undo does the changes again.
 */
export interface ChangesetsUndoRequest {
  /** Only these items, at most 1,000. Absent: all that were saved. */
  items?: number[];
  /** Why: up to 1,000 characters. */
  reason?: string | null;
  /** The set. */
  set: string;
}

/** The staged set that takes the changes back. */
export interface ChangesetsUndoResponse {
  /** How many items it leaves out, because they were not saved. */
  leftOut: number;
  /** The new set. */
  set: ChangeSet;
}

/** Asks whether a pairing was approved; the answer that says so carries the credential, once. */
export interface ClaimPairingRequest {
  /** From `RequestPairingResponse`. */
  claim: string;
  /** From `RequestPairingResponse`. */
  pairing: string;
}

/** The state of a pairing and, when it was just approved, the plugin's credential. */
export interface ClaimPairingResponse {
  /** The credential's secret: the proof's key, kept in Studio's settings. */
  secret?: string | null;
  /** How far the pairing is. */
  state: PairingState;
  /** The credential's id; the proof's peer is `studio:<id>`. */
  token?: string | null;
}

/** The faces of the daemon. */
export type ClientKind =
  /** The Studio plugin. */
  | "plugin"
  /** The web dashboard. */
  | "dashboard"
  /** The command line. */
  | "cli"
  /** Any other program. */
  | "other";

/** What leads to an experience at Roblox. */
export interface CloudConnection {
  /** Where requests go; null: Roblox itself. */
  baseUrl?: string | null;
  /** Whether its key can be used. */
  keyState: KeyState;
  /** What the last check of its key found; null when there was none. */
  lastCheck?: KeyReport | null;
  /** What to do so that it can; null when it can. */
  remedy?: string | null;
  /** The experience's universe id. */
  universeId: string;
  /** The experience's name as Roblox told it last; null when it did not. */
  universeName?: string | null;
}

/** What a commit has to confirm. */
export interface CommitNeeds {
  /** The number of items, as `confirm.count`. */
  count: boolean;
  /** Another dry run first: the last look at the entries is over 30 minutes old. */
  dryRun: boolean;
  /** The environment's word, as `confirm.environment`. */
  environment: boolean;
  /** The one item's key, as `confirm.key`. */
  key: boolean;
  /** A reason. */
  reason: boolean;
  /** The one data store's name, as `confirm.store`. */
  store: boolean;
  /** An unlock of the connection. */
  unlock: boolean;
}

/** What whoever commits typed; upper and lower case and white space around it do not matter. */
export interface Confirmation {
  /** How many items there are. */
  count?: number | null;
  /** The environment's word. */
  environment?: string | null;
  /** The one item's key. */
  key?: string | null;
  /** The data store's name. */
  store?: string | null;
}

/** What happens to an item whose entry was changed by someone else after it was staged. */
export type ConflictPolicy =
  /** Ours is written over theirs, which is kept as the pre-image. */
  | "LAST_WRITER_WINS"
  /** Theirs stays, and ours becomes a conflict that says so. */
  | "FIRST_WRITER_WINS"
  /** A person decides, also where the changes do not touch. */
  | "MANUAL_MERGE"
  /** Both are kept where they touch different places; a person decides where they touch the same. */
  | "SMART_MERGE";

/** A connection. */
export interface Connection {
  /** What leads to Roblox; null for a local connection. */
  cloud?: CloudConnection | null;
  /** The colour of its dot; null when none was chosen. */
  colour?: ConnectionColour | null;
  /** Its environment. */
  environment: Environment;
  /** Its id. */
  id: string;
  /** Its unique name. */
  name: string;
  /** Whether writes are refused unless the caller has unlocked them. */
  readOnly: boolean;
  /** Whether it holds generated sample data. */
  sampleData: boolean;
  /** Whether it is the caller's selected one. */
  selected: boolean;
  /** What stands behind it. */
  source: ConnectionSource;
  /** Until when the caller may write all the same; null when the caller has unlocked nothing. */
  unlockedUntil?: string | null;
}

/** The colour of the dot beside a connection's name. */
export type ConnectionColour =
  /** Grey. */
  | "grey"
  /** Red. */
  | "red"
  /** Orange. */
  | "orange"
  /** Yellow. */
  | "yellow"
  /** Green. */
  | "green"
  /** Teal. */
  | "teal"
  /** Blue. */
  | "blue"
  /** Purple. */
  | "purple"
  /** Pink. */
  | "pink";

/** What stands behind a connection. */
export type ConnectionSource =
  /** The daemon's own engine. */
  | "local"
  /** An experience at Roblox, by Open Cloud. */
  | "cloud";

/** The list of connections, or one of them, changed. */
export type ConnectionsChanged = Record<string, never>;

/** Asks Roblox what a key may do; saves nothing. */
export interface ConnectionsCheckRequest {
  /** The API key. */
  apiKey: string;
  /** Where to ask: `https://host[:port]`, or plain http on this machine for an emulator. Absent: Roblox. */
  baseUrl?: string | null;
  /** The experience's universe id: decimal digits. */
  universeId: string;
}

/** What the key may do. */
export interface ConnectionsCheckResponse {
  /** What was found. */
  report: KeyReport;
}

/** Makes a connection to an experience at Roblox. */
export interface ConnectionsCreateRequest {
  /** The API key. It is kept where secrets lie, and never shown again. */
  apiKey: string;
  /** Where requests go: `https://host[:port]`, or plain http on this machine for an emulator. Absent: Roblox. */
  baseUrl?: string | null;
  /** The colour of its dot. Absent: none. */
  colour?: ConnectionColour | null;
  /** What its data is to the people who play. Absent: unclassified, which is guarded as production. */
  environment?: Environment | null;
  /** A unique name: 1 to 100 bytes. */
  name: string;
  /** Whether writes are refused until they are unlocked. Absent: true for production, unclassified and staging. */
  readOnly?: boolean | null;
  /** Save without asking Roblox about the key. */
  skipCheck?: boolean;
  /** The experience's universe id: decimal digits. */
  universeId: string;
}

/** The new connection. */
export interface ConnectionsCreateResponse {
  /** The connection. */
  connection: Connection;
  /** What the key may do; null when Roblox was not asked. */
  report?: KeyReport | null;
}

/** Asks for all connections. */
export type ConnectionsListRequest = Record<string, never>;

/** All connections, by name. */
export interface ConnectionsListResponse {
  /** The connections. */
  connections: Connection[];
}

/** Ends the caller's own unlock. */
export interface ConnectionsLockRequest {
  /** Its id or name. */
  connection: string;
}

/** The connection as it is for the caller now. */
export interface ConnectionsLockResponse {
  /** The connection. */
  connection: Connection;
}

/** Removes a connection to Roblox and its key; nothing is changed at Roblox. */
export interface ConnectionsRemoveRequest {
  /** Its id or name. */
  connection: string;
}

/** It is gone. */
export type ConnectionsRemoveResponse = Record<string, never>;

/** Removes the generated sample data from a connection; entries and data stores that people made stay. */
export interface ConnectionsRemoveSampleRequest {
  /** Its id or name. */
  connection: string;
}

/** What was removed. */
export interface ConnectionsRemoveSampleResponse {
  /** How many entries. */
  removedCount: number;
}

/** Chooses the connection that counts for the caller when a request names none. */
export interface ConnectionsSelectRequest {
  /** Its id or name. */
  connection: string;
}

/** The connection now selected. */
export interface ConnectionsSelectResponse {
  /** The connection. */
  connection: Connection;
}

/** Asks Roblox what a connection's key may do, and keeps the answer. */
export interface ConnectionsTestRequest {
  /** Its id or name. */
  connection: string;
}

/** What the key may do. */
export interface ConnectionsTestResponse {
  /** What was found. */
  report: KeyReport;
}

/**
 * Lets the caller write to a read-only connection for a while. It ends at its time whatever is done meanwhile, and before
 * on `connections.lock`, sign-out, a restart of the daemon, or a change of the connection's guards.
 */
export interface ConnectionsUnlockRequest {
  /** Its id or name. */
  connection: string;
  /** For how many minutes: 5, 15 or 60. Absent: 60 for staging, else 15. */
  minutes?: number | null;
  /** Why, for the record: 1 to 500 characters; needed for production and unclassified connections. */
  reason?: string | null;
}

/** The connection as it is for the caller now. */
export interface ConnectionsUnlockResponse {
  /** The connection. */
  connection: Connection;
}

/** Changes what is given of a connection; the rest stays. */
export interface ConnectionsUpdateRequest {
  /** A new API key, which Roblox is asked about first. */
  apiKey?: string | null;
  /** Where requests go from now on; only together with `apiKey`, for a stored key never goes to a new host. */
  baseUrl?: string | null;
  /** A new colour; null clears it. */
  colour?: ConnectionColour | null;
  /** Its id or name. */
  connection: string;
  /** A new environment. */
  environment?: Environment | null;
  /** A new name: 1 to 100 bytes. */
  name?: string | null;
  /** Whether writes are refused until they are unlocked. */
  readOnly?: boolean | null;
}

/** The connection as it is now. */
export interface ConnectionsUpdateResponse {
  /** The connection. */
  connection: Connection;
}

/** A data store. */
export interface Datastore {
  /** When it came into being; null when that is not known. */
  createdAt?: string | null;
  /** When a deleted one is purged; null for one that is there, and when that is not known. */
  expiresAt?: string | null;
  /** How many entries it has; null when that is not known. */
  keyCount?: number | null;
  /** Its kind. */
  kind: DatastoreKind;
  /** When an entry last changed; null when that is not known. */
  lastModified?: string | null;
  /** Whether `scopes` is cut at 20. */
  moreScopes: boolean;
  /** Its name. */
  name: string;
  /** The schema its values are held to; null when there is none. */
  schema?: string | null;
  /** Scopes in use, at most 20, by name. */
  scopes: string[];
  /** Whether it is there. */
  state: DatastoreState;
}

/** The kinds of data store. */
export type DatastoreKind =
  /** Holds JSON values with revisions. */
  | "standard"
  /** Holds 64-bit integers, sorted. */
  | "ordered";

/** Whether a data store is there. */
export type DatastoreState =
  /** It is there. */
  | "active"
  /** It was deleted, and can be brought back until it expires (`roblox-apis.md` §2.1). */
  | "deleted";

/** A data store came, went, or many of its entries changed at once. */
export interface DatastoresChanged {
  /** Where. */
  connection: string;
  /** The data store; absent when several changed. */
  store?: string | null;
}

/**
 * Deletes a standard data store with everything in it; for 30 days it can be brought back (`roblox-apis.md` §2.1).
 * A store named `snapshot` is deleted by `POST /api/v1/call/datastores.delete`.
 */
export interface DatastoresDeleteRequest {
  /** The same name again, typed by whoever confirms. */
  confirmName: string;
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** What the data store became. */
export interface DatastoresDeleteResponse {
  /** Until when it can be brought back; null when that is not known. */
  expiresAt?: string | null;
  /** Whether it is there: `deleted`. */
  state: DatastoreState;
}

/** Asks for one page of the data stores, by name. Only stores with at least one entry exist (`roblox-apis.md` §4.1). */
export interface DatastoresListRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** Also those that were deleted and can be brought back. */
  deleted?: boolean;
  /** Only this kind. Absent: both. */
  kind?: DatastoreKind | null;
  /** Entries per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /** Only names that begin so. */
  prefix?: string | null;
}

/** One page of data stores. */
export interface DatastoresListResponse {
  /** The data stores. */
  datastores: Datastore[];
  /** Whether there is a next page. */
  hasMore: boolean;
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
}

/**
 * Makes the next write to every key keep the value before it, whatever the hour; once a UTC day for the whole universe
 * (`roblox-apis.md` §2.1).
 */
export interface DatastoresSnapshotRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
}

/** What became of the snapshot. */
export interface DatastoresSnapshotResponse {
  /** When the latest was taken; null when that is not known. */
  latestAt?: string | null;
  /** Whether one was taken now; not when there was one on the same UTC day. */
  taken: boolean;
}

/** Brings a deleted data store back with everything it had; one that is not deleted stays as it is. */
export interface DatastoresUndeleteRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** The data store is there again. */
export type DatastoresUndeleteResponse = Record<string, never>;

/** How a place differs. */
export type DifferenceKind =
  /** It is new. */
  | "added"
  /** It is gone. */
  | "removed"
  /** It has another value. */
  | "changed";

/** One change inside a value. */
export interface Edit {
  /** With `rename`: the member's new name. */
  name?: string | null;
  /** What to do. */
  op: EditKind;
  /** Where, as a JSON Pointer. */
  path: string;
  /** With `set` and `insert`: the new text. */
  value?: unknown;
}

/** What an edit does. */
export type EditKind =
  /** Replaces what is at `path` by `value`, or adds a member; `-` as last part appends to an array. */
  | "set"
  /** Puts `value` before the array element at `path`, or adds a member that is not there yet. */
  | "insert"
  /** Removes what is at `path`. */
  | "remove"
  /** Gives the member at `path` the name `name`, in its place. */
  | "rename";

/** How far-reaching a commit is, and so how much must be confirmed (`E1` to `E4`). */
export type EffectLevel =
  /** Up to 20 creations and updates. */
  | "E1"
  /** Up to 200 entries, or removals among them. */
  | "E2"
  /** More than 200 entries, or more than 20 in several data stores. */
  | "E3"
  /** Cannot be undone at Roblox: removals from ordered data stores. */
  | "E4";

/** One entry was written, removed or restored. */
export interface EntriesChanged {
  /** When. */
  at: string;
  /** Who changed it, by name. */
  by: string;
  /** How it changed. */
  change: ChangeKind;
  /** Where. */
  connection: string;
  /** The entry's key. */
  key: string;
  /** Whether the data store is ordered. */
  ordered: boolean;
  /** The revision that is current now; absent for ordered entries, which have none. */
  revision?: string | null;
  /** The entry's scope. */
  scope: string;
  /** The data store's name. */
  store: string;
}

/** Changes named places of an entry's value, and nothing else in it. */
export interface EntriesEditRequest {
  /** The entry's attributes (Roblox's metadata): an object of at most 300 characters. Absent: as they are. */
  attributes?: unknown;
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The changes, in order: at most 1,000. May be empty when only user ids or attributes change. */
  edits: Edit[];
  /** Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`. */
  expectedRevision?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
  /** The account ids tagged to the entry, at most 4. Absent: as they are. */
  userIds?: string[] | null;
}

/** Asks for one page of entries with their values, in key order. A page ends early at about 4 MB. */
export interface EntriesExportRequest {
  /** Export every scope. */
  allScopes?: boolean;
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** Entries per page, 1 to 512; a page of large ones ends early. Absent: 100. */
  limit?: number | null;
  /** Only keys that begin so. */
  prefix?: string | null;
  /** The scope; absent: `global`. Not together with `allScopes`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** One page of an export. */
export interface EntriesExportResponse {
  /** The entries. */
  entries: ExportedEntry[];
  /** Whether there is a next page. */
  hasMore: boolean;
  /**
   * Where the next page begins; absent on the last one. Stands first, so that it can be asked for before this one is
   * read.
   */
  nextCursor?: string | null;
}

/** Asks for one entry. */
export interface EntriesGetRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** Writes up to 10,000 entries in one transaction; each is taken or refused on its own. */
export interface EntriesImportRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The entries, in order. */
  entries: ImportEntry[];
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** One outcome per entry, in the order given. */
export interface EntriesImportResponse {
  /** The outcomes. */
  outcomes: ImportedEntry[];
}

/** Removes an entry; its last value stays readable as a revision for 30 days. */
export interface EntriesRemoveRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`. */
  expectedRevision?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** What a removal did. */
export interface EntriesRemoveResponse {
  /** The change set of this one removal. */
  changeSet: string;
  /** Whether it was done. */
  outcome: WriteOutcome;
  /** The revision that marks the removal; absent when it is staged. */
  revision?: string | null;
}

/** Asks for one page of the children of a node, for viewers that must not decode values. */
export interface EntriesRowsRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** Rows per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /** How many children to pass over. */
  offset?: number | null;
  /** The node, as a JSON Pointer. Absent: the root. */
  path?: string | null;
  /** Of this revision. Absent: the current one. */
  revision?: string | null;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** One page of the children of a node. */
export interface EntriesRowsResponse {
  /** The node itself. */
  node: ValueRow;
  /** How many children come before this page. */
  offset: number;
  /** The revision shown. */
  revision: string;
  /** Its children on this page. */
  rows: ValueRow[];
  /** The whole value's length in bytes. */
  sizeBytes: number;
  /** How many children there are. */
  total: number;
}

/** Writes a whole entry. */
export interface EntriesSetRequest {
  /** The entry's attributes (Roblox's metadata): an object of at most 300 characters. Absent: as they are. */
  attributes?: unknown;
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** Write only if there is no entry; else the answer is `DS006`. Over REST also `If-None-Match: *`. */
  createOnly?: boolean;
  /** Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`. */
  expectedRevision?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** How to write. */
  options?: SetOptions;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
  /** The account ids tagged to the entry, at most 4. Absent: as they are. */
  userIds?: string[] | null;
  /** The value, kept byte for byte: at most 4,194,304 bytes. */
  value: unknown;
}

/** An entry with its value, byte for byte as it is stored. */
export interface Entry {
  /** Roblox's metadata: an object. */
  attributes: unknown;
  /** The key. */
  key: string;
  /** Facts about this revision. */
  metadata: EntryMetadata;
  /** The revision's id, for `expectedRevision`. */
  revision: string;
  /** The scope. */
  scope: string;
  /** The account ids tagged to it. */
  userIds: string[];
  /** The value. */
  value: unknown;
  /** What may surprise in the value; at most 20. */
  warnings: ValueWarning[];
}

/** A whole entry at one side of a change. */
export interface EntryImage {
  /** Roblox's metadata: an object. */
  attributes: unknown;
  /** The revision, where it has one. */
  revision?: string | null;
  /** The account ids tagged to it. */
  userIds: string[];
  /** The value, byte for byte. */
  value: unknown;
}

/** Facts about a stored revision. */
export interface EntryMetadata {
  /** When the key came into being. */
  createdAt: string;
  /** When it was written. */
  lastModified: string;
  /** The value's length in bytes. */
  size: number;
  /** The revision's id. */
  version: string;
}

/** What a write did. */
export interface EntryWritten {
  /** The change set of this one write, for `changesets.undo`, and for `changesets.commit` when it is staged. */
  changeSet: string;
  /** Whether there was no entry before. */
  created: boolean;
  /** The key. */
  key: string;
  /** Facts about the revision; absent when it is staged. */
  metadata?: EntryMetadata | null;
  /** Whether it was done. */
  outcome: WriteOutcome;
  /** The revision now current; absent when it is staged. */
  revision?: string | null;
  /** The scope. */
  scope: string;
  /** What may surprise in the value; at most 20. */
  warnings: ValueWarning[];
}

/** What a connection's data is to the people who play. */
export type Environment =
  /** Live players' data. */
  | "production"
  /** A copy on which releases are tried. */
  | "staging"
  /** A developer's own. */
  | "development"
  /** On this machine only. */
  | "local"
  /** Not chosen: guarded as production. */
  | "unclassified";

/** The body of every refusal, over HTTP and on a socket (there with `type: "error"`). */
export interface ErrorBody {
  /** What kind of refusal; the only member to branch on. */
  code: ErrorCode;
  /**
   * With `ErrorCode::Conflict`: the entry as it is now. Absent when it no longer exists, and for Studio, which must
   * not decode values and reads rows instead.
   */
  current?: Entry | null;
  /** What happened, on what, and what to do. Its wording may change. */
  message: string;
  /** The correlation id under which the daemon's log has the cause. */
  requestId: string;
}

/** Why a request was refused. Clients branch on this, never on the message. */
export type ErrorCode =
  /** The data store does not exist. */
  | "DS001"
  /** The connection's key lacks the permission for this data store, is not accepted, or cannot be used. */
  | "DS002"
  /** Roblox, or our own share of its budget, allows no request right now. */
  | "DS003"
  /** The value is over 4,194,304 bytes (`roblox-apis.md` §4.8). */
  | "DS004"
  /** No entry under this key, or it is removed. */
  | "DS005"
  /** The entry was changed since the revision the caller saw; nothing was written. */
  | "DS006"
  /** The outcome of a write is not known; it is being read back. */
  | "DS007"
  /** A game server holds this entry. */
  | "DS008"
  /** The connection is read-only, and the caller has not unlocked it. */
  | "DS009"
  /** Roblox cannot be reached. */
  | "DS010"
  /** The value cannot be stored as JSON by Roblox, or an edit does not fit the value it names. */
  | "DS011"
  /** The edit would break the data library's envelope. */
  | "DS012"
  /** The revision can no longer be read. */
  | "DS013"
  /** Attributes or user ids break a limit (`roblox-apis.md` §4.8). */
  | "DS014"
  /** A data store name, key or scope breaks a rule (`roblox-apis.md` §4.8). */
  | "DS015"
  /** The value is not JSON, or nests too deep. */
  | "DS016"
  /** The daemon's database cannot be opened or written. */
  | "GEN001"
  /** The daemon is not running. Used by clients; the daemon itself cannot answer it. */
  | "GEN002"
  /** A setting is outside its range. */
  | "GEN003"
  /** Client and daemon have no protocol version in common. */
  | "GEN004"
  /** The audit log cannot be written, so changes are stopped. */
  | "GEN005"
  /** The caller's role does not permit the operation. */
  | "GEN006"
  /** The request is not understood: a field, a cursor or a page size. */
  | "GEN007"
  /** The caller is not signed in. */
  | "GEN008"
  /** No such connection, token, session or route. */
  | "GEN009"
  /** One of the daemon's own limits is reached. */
  | "GEN010"
  /** Something unexpected failed inside the daemon; the cause is in its log under the request id. */
  | "GEN011";

/** An entry as an export has it. */
export interface ExportedEntry {
  /** Roblox's metadata: an object. */
  attributes: unknown;
  /** The key. */
  key: string;
  /** The revision. */
  revision: string;
  /** The scope. */
  scope: string;
  /** The account ids tagged to it. */
  userIds: string[];
  /** The value, byte for byte. */
  value: unknown;
}

/**
 * Starts a job that writes entries to a file, as JSONL; compressed when its name ends in `.gz` or `.zst`.
 *
 * Commands on this machine name the file; for everybody else it lies in the data directory's `exports`.
 */
export interface ExportsStartRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The file, as an absolute path on the daemon's machine; it must not exist. Absent: one in the data directory. */
  file?: string | null;
  /** Only keys that begin so. */
  prefix?: string | null;
  /** The scope; absent: all scopes. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** One socket message in either direction. */
export interface Frame {
  /** An object whose `type` names the message; see `split_body`. */
  body: unknown;
  /** How long the sender waits for the answer, in milliseconds. Absent: 30,000. */
  deadlineMs?: number | null;
  /** Chosen by the sender, unique on its side of the socket. */
  id: string;
  /** The `id` this answers. Absent on requests and events. */
  replyTo?: string | null;
}

/** For which data stores something is permitted. */
export type Granted =
  /** All of the experience. */
  | "all"
  /** Those named. */
  | "some"
  /** None. */
  | "none";

/** Nothing happened, and the link is alive. */
export interface Heartbeat {
  /** The daemon's clock. */
  at: string;
}

/** Sent first by a client (`type: "hello"`). Anything else first closes the socket. */
export interface Hello {
  /** What the client is. */
  client: HelloClient;
  /** The newest protocol version the client speaks. */
  newestVersion: number;
  /** The oldest protocol version the client speaks. */
  oldestVersion: number;
  /** From the plugin only: which Studio it runs in. */
  studio?: StudioIdentity | null;
}

/** What a client calls itself. Informational: rights come from its credential. */
export interface HelloClient {
  /** Which of our faces, or another program. */
  kind: ClientKind;
  /** The client's own version, shown to people when versions differ. */
  version: string;
}

/** An entry to be imported. */
export interface ImportEntry {
  /** Roblox's metadata. Absent: none. */
  attributes?: unknown;
  /** The key. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The account ids tagged to it. Absent: none. */
  userIds?: string[];
  /** The value, kept byte for byte. */
  value: unknown;
}

/** What became of one entry of an import. */
export type ImportOutcome =
  /** It is stored. */
  | "saved"
  /** It is not, for the reason beside it. */
  | "refused";

/** What became of one entry of an import. */
export interface ImportedEntry {
  /** When refused: why, as a code. */
  code?: ErrorCode | null;
  /** The key, as it was given. */
  key: string;
  /** When refused: why, in words. */
  message?: string | null;
  /** Whether it was taken. */
  outcome: ImportOutcome;
  /** When saved: its revision. */
  revision?: string | null;
}

/**
 * Starts a job that writes the lines of a JSONL file, plain, gzip or Zstandard, into a data store.
 *
 * Only commands on this machine may name a file: they run as the account that owns it.
 */
export interface ImportsStartRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The environment's word; asked for in production. */
  environment?: string | null;
  /** The file, as an absolute path on the daemon's machine. */
  file: string;
  /** Why: up to 1,000 characters; asked for in production. */
  reason?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** How many items stand where. */
export interface ItemCounts {
  /** In conflict. */
  conflict: number;
  /** Committed, not sent. */
  queued: number;
  /** Refused. */
  refused: number;
  /** Confirmed. */
  saved: number;
  /** Being sent. */
  sending: number;
  /** Waiting for review. */
  staged: number;
  /** Not sent, and not going to be. */
  superseded: number;
  /** All of them. */
  total: number;
  /** Without a known outcome. */
  unknown: number;
}

/** One item in full. */
export interface ItemDetail {
  /** The entry after it; absent for removals, or when values were not asked for. */
  after?: EntryImage | null;
  /** The entry before the change; absent when there was none, or values were not asked for. */
  before?: EntryImage | null;
  /** How many there are. */
  differenceCount: number;
  /** The places of the value that differ, at most 500 of `differenceCount`. */
  differences: PlaceDifference[];
  /**
   * In a conflict: the merged entry, theirs at the overlaps; absent when nothing can be merged, or values were not
   * asked for.
   */
  merged?: EntryImage | null;
  /** How many there are. */
  overlapCount: number;
  /** In a conflict: where a person has to choose; at most 500 of `overlapCount`. */
  overlaps: PlaceOverlap[];
  /** In a conflict: the entry as someone else left it; absent when it is gone, or values were not asked for. */
  theirs?: EntryImage | null;
}

/** What committing an item does to its entry. */
export type ItemEffect =
  /** The entry is new. */
  | "create"
  /** It gets another value, other user ids or other attributes. */
  | "update"
  /** It is removed. */
  | "remove";

/** Where an item stands. */
export type ItemState =
  /** Waits for review; nothing was sent. */
  | "staged"
  /** Committed, and not sent yet. */
  | "queued"
  /** Sent, or about to be; the answer is not known yet. */
  | "sending"
  /** The source confirmed it. */
  | "saved"
  /** The entry is not what it was when the change was staged; nothing was written. */
  | "conflict"
  /** The source, or a rule, refused it; nothing was written. */
  | "refused"
  /** Sent, and nobody knows whether it was done; its key takes no other change until that is settled. */
  | "unknown"
  /** Not sent, because the set was stopped or theirs was kept. */
  | "superseded";

/** A job. */
export interface Job {
  /** The change set it commits or looks at. */
  changeSet?: string | null;
  /** The connection it works on. */
  connection: string;
  /** When it was asked for. */
  createdAt: string;
  /** Who began it, by name. */
  createdBy: string;
  /** The file it reads or writes. */
  file?: string | null;
  /** When it ended. */
  finishedAt?: string | null;
  /** Its id. */
  id: string;
  /** What it does. */
  kind: JobKind;
  /** What it waits for, or why it failed. */
  message?: string | null;
  /** How far it is. */
  progress: JobProgress;
  /** Items a second, over the last half minute; absent while that is not known. */
  ratePerSecond?: number | null;
  /** The most time it will still take, in seconds; absent in the first 30 seconds. */
  remainingSecondsHigh?: number | null;
  /** The least time it will still take, in seconds; absent in the first 30 seconds. */
  remainingSecondsLow?: number | null;
  /** When it first ran. */
  startedAt?: string | null;
  /** Where it stands. */
  state: JobState;
  /** What it is called. */
  title: string;
}

/** One item of a job. */
export interface JobItem {
  /** Why it is refused, in conflict or unknown. */
  code?: ErrorCode | null;
  /** Its number in the job, from 1: of a change set the item, of an import the line. */
  item: number;
  /** The key; empty where a line could not be read. */
  key: string;
  /** The same in words. */
  message?: string | null;
  /** The revision it became. */
  revision?: string | null;
  /** The scope. */
  scope: string;
  /** What became of it. */
  state: JobItemState;
  /** The data store's name. */
  store: string;
}

/** What became of one item of a job. */
export type JobItemState =
  /** No outcome yet. */
  | "waiting"
  /** Done as asked. */
  | "saved"
  /** Refused. */
  | "refused"
  /** In conflict. */
  | "conflict"
  /** Without a known outcome. */
  | "unknown"
  /** Left out. */
  | "skipped";

/** What a job does. */
export type JobKind =
  /** Commits a change set. */
  | "commit"
  /** Commits a change set that takes another one back. */
  | "undo"
  /** Looks at the entries of a staged set again. */
  | "dryRun"
  /** Writes the lines of a file. */
  | "import"
  /** Writes entries to a file. */
  | "export";

/** How far a job is. `saved`, `refused`, `conflict`, `unknown` and `skipped` add up to `done`. */
export interface JobProgress {
  /** In conflict. */
  conflict: number;
  /** How many have an outcome. */
  done: number;
  /** Refused. */
  refused: number;
  /** Done as asked. */
  saved: number;
  /** Left out. */
  skipped: number;
  /** How many items there are; absent while that is not known. */
  total?: number | null;
  /** Without a known outcome. */
  unknown: number;
}

/** Where a job stands. */
export type JobState =
  /** Waits for its turn. */
  | "queued"
  /** Works. */
  | "running"
  /** Finishes what it has begun, then pauses. */
  | "pausing"
  /** Waits to be resumed, also over a restart. */
  | "paused"
  /** Finishes what it has begun, then stops. */
  | "stopping"
  /** Was stopped; what it had not begun is left as it was. */
  | "stopped"
  /** Done, everything as asked. */
  | "done"
  /** Done, and some items were refused, in conflict or are unknown. */
  | "doneWithProblems"
  /** Could not go on; `message` says why. */
  | "failed";

/**
 * A job was begun, is further on, was held, or ended; told to its owner, at most twice a second for one job, and the last
 * change is always told.
 */
export interface JobsChanged {
  /** The connection it works on. */
  connection: string;
  /** The job. */
  job: string;
}

/** Asks for one job. */
export interface JobsGetRequest {
  /** The job. */
  job: string;
}

/** Asks for one page of the report of a job: of a change set every item, of an import the lines that were not saved. */
export interface JobsItemsRequest {
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** The job. */
  job: string;
  /** Items per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /** Only items of which this became. */
  state?: JobItemState | null;
}

/** One page of the report of a job. */
export interface JobsItemsResponse {
  /** Whether there is a next page. */
  hasMore: boolean;
  /** The items, by number. */
  items: JobItem[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
}

/** Asks for one page of the caller's jobs, newest first. */
export interface JobsListRequest {
  /** Only jobs that have not ended. */
  active?: boolean;
  /** The connection; absent: all of them. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** Jobs per page, 1 to 256. Absent: 100. */
  limit?: number | null;
}

/** One page of jobs. */
export interface JobsListResponse {
  /** Whether there is a next page. */
  hasMore: boolean;
  /** The jobs. */
  jobs: Job[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
}

/** Lets a job finish what it has begun and then wait; answers the job as it is then. */
export interface JobsPauseRequest {
  /** The job. */
  job: string;
}

/** Lets a paused job go on. */
export interface JobsResumeRequest {
  /** The job. */
  job: string;
}

/** Ends a job after what it has begun; what it has not begun stays as it was. */
export interface JobsStopRequest {
  /** The job. */
  job: string;
}

/** Whether a key permits one thing. */
export interface KeyCapability {
  /** With `some`: the data stores, by name. */
  datastores: string[];
  /** Which. */
  feature: KeyFeature;
  /** For which data stores. */
  granted: Granted;
  /**
   * The permissions to add in Creator Hub, as in `universe-datastores.objects:read`. With `all` and `some`, what goes
   * without them is a part only, such as creating a data store by its first entry.
   */
  missing: string[];
}

/** What the product does with a key. */
export type KeyFeature =
  /** Lists data stores. */
  | "listDatastores"
  /** Reads entries. */
  | "readEntries"
  /** Lists keys. */
  | "listKeys"
  /** Creates and changes entries. */
  | "writeEntries"
  /** Removes entries. */
  | "deleteEntries"
  /** Lists revisions. */
  | "listRevisions"
  /** Reads revisions. */
  | "readRevisions"
  /** Takes snapshots. */
  | "snapshots"
  /** Deletes whole data stores and brings them back. */
  | "deleteDatastores"
  /** Reads and lists ordered entries. */
  | "readOrdered"
  /** Writes and removes ordered entries. */
  | "writeOrdered"
  /** Reads sorted maps of memory stores. */
  | "readMemory"
  /** Writes memory stores, and works with their queues. */
  | "writeMemory"
  /** Empties all memory stores. */
  | "flushMemory"
  /** Publishes messages. */
  | "publishMessages"
  /** Reads the experience's name. */
  | "readUniverse";

/** What a key is and may do in one experience (`roblox-apis.md` §0.4, §0.5). */
export interface KeyReport {
  /** Everything the product does with a key, and whether this one permits it. */
  capabilities: KeyCapability[];
  /** When Roblox was asked. */
  checkedAt: string;
  /** When the key ends; null: it has no end of its own. */
  expiresAt?: string | null;
  /** The name its owner gave it. */
  keyName: string;
  /** The Roblox account whose permissions it acts with; null when it was not told. */
  ownerUserId?: string | null;
  /** The experience's name; null when the key may not ask for it. */
  universeName?: string | null;
  /** What the key's owner should know or change. */
  warnings: KeyWarning[];
}

/** Whether a connection's key can be used. */
export type KeyState =
  /** It can. */
  | "ready"
  /** It lies in a vault that is not open. */
  | "locked"
  /** It is not there. */
  | "missing";

/** Something a key's owner should know or change. */
export interface KeyWarning {
  /** Which kind. */
  kind: KeyWarningKind;
  /** What it is and what to do. */
  message: string;
}

/** The kinds of `KeyWarning`. */
export type KeyWarningKind =
  /** It ends within 14 days. */
  | "expiresSoon"
  /** Roblox switches it off when it is neither used nor edited for 60 days. */
  | "expiresUnused"
  /** It permits what the product never does. */
  | "tooWide"
  /** It counts for other experiences too, or for all. */
  | "otherUniverses"
  /** Roblox knows no such experience. */
  | "universeUnknown";

/** Asks for one page of keys, in key order (scope, then key, by bytes). */
export interface KeysListRequest {
  /** List every scope. */
  allScopes?: boolean;
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** Entries per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /** Only keys that begin so. */
  prefix?: string | null;
  /** The scope; absent: `global`. Not together with `allScopes`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** One page of keys. */
export interface KeysListResponse {
  /** The same keys with their scopes. */
  entries: ScopedKey[];
  /** Whether there is a next page. */
  hasMore: boolean;
  /** The keys alone. */
  keys: string[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
}

/**
 * Takes items from the front of a queue: they are hidden from all other readers until the window ends, and gone once
 * they are discarded by the answer's `readId`.
 */
export interface MemoryDequeueRequest {
  /** Take `count` items or none. */
  allOrNothing?: boolean;
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The most items to take, 1 to 200. Absent: 1. */
  count?: number | null;
  /** How long they stay hidden, in seconds, 1 to 3,888,000. Absent: 30. */
  invisibleSeconds?: number | null;
  /** The queue's name: 1 to 127 characters. */
  queue: string;
}

/** The items taken. */
export interface MemoryDequeueResponse {
  /** The items, the first of the queue first. */
  items: MemoryQueueItem[];
  /** What `memory.discard` asks for. */
  readId: string;
}

/** Removes the items that were taken by one reading of a queue, for good. */
export interface MemoryDiscardRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The queue's name: 1 to 127 characters. */
  queue: string;
  /** From the answer to `memory.dequeue`. */
  readId: string;
}

/** The items are gone. */
export type MemoryDiscardResponse = Record<string, never>;

/** Adds an item to a queue. */
export interface MemoryEnqueueRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** Items of a higher one are read before; of equal ones the older. Absent: 0. */
  priority?: number | null;
  /** The queue's name: 1 to 127 characters. */
  queue: string;
  /** How long it lives, in seconds from now, 1 to 3,888,000 (45 days). Absent: 3,888,000. */
  ttlSeconds?: number | null;
  /** The value: up to 32,768 bytes. */
  value: unknown;
}

/** Empties all sorted maps and queues of the universe, also those that live servers use; nothing brings them back. */
export interface MemoryFlushRequest {
  /** The connection's name, typed by whoever confirms. */
  confirmName: string;
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
}

/** How far the flush is. */
export interface MemoryFlushResponse {
  /** Whether everything is gone already; Roblox takes a while. */
  done: boolean;
}

/** Asks for one item of a sorted map. */
export interface MemoryGetItemRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The item's name: 1 to 127 characters. */
  item: string;
  /** The sorted map's name: 1 to 127 characters. */
  map: string;
}

/** An item of a sorted map. */
export interface MemoryItem {
  /** Changes with every write; absent when the source does not tell. */
  etag?: string | null;
  /** When it vanishes; absent when the source does not tell. */
  expiresAt?: string | null;
  /** Its name. */
  item: string;
  /** What it is sorted by; absent for its name alone. */
  sortKey?: MemorySortKey | null;
  /** The value, as it is stored. */
  value: unknown;
}

/** Asks for one page of a sorted map's items in order of their names. A map that does not exist has none. */
export interface MemoryListItemsRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** Last name first. */
  descending?: boolean;
  /** Which items, as Roblox writes it: `id > "key-001" && sortKey < 5`. */
  filter?: string | null;
  /** Items per page, 1 to 100; each counts as a request at Roblox. Absent: 100. */
  limit?: number | null;
  /** The sorted map's name: 1 to 127 characters. */
  map: string;
}

/** One page of items. */
export interface MemoryListItemsResponse {
  /** Whether there is a next page. */
  hasMore: boolean;
  /** The items. */
  items: MemoryItem[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
}

/** An item of a queue. */
export interface MemoryQueueItem {
  /** When it vanishes; absent when the source does not tell. */
  expiresAt?: string | null;
  /** Its id, given by the source. */
  id: string;
  /** Items of a higher one are read before. */
  priority: number;
  /** The value, as it is stored. */
  value: unknown;
}

/** Removes one item of a sorted map for good. */
export interface MemoryRemoveItemRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The item's name: 1 to 127 characters. */
  item: string;
  /** The sorted map's name: 1 to 127 characters. */
  map: string;
}

/** The item is gone. */
export type MemoryRemoveItemResponse = Record<string, never>;

/** Writes one item of a sorted map. */
export interface MemorySetItemRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** Only if there is no such item; otherwise nothing is written. */
  createOnly?: boolean;
  /** The item's name: 1 to 127 characters. */
  item: string;
  /** The sorted map's name: 1 to 127 characters. */
  map: string;
  /** What to sort it by. Absent: an item that exists keeps what it has. */
  sortKey?: MemorySortKey | null;
  /** How long it lives, in seconds from now, 1 to 3,888,000 (45 days). Absent: 3,888,000. */
  ttlSeconds?: number | null;
  /** The value: up to 32,768 bytes. */
  value: unknown;
}

/** What an item of a sorted map is sorted by beside its name: exactly one of the two. */
export interface MemorySortKey {
  /** A number. */
  number?: number | null;
  /** A text of up to 127 characters. */
  text?: string | null;
}

/**
 * Publishes a message to every live server that subscribes to its topic; nobody tells whether any does
 * (`roblox-apis.md` §3.3). Refused over a local connection, which has no servers.
 */
export interface MessagesPublishRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The message: up to 1,024 characters. */
  message: string;
  /** The topic: 1 to 80 characters. */
  topic: string;
}

/** The message was handed to Roblox. */
export type MessagesPublishResponse = Record<string, never>;

/** An entry of an ordered data store. */
export interface OrderedEntry {
  /** The key. */
  key: string;
  /** The scope. */
  scope: string;
  /** The value, as text. */
  value: string;
}

/** Asks for one entry. */
export interface OrderedGetRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** Adds to one entry, which begins at 0; refused when the sum leaves 64 bits. */
export interface OrderedIncrementRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** What to add. Absent: 1. */
  delta?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** Asks for one page of entries in order of value; equal values in key order. */
export interface OrderedListRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** Largest first. */
  descending?: boolean;
  /** Entries per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /** Only values up to here. */
  maximum?: string | null;
  /** Only values from here. */
  minimum?: string | null;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** One page of entries. */
export interface OrderedListResponse {
  /** The entries. */
  entries: OrderedEntry[];
  /** Whether there is a next page. */
  hasMore: boolean;
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
}

/** Removes one entry for good: ordered entries leave no revision (`roblox-apis.md` §2.3). */
export interface OrderedRemoveRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** What was removed. */
export interface OrderedRemoveResponse {
  /** The change set of this one removal. */
  changeSet: string;
  /** Whether it was done. */
  outcome: WriteOutcome;
  /** The value it had, as text. */
  removedValue: string;
}

/** Writes one entry, unconditionally: Roblox keeps no revisions of ordered entries. */
export interface OrderedSetRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
  /** The value. */
  value: string;
}

/** What a write of an ordered entry did. */
export interface OrderedWritten {
  /** The change set of this one write. */
  changeSet: string;
  /** The entry's key. */
  key: string;
  /** Whether it was done. */
  outcome: WriteOutcome;
  /** The scope. */
  scope: string;
  /** The value now; when it is staged, the value it will have if nothing else changes it. */
  value: string;
}

/** What was chosen at an overlap. */
export interface OverlapChoice {
  /** The overlap's path, as it was told. */
  path: string;
  /** Whose text. */
  side: Side;
}

/** How far a pairing is. */
export type PairingState =
  /** Nobody has decided yet. */
  | "pending"
  /** Approved; the credential is in this answer and in no later one. */
  | "approved"
  /** A person refused it. */
  | "refused"
  /** Ten minutes went by, five wrong claims were made, or its credential was already handed out. */
  | "expired";

/** A Studio asked to be paired, was decided upon, linked or left. */
export type PairingsChanged = Record<string, never>;

/** A Studio that asks to be paired. */
export interface PendingPairing {
  /** The code it shows: approve only if they are the same. */
  code: string;
  /** When the wish ends. */
  expiresAt: string;
  /** Its id. */
  pairing: string;
  /** Which Studio it says it is. */
  studio: StudioIdentity;
}

/** A place of a value that differs. Its texts are cut at 200 characters. */
export interface PlaceDifference {
  /** What stands there now. */
  after?: string | null;
  /** What stood there. */
  before?: string | null;
  /** How. */
  kind: DifferenceKind;
  /** Where, as a JSON Pointer into the later value; for a removal into the earlier one. */
  path: string;
}

/** A place that both sides changed, each in its own way. Its texts are cut at 200 characters. */
export interface PlaceOverlap {
  /** What stood there when the change was staged. */
  base?: string | null;
  /** What this change puts there. */
  mine?: string | null;
  /** Where: a JSON Pointer into the value; `userIds`, `attributes` or `entry` for what lies beside it. */
  path: string;
  /** What someone else put there. */
  theirs?: string | null;
}

/** A player's account. */
export interface Player {
  /** The name shown beside it. */
  displayName: string;
  /** The account id. */
  id: string;
  /** The unique name. */
  name: string;
}

/** Finds a player by name or account id; asks Roblox, and remembers the answer for a while. */
export interface PlayersFindRequest {
  /** The connection; absent: the caller's selected one. Refused over a local one. */
  connection?: string | null;
  /** Digits are an account id; everything else is a name, with or without `@`. */
  player: string;
}

/** Those found; none when nobody has the name or id. */
export interface PlayersFindResponse {
  /** The players. */
  players: Player[];
}

/** Who a caller is and what its role allows. */
export interface Principal {
  /** A name for people: `owner`, or a token's name. */
  name: string;
  /** The role its rights come from. */
  role: Role;
}

/** What a proposed change does to its entry. */
export type ProposalKind =
  /** Writes the whole value, and creates the entry when there is none. */
  | "set"
  /** Changes named places of the value, its user ids or its attributes. */
  | "edit"
  /** Removes the entry. */
  | "remove"
  /** Brings back what the entry was at a revision. */
  | "restore"
  /** Adds to an ordered entry, which begins at 0. */
  | "increment";

/** What became of one proposed change. */
export interface ProposalOutcome {
  /** Why it was refused. */
  code?: ErrorCode | null;
  /** The item it became; absent when it was refused, or changes nothing. */
  item?: number | null;
  /** The same in words, or that it changes nothing. */
  message?: string | null;
}

/** One change to one entry. */
export interface ProposedChange {
  /** With `increment`: what to add. */
  amount?: string | null;
  /** The entry's attributes (Roblox's metadata). Absent: as they are. */
  attributes?: unknown;
  /** With `edit`: the changes, in order; at most 1,000. */
  edits?: Edit[];
  /** Refuse the change unless this revision is current now. */
  expectedRevision?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** What to do. */
  kind: ProposalKind;
  /** Whether the data store is ordered; then `value` is a whole number, and there are no user ids and attributes. */
  ordered?: boolean;
  /** With `restore`: the revision to bring back. */
  revision?: string | null;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
  /** The account ids tagged to the entry, at most 4. Absent: as they are. */
  userIds?: string[] | null;
  /** With `set`: the value, kept byte for byte. */
  value?: unknown;
}

/** Asks the daemon to prove that it holds the key shared with `peer` (S-12). */
export interface ProveRequest {
  /** The client's fresh random nonce: 32 to 128 hex digits. */
  nonce: string;
  /** `cli`, `install:<id>` or `studio:<token id>`. */
  peer: string;
}

/** The daemon's proof. An unknown peer is answered alike, with a proof that fits no key. */
export interface ProveResponse {
  /** This run of the daemon. */
  instance: string;
  /** The daemon's nonce: valid for one socket, for 30 seconds. */
  nonce: string;
  /** `HMAC-SHA256(key, proof_message("server", …))` in lower-case hex. */
  proof: string;
}

/** A plugin's wish to be paired by a code compared on both sides (S-11). */
export interface RequestPairingRequest {
  /** The Studio that asks. */
  studio: StudioIdentity;
}

/** The code to show, and what to claim the credential with. */
export interface RequestPairingResponse {
  /** Known to this plugin alone; five wrong ones end the pairing. */
  claim: string;
  /** Shown in Studio and in the dashboard, to be compared by a person, for example `K7F-29Q`. */
  code: string;
  /** Ten minutes after the request. */
  expiresAt: string;
  /** The pairing, for `ClaimPairingRequest`. */
  pairing: string;
}

/** What to do about an item in conflict, or without a known outcome. */
export type Resolution =
  /** Unknown: read the entry back once more. */
  | "check"
  /** Conflict: leave the entry as someone else made it. */
  | "keepTheirs"
  /** Conflict: write the merged entry, at overlaps what `choices` says. */
  | "useMerged"
  /** Conflict: write this change over theirs, which is kept as the pre-image. Asks for the key. */
  | "overwriteTheirs"
  /** Unknown: a person knows that it was done. Asks for a reason. */
  | "settleSaved"
  /** Unknown: a person knows that it was not done. Asks for a reason. */
  | "settleNotSaved";

/** Events were lost: read again what is on screen. */
export type ResyncRequired = Record<string, never>;

/** What a revision is. */
export type RevisionState =
  /** The entry's value now. */
  | "current"
  /** A version by Roblox's rules, kept for 30 days after it was replaced (`roblox-apis.md` §4.5). */
  | "kept"
  /** Replaced within its UTC hour: Roblox would have lost it, this product kept a copy. */
  | "localCopy"
  /** A mark that the entry was removed. */
  | "removed";

/** A revision without its value. */
export interface RevisionSummary {
  /** Who wrote it, by name, where this product did; absent for the game and others. */
  by?: string | null;
  /** The change set that wrote it, where this product did. */
  changeSet?: string | null;
  /** When it was written. */
  createdAt: string;
  /** When it can no longer be read; absent for the current one. */
  expiresAt?: string | null;
  /** Why, where this product wrote it and a reason was given. */
  reason?: string | null;
  /** Its id. */
  revision: string;
  /** Its value's length in bytes; absent for removals. */
  sizeBytes?: number | null;
  /** What it is. */
  state: RevisionState;
}

/** Asks for an entry as it was at a revision. */
export interface RevisionsGetRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The revision. */
  revision: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** An entry as it was. */
export interface RevisionsGetResponse {
  /** The entry at that revision. */
  entry: Entry;
  /** What the revision is. */
  state: RevisionState;
}

/** Asks for one page of an entry's revisions, newest first. */
export interface RevisionsListRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** From the page before, of the same query. */
  cursor?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** Entries per page, 1 to 256. Absent: 100. */
  limit?: number | null;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** One page of revisions. */
export interface RevisionsListResponse {
  /** Whether there is a next page. */
  hasMore: boolean;
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string | null;
  /** The revisions. */
  revisions: RevisionSummary[];
}

/** Writes an earlier revision's value, user ids and attributes as a new revision. */
export interface RevisionsRestoreRequest {
  /** The connection; absent: the caller's selected one. */
  connection?: string | null;
  /** Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`. */
  expectedRevision?: string | null;
  /** The entry's key: 1 to 50 bytes. */
  key: string;
  /** The revision to bring back. */
  revision: string;
  /** The scope: 1 to 50 bytes. Absent: `global`. */
  scope?: string | null;
  /** The data store's name: 1 to 50 bytes. */
  store: string;
}

/** The roles of the product document; what each permits is in the daemon's policy table. */
export type Role =
  /** Reads data. */
  | "VIEWER"
  /** Reads, writes and exports data. */
  | "EDITOR"
  /** As editor, and removes data, runs bulk work and manages tokens and pairing. */
  | "ADMIN"
  /** Everything: the person who owns the data directory. */
  | "SUPER_ADMIN"
  /** Reads the audit log only. */
  | "AUDITOR"
  /** Reads compliance reports only. */
  | "COMPLIANCE_OFFICER";

/** A key with its scope. */
export interface ScopedKey {
  /** The key. */
  key: string;
  /** The scope. */
  scope: string;
}

/** Signs the caller's dashboard session out, in every tab. */
export type SessionsEndRequest = Record<string, never>;

/** The session is over. */
export type SessionsEndResponse = Record<string, never>;

/** Asks for a fresh sign-in link to the dashboard, for the caller's own identity. */
export type SessionsInviteRequest = Record<string, never>;

/** A sign-in link. */
export interface SessionsInviteResponse {
  /** When the code ends. */
  expiresAt: string;
  /** The address to open; its code works once. */
  url: string;
}

/** Asks for a token for another tab of the caller's dashboard session. */
export type SessionsOpenTabRequest = Record<string, never>;

/** The other tab's token. */
export interface SessionsOpenTabResponse {
  /** As `token` of the sign-in. */
  token: string;
}

/** How a write is to be done. */
export interface SetOptions {
  /** Taken for the product document's sake: what a write replaces is always kept, as a revision or a local copy. */
  backup?: boolean | null;
  /** As `expectedRevision` of the request, where the product document has it. */
  expectedRevision?: string | null;
  /** Hold the value to the data store's schema, where it has one. Absent: yes. */
  validate?: boolean | null;
}

/** Whose text stands at a place afterwards. */
export type Side =
  /** That of the entry now. */
  | "theirs"
  /** That of this change. */
  | "mine";

/** Hands a one-time code in for a dashboard session (S-10). */
export interface SignInRequest {
  /** The code from the fragment of the `open` address; works once, for 60 seconds. */
  code: string;
}

/** The tab's half of a dashboard session; the other half is the cookie set beside it. */
export interface SignInResponse {
  /** Goes into `Authorization: Bearer …`; worth nothing without the cookie, and the cookie nothing without it. */
  token: string;
}

/** Pairs a Studio whose code was compared. */
export interface StudioApproveRequest {
  /** The code as the person sees it in Studio; must be the same. */
  code: string;
  /** The wish. */
  pairing: string;
}

/** The credential the plugin will fetch. */
export interface StudioApproveResponse {
  /** The credential, without its secret. */
  token: Token;
}

/** Asks for the credential that goes into a plugin file this daemon installs, so that it pairs silently. */
export type StudioCreateInstallRequest = Record<string, never>;

/** The credential for one installed plugin file; its secret is shown here and never again. */
export interface StudioCreateInstallResponse {
  /** The proof's key, in hex. */
  secret: string;
  /** The credential, without its secret; the proof's peer is `install:<id>`. */
  token: Token;
}

/** Which Studio a plugin runs in, as it says itself; shown to the person who approves it. */
export interface StudioIdentity {
  /** `game.PlaceId` of the open place. */
  placeId: string;
  /** The place's name. */
  placeName?: string;
  /** `game.GameId` of the open place; `0` when it is not published. */
  universeId: string;
  /** The account signed in to Studio; `0` when nobody is. */
  userId?: string;
  /** That account's name, when it is known. */
  userName?: string;
}

/** Asks which Studios are linked and which ask to be. */
export type StudioListRequest = Record<string, never>;

/** Linked Studios and open wishes. */
export interface StudioListResponse {
  /** Those that ask. */
  pairings: PendingPairing[];
  /** The linked ones. */
  sessions: StudioSession[];
}

/** Refuses a Studio that asks to be paired. */
export interface StudioRefuseRequest {
  /** The wish. */
  pairing: string;
}

/** The wish is refused. */
export type StudioRefuseResponse = Record<string, never>;

/** A linked Studio window. */
export interface StudioSession {
  /** Since when. */
  connectedAt: string;
  /** Its name among those linked. */
  session: string;
  /** Which Studio it says it is. */
  studio: StudioIdentity;
  /** The credential it came with; absent for a plugin file this daemon installed. */
  token?: string | null;
}

/** Asks for the events of one connection (`type: "subscribe"`); asking again replaces the choice. */
export interface Subscribe {
  /** The connection to hear of. Absent: all connections the caller may read. */
  connection?: string | null;
}

/** Confirms a subscription (`type: "subscribe"`); from here on nothing is missed without `ResyncRequired`. */
export type Subscribed = Record<string, never>;

/** Asks how the daemon is. */
export type SystemStatusRequest = Record<string, never>;

/** How the daemon is. */
export interface SystemStatusResponse {
  /** The address it listens on; absent when a command runs without a daemon. */
  address?: string | null;
  /** How many connections there are. */
  connectionCount: number;
  /** This run of the daemon. */
  instance: string;
  /** Whom the daemon takes the caller for. */
  principal: Principal;
  /** Why nothing can be changed, or nothing of players' data; absent when all is well. */
  problem?: string | null;
  /** The protocol version it speaks. */
  protocolVersion: number;
  /** When this run began. */
  startedAt: string;
  /** How many Studio windows are linked. */
  studioCount: number;
  /** The daemon's release. */
  version: string;
}

/** A token without its secret. */
export interface Token {
  /** When it was made. */
  createdAt: string;
  /** When it expires; absent: it does not. */
  expiresAt?: string | null;
  /** Its id. */
  id: string;
  /** What it opens. */
  kind: TokenKind;
  /** When it was last used, within a minute; absent: never. */
  lastUsedAt?: string | null;
  /** Its name. */
  name: string;
  /** Its first characters, to recognise it by. */
  prefix: string;
  /** When it was revoked; absent: it was not. */
  revokedAt?: string | null;
  /** Its role. */
  role: Role;
}

/** What a token opens. */
export type TokenKind =
  /** The REST API and the socket, for scripts. */
  | "api"
  /** The socket, for one paired Studio. */
  | "studio";

/** Asks for a new API token. */
export interface TokensCreateRequest {
  /** Seconds until it expires, 60 to 31,536,000. Absent: it does not. */
  expiresInSeconds?: number | null;
  /** A name to know it by: 1 to 100 bytes. */
  name: string;
  /** Its role; not above the caller's own. */
  role: Role;
}

/** The new token; its secret is shown here and never again. */
export interface TokensCreateResponse {
  /** The secret: `dsmp_` and 56 hex digits. */
  secret: string;
  /** The token. */
  token: Token;
}

/** Asks for all tokens, revoked and expired ones too. */
export type TokensListRequest = Record<string, never>;

/** All tokens, newest first. */
export interface TokensListResponse {
  /** The tokens. */
  tokens: Token[];
}

/** Revokes a token and closes its sockets. */
export interface TokensRevokeRequest {
  /** The token's id. */
  token: string;
}

/** The revoked token. */
export interface TokensRevokeResponse {
  /** The token. */
  token: Token;
}

/** Ends the subscription (`type: "unsubscribe"`). */
export type Unsubscribe = Record<string, never>;

/** Confirms the end of the subscription (`type: "unsubscribe"`). */
export type Unsubscribed = Record<string, never>;

/** The kinds of JSON value. */
export type ValueKind =
  /** An object. */
  | "object"
  /** An array. */
  | "array"
  /** A string. */
  | "string"
  /** A number. */
  | "number"
  /** `true` or `false`. */
  | "boolean"
  /** `null`. */
  | "null";

/** One node of a value's tree. */
export interface ValueRow {
  /** How many members or elements. */
  childCount: number;
  /** Whether `preview` is cut. */
  cut: boolean;
  /** What it is. */
  kind: ValueKind;
  /** The member's name or the element's index; empty for the root. */
  name: string;
  /** Where, as a JSON Pointer. */
  path: string;
  /** The scalar's text, or how many children; cut at 120 characters. */
  preview: string;
  /** The length of its text in bytes. */
  sizeBytes: number;
}

/** Something in a value that may surprise. */
export interface ValueWarning {
  /** What. */
  kind: WarningKind;
  /** In words. */
  message: string;
  /** Where, as a JSON Pointer. */
  path: string;
}

/** Closes the vault; connections whose keys lie in it cannot be used until it is opened again. */
export type VaultCloseRequest = Record<string, never>;

/** Makes the vault, and leaves it open; refused when there is one. */
export interface VaultCreateRequest {
  /** What will open it: 8 characters at least, 1,024 bytes at most. */
  passphrase: string;
}

/** Opens the vault until it is closed or the daemon stops. Five tries a minute. */
export interface VaultOpenRequest {
  /** What it was made with. */
  passphrase: string;
}

/** What keeps the keys. */
export type VaultPlace =
  /** The operating system's key store; it opens with the account. */
  | "system"
  /** An encrypted file in the data directory. */
  | "vault";

/** Whether keys can be kept and used. */
export type VaultState =
  /** There is no vault yet. */
  | "absent"
  /** There is one, and it is closed. */
  | "locked"
  /** They can. */
  | "open";

/** How the keys lie; the answer of every operation on the vault. */
export interface VaultStatus {
  /** Whether the vault opens with a key file, and not with a passphrase. */
  keyFile: boolean;
  /** What keeps them. */
  place: VaultPlace;
  /** How to make or open the vault, as a sentence; absent when it is open. */
  remedy?: string | null;
  /** Whether they can be used. */
  state: VaultState;
}

/** Asks whether keys can be kept and used. */
export type VaultStatusRequest = Record<string, never>;

/** What may surprise in a value that is kept as it is. */
export type WarningKind =
  /** An object names a member twice; most decoders keep the last. */
  | "duplicateMember"
  /** Luau's numbers cannot hold this one exactly. */
  | "numberLosesPrecision"
  /** Luau reads this number as infinity. */
  | "numberOutOfRange";

/** The daemon's answer to `Hello`, also `type: "hello"`. */
export interface Welcome {
  /** The daemon's release, for people. */
  daemonVersion: string;
  /** The daemon sends something at least this often; silence for twice as long means the link is dead. */
  heartbeatSeconds: number;
  /** This run of the daemon; changes when it restarts. */
  instance: string;
  /** Whom the daemon takes the client for. */
  principal: Principal;
  /** For the plugin: the name of this Studio among those linked. */
  studioSession?: string | null;
  /** The version both sides use from here on. */
  version: number;
}

/** Whether a write was done, or waits for review. */
export type WriteOutcome =
  /** It was done. */
  | "saved"
  /**
   * It is staged, as every write in production and in unclassified environments: commit `changeSet` to do it. Over REST
   * the status is 202.
   */
  | "staged";

/** The request and the answer of every operation. */
export interface Operations {
  "system.status": { request: SystemStatusRequest; response: SystemStatusResponse };
  "connections.list": { request: ConnectionsListRequest; response: ConnectionsListResponse };
  "connections.select": { request: ConnectionsSelectRequest; response: ConnectionsSelectResponse };
  "connections.removeSample": { request: ConnectionsRemoveSampleRequest; response: ConnectionsRemoveSampleResponse };
  "datastores.list": { request: DatastoresListRequest; response: DatastoresListResponse };
  "datastores.snapshot": { request: DatastoresSnapshotRequest; response: DatastoresSnapshotResponse };
  "datastores.delete": { request: DatastoresDeleteRequest; response: DatastoresDeleteResponse };
  "datastores.undelete": { request: DatastoresUndeleteRequest; response: DatastoresUndeleteResponse };
  "keys.list": { request: KeysListRequest; response: KeysListResponse };
  "entries.get": { request: EntriesGetRequest; response: Entry };
  "entries.rows": { request: EntriesRowsRequest; response: EntriesRowsResponse };
  "entries.set": { request: EntriesSetRequest; response: EntryWritten };
  "entries.edit": { request: EntriesEditRequest; response: EntryWritten };
  "entries.remove": { request: EntriesRemoveRequest; response: EntriesRemoveResponse };
  "entries.import": { request: EntriesImportRequest; response: EntriesImportResponse };
  "entries.export": { request: EntriesExportRequest; response: EntriesExportResponse };
  "revisions.list": { request: RevisionsListRequest; response: RevisionsListResponse };
  "revisions.get": { request: RevisionsGetRequest; response: RevisionsGetResponse };
  "revisions.restore": { request: RevisionsRestoreRequest; response: EntryWritten };
  "changesets.propose": { request: ChangesetsProposeRequest; response: ChangesetsProposeResponse };
  "changesets.list": { request: ChangesetsListRequest; response: ChangesetsListResponse };
  "changesets.get": { request: ChangesetsGetRequest; response: ChangesetsGetResponse };
  "changesets.amend": { request: ChangesetsAmendRequest; response: ChangesetsAmendResponse };
  "changesets.commit": { request: ChangesetsCommitRequest; response: ChangesetsCommitResponse };
  "changesets.resolve": { request: ChangesetsResolveRequest; response: ChangesetsResolveResponse };
  "changesets.discard": { request: ChangesetsDiscardRequest; response: ChangesetsDiscardResponse };
  "changesets.undo": { request: ChangesetsUndoRequest; response: ChangesetsUndoResponse };
  "ordered.list": { request: OrderedListRequest; response: OrderedListResponse };
  "ordered.get": { request: OrderedGetRequest; response: OrderedEntry };
  "ordered.set": { request: OrderedSetRequest; response: OrderedWritten };
  "ordered.increment": { request: OrderedIncrementRequest; response: OrderedWritten };
  "ordered.remove": { request: OrderedRemoveRequest; response: OrderedRemoveResponse };
  "memory.listItems": { request: MemoryListItemsRequest; response: MemoryListItemsResponse };
  "memory.getItem": { request: MemoryGetItemRequest; response: MemoryItem };
  "memory.setItem": { request: MemorySetItemRequest; response: MemoryItem };
  "memory.removeItem": { request: MemoryRemoveItemRequest; response: MemoryRemoveItemResponse };
  "memory.enqueue": { request: MemoryEnqueueRequest; response: MemoryQueueItem };
  "memory.dequeue": { request: MemoryDequeueRequest; response: MemoryDequeueResponse };
  "memory.discard": { request: MemoryDiscardRequest; response: MemoryDiscardResponse };
  "memory.flush": { request: MemoryFlushRequest; response: MemoryFlushResponse };
  "messages.publish": { request: MessagesPublishRequest; response: MessagesPublishResponse };
  "players.find": { request: PlayersFindRequest; response: PlayersFindResponse };
  "budget.status": { request: BudgetStatusRequest; response: BudgetsResponse };
  "budget.stop": { request: BudgetStopRequest; response: BudgetsResponse };
  "budget.resume": { request: BudgetResumeRequest; response: BudgetsResponse };
  "budget.configure": { request: BudgetConfigureRequest; response: BudgetsResponse };
  "budget.estimate": { request: BudgetEstimateRequest; response: BudgetEstimateResponse };
  "jobs.list": { request: JobsListRequest; response: JobsListResponse };
  "jobs.get": { request: JobsGetRequest; response: Job };
  "jobs.items": { request: JobsItemsRequest; response: JobsItemsResponse };
  "jobs.pause": { request: JobsPauseRequest; response: Job };
  "jobs.resume": { request: JobsResumeRequest; response: Job };
  "jobs.stop": { request: JobsStopRequest; response: Job };
  "imports.start": { request: ImportsStartRequest; response: Job };
  "exports.start": { request: ExportsStartRequest; response: Job };
  "tokens.create": { request: TokensCreateRequest; response: TokensCreateResponse };
  "tokens.list": { request: TokensListRequest; response: TokensListResponse };
  "tokens.revoke": { request: TokensRevokeRequest; response: TokensRevokeResponse };
  "sessions.invite": { request: SessionsInviteRequest; response: SessionsInviteResponse };
  "sessions.openTab": { request: SessionsOpenTabRequest; response: SessionsOpenTabResponse };
  "sessions.end": { request: SessionsEndRequest; response: SessionsEndResponse };
  "studio.list": { request: StudioListRequest; response: StudioListResponse };
  "studio.approve": { request: StudioApproveRequest; response: StudioApproveResponse };
  "studio.refuse": { request: StudioRefuseRequest; response: StudioRefuseResponse };
  "studio.createInstall": { request: StudioCreateInstallRequest; response: StudioCreateInstallResponse };
  "vault.status": { request: VaultStatusRequest; response: VaultStatus };
  "vault.create": { request: VaultCreateRequest; response: VaultStatus };
  "vault.open": { request: VaultOpenRequest; response: VaultStatus };
  "vault.close": { request: VaultCloseRequest; response: VaultStatus };
  "connections.check": { request: ConnectionsCheckRequest; response: ConnectionsCheckResponse };
  "connections.create": { request: ConnectionsCreateRequest; response: ConnectionsCreateResponse };
  "connections.update": { request: ConnectionsUpdateRequest; response: ConnectionsUpdateResponse };
  "connections.test": { request: ConnectionsTestRequest; response: ConnectionsTestResponse };
  "connections.remove": { request: ConnectionsRemoveRequest; response: ConnectionsRemoveResponse };
  "connections.unlock": { request: ConnectionsUnlockRequest; response: ConnectionsUnlockResponse };
  "connections.lock": { request: ConnectionsLockRequest; response: ConnectionsLockResponse };
}

/** The name of an operation. */
export type OperationName = keyof Operations;

/** What the catalogue declares of every operation. `{name}` in a path stands for the request's member. */
export const OPERATIONS = {
  "system.status": {
    method: "GET",
    path: "/api/v1/status",
    query: [],
    permission: "READ_DATA",
    effect: "read",
  },
  "connections.list": {
    method: "GET",
    path: "/api/v1/connections",
    query: [],
    permission: "READ_DATA",
    effect: "read",
  },
  "connections.select": {
    method: "POST",
    path: "/api/v1/connections/{connection}/select",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "connections.removeSample": {
    method: "POST",
    path: "/api/v1/connections/{connection}/remove-sample",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "destroy",
  },
  "datastores.list": {
    method: "GET",
    path: "/api/v1/datastores",
    query: ["connection", "kind", "prefix", "deleted", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "datastores.snapshot": {
    method: "POST",
    path: "/api/v1/datastores/snapshot",
    query: ["connection"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "datastores.delete": {
    method: "DELETE",
    path: "/api/v1/datastores/{store}",
    query: ["connection", "confirmName"],
    permission: "DELETE_DATA",
    effect: "destroy",
  },
  "datastores.undelete": {
    method: "POST",
    path: "/api/v1/datastores/{store}/undelete",
    query: ["connection"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "keys.list": {
    method: "GET",
    path: "/api/v1/datastores/{store}/keys",
    query: ["connection", "prefix", "scope", "allScopes", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "entries.get": {
    method: "GET",
    path: "/api/v1/datastores/{store}/keys/{key}",
    query: ["connection", "scope"],
    permission: "READ_DATA",
    effect: "read",
  },
  "entries.rows": {
    method: "GET",
    path: "/api/v1/datastores/{store}/keys/{key}/rows",
    query: ["connection", "scope", "path", "revision", "offset", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "entries.set": {
    method: "PUT",
    path: "/api/v1/datastores/{store}/keys/{key}",
    query: ["connection", "scope", "expectedRevision", "createOnly"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "entries.edit": {
    method: "PATCH",
    path: "/api/v1/datastores/{store}/keys/{key}",
    query: ["connection", "scope", "expectedRevision"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "entries.remove": {
    method: "DELETE",
    path: "/api/v1/datastores/{store}/keys/{key}",
    query: ["connection", "scope", "expectedRevision"],
    permission: "DELETE_DATA",
    effect: "destroy",
  },
  "entries.import": {
    method: "POST",
    path: "/api/v1/datastores/{store}/import",
    query: ["connection"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "entries.export": {
    method: "GET",
    path: "/api/v1/datastores/{store}/export",
    query: ["connection", "prefix", "scope", "allScopes", "cursor", "limit"],
    permission: "EXPORT_DATA",
    effect: "read",
  },
  "revisions.list": {
    method: "GET",
    path: "/api/v1/datastores/{store}/keys/{key}/revisions",
    query: ["connection", "scope", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "revisions.get": {
    method: "GET",
    path: "/api/v1/datastores/{store}/keys/{key}/revisions/{revision}",
    query: ["connection", "scope"],
    permission: "READ_DATA",
    effect: "read",
  },
  "revisions.restore": {
    method: "POST",
    path: "/api/v1/datastores/{store}/keys/{key}/revisions/{revision}/restore",
    query: ["connection", "scope", "expectedRevision"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "changesets.propose": {
    method: "POST",
    path: "/api/v1/changesets",
    query: [],
    permission: "WRITE_DATA",
    effect: "configure",
  },
  "changesets.list": {
    method: "GET",
    path: "/api/v1/changesets",
    query: ["connection", "state", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "changesets.get": {
    method: "GET",
    path: "/api/v1/changesets/{set}",
    query: ["state", "item", "values", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "changesets.amend": {
    method: "PATCH",
    path: "/api/v1/changesets/{set}",
    query: [],
    permission: "WRITE_DATA",
    effect: "configure",
  },
  "changesets.commit": {
    method: "POST",
    path: "/api/v1/changesets/{set}/commit",
    query: [],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "changesets.resolve": {
    method: "POST",
    path: "/api/v1/changesets/{set}/resolve",
    query: [],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "changesets.discard": {
    method: "DELETE",
    path: "/api/v1/changesets/{set}",
    query: [],
    permission: "WRITE_DATA",
    effect: "configure",
  },
  "changesets.undo": {
    method: "POST",
    path: "/api/v1/changesets/{set}/undo",
    query: [],
    permission: "WRITE_DATA",
    effect: "configure",
  },
  "ordered.list": {
    method: "GET",
    path: "/api/v1/ordered-datastores/{store}/keys",
    query: ["connection", "scope", "descending", "minimum", "maximum", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "ordered.get": {
    method: "GET",
    path: "/api/v1/ordered-datastores/{store}/keys/{key}",
    query: ["connection", "scope"],
    permission: "READ_DATA",
    effect: "read",
  },
  "ordered.set": {
    method: "PUT",
    path: "/api/v1/ordered-datastores/{store}/keys/{key}",
    query: ["connection", "scope"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "ordered.increment": {
    method: "POST",
    path: "/api/v1/ordered-datastores/{store}/keys/{key}/increment",
    query: ["connection", "scope"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "ordered.remove": {
    method: "DELETE",
    path: "/api/v1/ordered-datastores/{store}/keys/{key}",
    query: ["connection", "scope"],
    permission: "DELETE_DATA",
    effect: "destroy",
  },
  "memory.listItems": {
    method: "GET",
    path: "/api/v1/memory/sorted-maps/{map}/items",
    query: ["connection", "filter", "descending", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "memory.getItem": {
    method: "GET",
    path: "/api/v1/memory/sorted-maps/{map}/items/{item}",
    query: ["connection"],
    permission: "READ_DATA",
    effect: "read",
  },
  "memory.setItem": {
    method: "PUT",
    path: "/api/v1/memory/sorted-maps/{map}/items/{item}",
    query: ["connection", "createOnly"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "memory.removeItem": {
    method: "DELETE",
    path: "/api/v1/memory/sorted-maps/{map}/items/{item}",
    query: ["connection"],
    permission: "DELETE_DATA",
    effect: "destroy",
  },
  "memory.enqueue": {
    method: "POST",
    path: "/api/v1/memory/queues/{queue}/items",
    query: ["connection"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "memory.dequeue": {
    method: "POST",
    path: "/api/v1/memory/queues/{queue}/dequeue",
    query: ["connection"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "memory.discard": {
    method: "POST",
    path: "/api/v1/memory/queues/{queue}/discard",
    query: ["connection"],
    permission: "DELETE_DATA",
    effect: "destroy",
  },
  "memory.flush": {
    method: "POST",
    path: "/api/v1/memory/flush",
    query: ["connection"],
    permission: "DELETE_DATA",
    effect: "destroy",
  },
  "messages.publish": {
    method: "POST",
    path: "/api/v1/messages",
    query: ["connection"],
    permission: "WRITE_DATA",
    effect: "write",
  },
  "players.find": {
    method: "GET",
    path: "/api/v1/players",
    query: ["connection", "player"],
    permission: "READ_DATA",
    effect: "read",
  },
  "budget.status": {
    method: "GET",
    path: "/api/v1/budget",
    query: ["connection"],
    permission: "READ_DATA",
    effect: "read",
  },
  "budget.stop": {
    method: "POST",
    path: "/api/v1/budget/stop",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "budget.resume": {
    method: "POST",
    path: "/api/v1/budget/resume",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "budget.configure": {
    method: "PUT",
    path: "/api/v1/budget",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "budget.estimate": {
    method: "GET",
    path: "/api/v1/budget/estimate",
    query: ["connection", "reads", "writes", "lists", "removes", "bytes"],
    permission: "READ_DATA",
    effect: "read",
  },
  "jobs.list": {
    method: "GET",
    path: "/api/v1/jobs",
    query: ["connection", "active", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "jobs.get": {
    method: "GET",
    path: "/api/v1/jobs/{job}",
    query: [],
    permission: "READ_DATA",
    effect: "read",
  },
  "jobs.items": {
    method: "GET",
    path: "/api/v1/jobs/{job}/items",
    query: ["state", "cursor", "limit"],
    permission: "READ_DATA",
    effect: "read",
  },
  "jobs.pause": {
    method: "POST",
    path: "/api/v1/jobs/{job}/pause",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "jobs.resume": {
    method: "POST",
    path: "/api/v1/jobs/{job}/resume",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "jobs.stop": {
    method: "POST",
    path: "/api/v1/jobs/{job}/stop",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "imports.start": {
    method: "POST",
    path: "/api/v1/imports",
    query: [],
    permission: "BULK_OPERATIONS",
    effect: "write",
  },
  "exports.start": {
    method: "POST",
    path: "/api/v1/exports",
    query: [],
    permission: "EXPORT_DATA",
    effect: "configure",
  },
  "tokens.create": {
    method: "POST",
    path: "/api/v1/tokens",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "configure",
  },
  "tokens.list": {
    method: "GET",
    path: "/api/v1/tokens",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "read",
  },
  "tokens.revoke": {
    method: "DELETE",
    path: "/api/v1/tokens/{token}",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "configure",
  },
  "sessions.invite": {
    method: "POST",
    path: "/api/v1/sessions/invitations",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "configure",
  },
  "sessions.openTab": {
    method: "POST",
    path: "/api/v1/sessions/tabs",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "sessions.end": {
    method: "POST",
    path: "/api/v1/sessions/end",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "studio.list": {
    method: "GET",
    path: "/api/v1/studio",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "read",
  },
  "studio.approve": {
    method: "POST",
    path: "/api/v1/studio/pairings/{pairing}/approve",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "configure",
  },
  "studio.refuse": {
    method: "POST",
    path: "/api/v1/studio/pairings/{pairing}/refuse",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "configure",
  },
  "studio.createInstall": {
    method: "POST",
    path: "/api/v1/studio/installs",
    query: [],
    permission: "MANAGE_SECURITY",
    effect: "configure",
  },
  "vault.status": {
    method: "GET",
    path: "/api/v1/vault",
    query: [],
    permission: "READ_DATA",
    effect: "read",
  },
  "vault.create": {
    method: "POST",
    path: "/api/v1/vault/create",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "vault.open": {
    method: "POST",
    path: "/api/v1/vault/open",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "vault.close": {
    method: "POST",
    path: "/api/v1/vault/close",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "connections.check": {
    method: "POST",
    path: "/api/v1/connections/check",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "connections.create": {
    method: "POST",
    path: "/api/v1/connections",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "connections.update": {
    method: "PATCH",
    path: "/api/v1/connections/{connection}",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "connections.test": {
    method: "POST",
    path: "/api/v1/connections/{connection}/test",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
  "connections.remove": {
    method: "DELETE",
    path: "/api/v1/connections/{connection}",
    query: [],
    permission: "SYSTEM_CONFIG",
    effect: "configure",
  },
  "connections.unlock": {
    method: "POST",
    path: "/api/v1/connections/{connection}/unlock",
    query: [],
    permission: "WRITE_DATA",
    effect: "configure",
  },
  "connections.lock": {
    method: "POST",
    path: "/api/v1/connections/{connection}/lock",
    query: [],
    permission: "READ_DATA",
    effect: "configure",
  },
} as const satisfies Record<OperationName, object>;

/** Requests that need no credential: the path, the body and the answer of each `POST`. */
export interface Exchanges {
  "/api/v1/sign-in": { request: SignInRequest; response: SignInResponse };
  "/api/v1/prove": { request: ProveRequest; response: ProveResponse };
  "/api/v1/pairings": { request: RequestPairingRequest; response: RequestPairingResponse };
  "/api/v1/pairings/claim": { request: ClaimPairingRequest; response: ClaimPairingResponse };
}

/** The socket's own messages. */
export interface Controls {
  hello: { request: Hello; response: Welcome };
  subscribe: { request: Subscribe; response: Subscribed };
  unsubscribe: { request: Unsubscribe; response: Unsubscribed };
}

/** The payload of every event. */
export interface Events {
  "entries.changed": EntriesChanged;
  "datastores.changed": DatastoresChanged;
  "connections.changed": ConnectionsChanged;
  "budget.changed": BudgetChanged;
  "changesets.changed": ChangesetsChanged;
  "jobs.changed": JobsChanged;
  "pairings.changed": PairingsChanged;
  resyncRequired: ResyncRequired;
  heartbeat: Heartbeat;
}

/** The name of an event. */
export type EventName = keyof Events;

/** The HTTP status that carries each error code. */
export const ERROR_STATUS: Record<ErrorCode, number> = {
  DS001: 404,
  DS002: 403,
  DS003: 429,
  DS004: 413,
  DS005: 404,
  DS006: 409,
  DS007: 504,
  DS008: 423,
  DS009: 403,
  DS010: 503,
  DS011: 422,
  DS012: 422,
  DS013: 404,
  DS014: 422,
  DS015: 400,
  DS016: 400,
  GEN001: 500,
  GEN002: 503,
  GEN003: 400,
  GEN004: 426,
  GEN005: 503,
  GEN006: 403,
  GEN007: 400,
  GEN008: 401,
  GEN009: 404,
  GEN010: 429,
  GEN011: 500,
};
