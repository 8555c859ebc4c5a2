/** Finds players by name or account id. */
import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Response } from "../api/operations";
import { errorText } from "../text/errors";
import { t } from "../text/message";

export type Player = Response<"players.find">["players"][number];

/** The players called so; nothing is asked while `player` is null. */
export function usePlayers(connection: string, player: string | null) {
  return useQuery({
    queryKey: ["players", connection, player],
    queryFn: async ({ signal }) => (await call("players.find", { connection, player: player ?? "" }, signal)).players,
    enabled: player !== null && connection !== "",
    gcTime: 300_000,
  });
}

/** What is to be said while there is no player to show: what to type, that it is looked for, or that nobody is found. */
export function playersNote(asked: string | null, read: ReturnType<typeof usePlayers>): string | null {
  if (asked === null) {
    return t("players.typeName");
  }
  if (read.error) {
    return errorText(read.error).title;
  }
  if (read.isPending) {
    return t("players.looking", { name: asked });
  }
  return read.data.length === 0 ? t("players.none", { name: asked }) : null;
}
