/** Keeps drafts in step with the staged changes that they became. */
import type { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../../api/error";
import { readItem } from "../../api/changeSets";
import { queryNames } from "../../api/queries";
import { link, onEvent, onResync } from "../../api/socket";
import { discardDraft, type Draft, drafts, markStaged } from "./drafts";

export function followStagedDrafts(client: QueryClient): void {
  const look = async (draft: Draft) => {
    const { address, staged } = draft;
    if (!staged) {
      return;
    }
    const found = await readItem(staged.set, staged.item, false).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === "GEN009") {
        return null;
      }
      throw error;
    });
    const state = found?.set.state === "discarded" ? null : (found?.item.state ?? null);
    if (state === "saved") {
      if (!staged.isBehind) {
        discardDraft(address);
      } else {
        markStaged(address, null);
      }
      await client.invalidateQueries({ queryKey: queryNames.entry(address) });
    } else if (state === null || state === "refused" || state === "superseded") {
      markStaged(address, null);
    }
  };
  const lookAt = (isMeant: (draft: Draft) => boolean) => {
    for (const draft of drafts.get().values()) {
      if (draft.staged && isMeant(draft)) {
        // A look that fails is repeated by the next event, or once the link is back.
        void look(draft).catch(() => undefined);
      }
    }
  };
  onEvent("changesets.changed", ({ set }) => lookAt((draft) => draft.staged?.set === set));
  onResync(() => lookAt(() => true));
  // What became of them before this page was opened is told by no event.
  link.subscribe(() => {
    if (link.get().state === "open") {
      lookAt(() => true);
    }
  });
}
