/** How players are asked for, and the keys under which games usually save them. Knows no page. */

/** The shortest name an account can have (`roblox-apis.md` §3.6 asks Roblox for whole names only). */
const SHORTEST_NAME = 3;

/** What was typed behind `@`, or null when it names no player. */
export function playerTyped(text: string): string | null {
  const name = text.startsWith("@") ? text.slice(1).trim() : "";
  return name.length >= SHORTEST_NAME || /^\d+$/.test(name) ? name : null;
}

/** Beginnings of the keys that games use for a player, the usual one first. */
export function keyPrefixes(player: { readonly id: string }): readonly string[] {
  return [`Player_${player.id}`, player.id];
}
