/**
 * Turns changes into staged ones, and opens their review. What one browser stages in a connection gathers in one set until
 * that is committed or discarded, so that edits of several entries are reviewed together.
 */
import { ApiError } from "../api/error";
import { type Proposal, propose, readItems } from "../api/changeSets";
import { useChangeSet } from "../api/changeQueries";
import { Cell, useCell } from "../cell";
import { showToast } from "../components/Toasts";
import type { ChangeSet, Connection } from "../protocol";
import { navigate } from "../routing/navigation";
import { errorText } from "../text/errors";
import { t } from "../text/message";

const STORAGE_KEY = "dsmp.reviewSets";

/** By connection, by id: the set in which changes gather. Nothing in it but ids. */
const reviewSets = new Cell<ReadonlyMap<string, string>>(readStored());

function readStored(): ReadonlyMap<string, string> {
  try {
    return new Map(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]") as [string, string][]);
  } catch {
    return new Map();
  }
}

function keepReviewSet(connection: string, set: string): void {
  reviewSets.set(new Map(reviewSets.get()).set(connection, set));
  localStorage.setItem(STORAGE_KEY, JSON.stringify([...reviewSets.get()]));
}

/** The set in which changes of a connection gather, while it can take more. */
export function useReviewSet(connection: Connection | null): ChangeSet | null {
  const id = useCell(reviewSets).get(connection?.id ?? "") ?? null;
  const { data } = useChangeSet(id);
  return data && takesMore(data, connection?.id ?? "") ? data : null;
}

function takesMore(set: ChangeSet, connection: string): boolean {
  return set.state === "staged" && set.connection === connection && set.undoOf == null;
}

async function openSet(connection: Connection): Promise<string | null> {
  const id = reviewSets.get().get(connection.id);
  if (!id) {
    return null;
  }
  try {
    const { set } = await readItems({ set: id, limit: 1 });
    return takesMore(set, connection.id) ? id : null;
  } catch (error) {
    if (error instanceof ApiError && error.code !== "GEN002") {
      return null;
    }
    throw error;
  }
}

export interface StagedChange {
  readonly set: ChangeSet;
  readonly item: number;
}

/** Stages one change; null when it would change nothing. Another change of the same entry gives way to it. */
export async function stage(connection: Connection, proposal: Proposal): Promise<StagedChange | null> {
  const known = await openSet(connection);
  const answer = await propose({ connection: connection.id, replace: true, ...(known ? { set: known } : {}) }, [
    proposal,
  ]);
  const [outcome] = answer.outcomes;
  if (outcome?.code) {
    throw new ApiError(outcome.code, outcome.message ?? "", null);
  }
  if (!answer.set || outcome?.item == null) {
    return null;
  }
  keepReviewSet(connection.id, answer.set.id);
  return { set: answer.set, item: outcome.item };
}

/** Stages one change and opens its review; what stands in the way is told in a note. */
export async function stageAndReview(connection: Connection, proposal: Proposal): Promise<boolean> {
  try {
    const staged = await stage(connection, proposal);
    if (staged) {
      openReview(connection.name, staged.set.id, staged.item);
    } else {
      showToast({ kind: "success", text: t("review.nothing", { key: proposal.key }) });
    }
    return staged !== null;
  } catch (error) {
    const { title, body } = errorText(error);
    showToast({ kind: "error", text: [title, body].filter(Boolean).join(" ") });
    return false;
  }
}

/** Opens the review of a set, at one of its items. */
export function openReview(connection: string, set: string, item?: number): void {
  navigate({ view: "changes", connection, set, ...(item === undefined ? {} : { item }) });
}
