/** The limits of items of a sorted map (`roblox-apis.md` §3.2). */
export const VALUE_LIMIT_BYTES = 32_768;
export const LONGEST_LIFE_SECONDS = 3_888_000;
const NAME_LIMIT = 127;

export function itemNameProblem(name: string): boolean {
  return name === "" || [...name].length > NAME_LIMIT;
}

export function sortKeyProblem(kind: "text" | "number", text: string): boolean {
  return kind === "text"
    ? text === "" || [...text].length > NAME_LIMIT
    : text.trim() === "" || !Number.isFinite(Number(text));
}

/** Whether a number of seconds is not from one second to 45 days. */
export function lifetimeProblem(text: string): boolean {
  return !/^\d{1,7}$/.test(text) || Number(text) < 1 || Number(text) > LONGEST_LIFE_SECONDS;
}
