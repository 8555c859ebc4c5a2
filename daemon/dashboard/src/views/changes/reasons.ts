/** How long a reason may be, in characters. */
export const REASON_LIMIT = 1_000;
