/** The limits of reading a queue, and of its items (`roblox-apis.md` §3.2). */
export const READ_LIMIT = 200;

/** Whether a number of items is not from 1 to 200. */
export function countProblem(text: string): boolean {
  return !/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > READ_LIMIT;
}

/** Whether a text is no finite number. */
export function priorityProblem(text: string): boolean {
  return text.trim() === "" || !Number.isFinite(Number(text));
}
