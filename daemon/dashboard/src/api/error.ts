/** How a request fails. */
import type { ErrorCode } from "../protocol";

/** A refusal by the daemon, or `GEN002` when it cannot be reached. Branch on `code` only. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
  }
}

/** A person stopped the reading before the answer came. */
export class ReadingStopped extends Error {
  constructor() {
    super("reading was stopped");
  }
}
