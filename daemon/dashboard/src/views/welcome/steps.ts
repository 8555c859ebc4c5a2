/** The steps of connecting a universe, in their order. */
export const STEPS = ["secrets", "key", "permissions", "environment"] as const;

export type Step = (typeof STEPS)[number];
