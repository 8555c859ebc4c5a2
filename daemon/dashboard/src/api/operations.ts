/** The operations this dashboard uses, with the generated types of their requests and answers. */
import type * as Protocol from "../protocol";

export interface Operations {
  "system.status": [Protocol.SystemStatusRequest, Protocol.SystemStatusResponse];
  "connections.list": [Protocol.ConnectionsListRequest, Protocol.ConnectionsListResponse];
  "connections.select": [Protocol.ConnectionsSelectRequest, Protocol.ConnectionsSelectResponse];
  "connections.removeSample": [Protocol.ConnectionsRemoveSampleRequest, Protocol.ConnectionsRemoveSampleResponse];
  "datastores.list": [Protocol.DatastoresListRequest, Protocol.DatastoresListResponse];
  "keys.list": [Protocol.KeysListRequest, Protocol.KeysListResponse];
  "entries.rows": [Protocol.EntriesRowsRequest, Protocol.EntriesRowsResponse];
  "entries.remove": [Protocol.EntriesRemoveRequest, Protocol.EntriesRemoveResponse];
  "revisions.list": [Protocol.RevisionsListRequest, Protocol.RevisionsListResponse];
  "revisions.restore": [Protocol.RevisionsRestoreRequest, Protocol.EntryWritten];
  "ordered.list": [Protocol.OrderedListRequest, Protocol.OrderedListResponse];
  "ordered.set": [Protocol.OrderedSetRequest, Protocol.OrderedEntry];
  "ordered.increment": [Protocol.OrderedIncrementRequest, Protocol.OrderedEntry];
  "ordered.remove": [Protocol.OrderedRemoveRequest, Protocol.OrderedRemoveResponse];
  "tokens.create": [Protocol.TokensCreateRequest, Protocol.TokensCreateResponse];
  "tokens.list": [Protocol.TokensListRequest, Protocol.TokensListResponse];
  "tokens.revoke": [Protocol.TokensRevokeRequest, Protocol.TokensRevokeResponse];
  "sessions.openTab": [Protocol.SessionsOpenTabRequest, Protocol.SessionsOpenTabResponse];
  "sessions.end": [Protocol.SessionsEndRequest, Protocol.SessionsEndResponse];
  "studio.list": [Protocol.StudioListRequest, Protocol.StudioListResponse];
  "studio.approve": [Protocol.StudioApproveRequest, Protocol.StudioApproveResponse];
  "studio.refuse": [Protocol.StudioRefuseRequest, Protocol.StudioRefuseResponse];
}

export type OperationName = keyof Operations;

/** Operations that carry saved values; their bodies are handled as text (see `entries.ts`). */
export type ValueOperationName = "entries.get" | "entries.set" | "entries.edit" | "revisions.get";
