/** A set with items that need somebody, or that is being sent, as a line that leads there. */
import { openCount, stateCounts } from "../../changes/counts";
import { Age } from "../../components/Age";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Icon } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import type { ChangeSet, Environment, ItemState } from "../../protocol";
import { formatRoute } from "../../routing/route";
import { formatCount } from "../../text/format";
import { t } from "../../text/message";

const TOLD: ReadonlySet<ItemState> = new Set(["unknown", "conflict", "sending", "queued"]);

interface OpenSetLineProps {
  readonly set: ChangeSet;
  /** The connection's name. */
  readonly connection: string;
  /** Told where lines of several connections stand together. */
  readonly environment?: Environment;
}

export function OpenSetLine({ set, connection, environment }: OpenSetLineProps) {
  return (
    <li className="attention-line" data-set={set.id} data-open={openCount(set.counts)}>
      {environment && (
        <>
          <EnvironmentMark environment={environment} />
          <SafeText text={connection} />
        </>
      )}
      <a href={formatRoute({ view: set.state === "staged" ? "changes" : "history", connection, set: set.id })}>
        <SafeText text={set.title} />
      </a>
      {stateCounts(set.counts)
        .filter(({ state }) => TOLD.has(state))
        .map(({ state, count }) => (
          <span key={state} className={`state-chip state-${state}`}>
            <Icon name={state === "unknown" ? "question" : state === "conflict" ? "triangle" : "clock"} size={12} />
            {t(`itemState.${state}`)} {formatCount(count)}
          </span>
        ))}
      <span className="muted">
        <Age time={set.committedAt ?? set.createdAt} />
      </span>
    </li>
  );
}
