/** The operations this dashboard calls by their generated types, and those whose bodies stay text. */
import type * as Protocol from "../protocol";

/** Operations that carry saved values; their bodies are handled as text (see `entries.ts`). */
export type ValueOperationName =
  | "entries.get"
  | "entries.set"
  | "entries.edit"
  | "entries.import"
  | "entries.export"
  | "revisions.get"
  | "changesets.propose"
  | "changesets.get"
  | "memory.listItems"
  | "memory.getItem"
  | "memory.setItem"
  | "memory.enqueue"
  | "memory.dequeue";

export type OperationName = Exclude<Protocol.OperationName, ValueOperationName>;

export type Request<Name extends OperationName> = Protocol.Operations[Name]["request"];
export type Response<Name extends OperationName> = Protocol.Operations[Name]["response"];
