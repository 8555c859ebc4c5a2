/** The sets of a connection that wait for review or are being sent. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeNames, useChangeSets } from "../../api/changeQueries";
import { stopReading } from "../../api/queries";
import { settledCount } from "../../changes/counts";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { useAccess, useLock } from "../../connections/useAccess";
import type { ChangeSet, Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { formatRoute } from "../../routing/route";
import { t } from "../../text/message";
import { ProgressBar } from "../jobs/ProgressBar";
import { DiscardDialog } from "./DiscardDialog";

export function StagedSets({ connection }: { readonly connection: Connection }) {
  const client = useQueryClient();
  const staged = useChangeSets(connection.id, "staged");
  const committing = useChangeSets(connection.id, "committing");
  const isLocked = useLock(connection).state === "locked";
  const { reason } = useAccess(connection, "WRITE_DATA", undefined, undefined, true);
  const [asked, setAsked] = useState<ChangeSet | null>(null);
  const sets = [committing, staged].flatMap((read) => read.data?.pages.flatMap((page) => page.sets) ?? []);
  const isPending = staged.isPending || committing.isPending;
  const error = staged.error ?? committing.error;
  return (
    <ViewRoot
      name="changes"
      label={t("changes.staged")}
      state={stateOf({ isPending, error }, sets.length === 0)}
      readOnly={isLocked}
      environment={connection.environment}
    >
      <p className="muted changes-target">
        <EnvironmentMark environment={connection.environment} /> {t("changes.explain")}
      </p>
      {isPending && (
        <Skeleton
          rows={4}
          label={t("changes.reading")}
          cancel={{ id: "changes-cancel", run: () => stopReading(client, changeNames.lists()) }}
        />
      )}
      {error && sets.length === 0 && (
        <Failure
          id="changes-error"
          error={error}
          onRetry={() => {
            void staged.refetch();
            void committing.refetch();
          }}
        />
      )}
      {!isPending && !error && sets.length === 0 && (
        <Empty
          icon="changes"
          title={t("changes.none")}
          action={
            <Button
              id="changes-to-explorer"
              kind="primary"
              icon="explorer"
              onPress={() => navigate({ view: "stores", connection: connection.name })}
            >
              {t("command.goExplorer")}
            </Button>
          }
        >
          {t("changes.noneBody")}
        </Empty>
      )}
      {sets.length > 0 && (
        <ul id="changes-list" className="set-list">
          {sets.map((set) => (
            <SetCard
              key={set.id}
              set={set}
              connection={connection}
              discardReason={reason}
              onDiscard={() => setAsked(set)}
            />
          ))}
        </ul>
      )}
      {staged.hasNextPage && (
        <Button id="changes-more" onPress={() => void staged.fetchNextPage()}>
          {t("changes.more")}
        </Button>
      )}
      {asked && (
        <DiscardDialog
          set={asked}
          onClose={() => setAsked(null)}
          onDiscarded={() => {
            setAsked(null);
            document.querySelector<HTMLElement>("#content h1[tabindex]")?.focus();
          }}
        />
      )}
    </ViewRoot>
  );
}

interface SetCardProps {
  readonly set: ChangeSet;
  readonly connection: Connection;
  readonly discardReason: string | null;
  readonly onDiscard: () => void;
}

function SetCard({ set, connection, discardReason, onDiscard }: SetCardProps) {
  const isStaged = set.state === "staged";
  const target = { view: "changes" as const, connection: connection.name, set: set.id };
  return (
    <li className="set-card" data-set={set.id} data-state={set.state}>
      <div className="set-card-text">
        <a className="set-card-title" href={formatRoute(target)}>
          <SafeText text={set.title} />
        </a>
        <p className="muted">
          {t("review.entries", { count: set.counts.total })} {t("review.inStores", { count: set.stores })} ·{" "}
          {t("review.stagedBy", { person: set.createdBy })} <Age time={set.createdAt} />
          {set.removals > 0 && <> · {t("review.removals", { count: set.removals })}</>}
          {set.reason && (
            <>
              {" · "}
              <SafeText text={set.reason} />
            </>
          )}
        </p>
        {!isStaged && (
          <ProgressBar
            id={`changes-progress-${set.id}`}
            label={t("review.progress")}
            done={settledCount(set.counts)}
            total={set.counts.total}
          />
        )}
      </div>
      <div className="set-card-deeds">
        {isStaged && (
          <Button
            id={`changes-discard-${set.id}`}
            kind="quiet"
            icon="trash"
            offReason={discardReason}
            onPress={onDiscard}
          >
            {t("review.discard")}
          </Button>
        )}
        <Button id={`changes-open-${set.id}`} kind="primary" icon="changes" onPress={() => navigate(target)}>
          {t(isStaged ? "review.word" : "review.watch")}
        </Button>
      </div>
    </li>
  );
}
