/** The items that only a person can bring further, above all others: unknown outcomes first, then conflicts. */
import { useQuery } from "@tanstack/react-query";
import { changeNames } from "../../api/changeQueries";
import { readItems } from "../../api/changeSets";
import { openCount } from "../../changes/counts";
import { Button } from "../../components/Button";
import { SafeText } from "../../components/SafeText";
import type { ChangeItem, ChangeSet, ItemState } from "../../protocol";
import { t } from "../../text/message";
import { ItemDeeds } from "./ItemDeeds";
import { StateChip } from "./marks";

const SHOWN = 3;

interface AttentionProps {
  readonly set: ChangeSet;
  /** The connection's name. */
  readonly connection: string;
  readonly onChoose: (item: number) => void;
  readonly onFilter: (state: ItemState) => void;
}

export function Attention({ set, connection, onChoose, onFilter }: AttentionProps) {
  const unknown = useOpenItems(set, "unknown");
  const conflicts = useOpenItems(set, "conflict");
  const items = [...unknown, ...conflicts].slice(0, SHOWN);
  const count = openCount(set.counts);
  if (count === 0) {
    return null;
  }
  return (
    <section id="review-attention" className="attention" aria-labelledby="review-attention-title" data-count={count}>
      <h2 id="review-attention-title">{t("attention.title")}</h2>
      <ul>
        {items.map((item) => (
          <Line key={item.item} set={set} item={item} connection={connection} onChoose={onChoose} />
        ))}
      </ul>
      {count > items.length && (
        <p className="attention-more">
          {t("attention.more", { shown: items.length, count })}
          {(["unknown", "conflict"] as const)
            .filter((state) => set.counts[state] > 0)
            .map((state) => (
              <Button key={state} id={`attention-show-${state}`} kind="quiet" onPress={() => onFilter(state)}>
                {t(`attention.show.${state}`, { count: set.counts[state] })}
              </Button>
            ))}
        </p>
      )}
    </section>
  );
}

interface LineProps {
  readonly set: ChangeSet;
  readonly item: ChangeItem;
  readonly connection: string;
  readonly onChoose: (item: number) => void;
}

function Line({ set, item, connection, onChoose }: LineProps) {
  return (
    <li className="attention-line" data-item={item.item} data-state={item.state}>
      <StateChip state={item.state} />
      <button type="button" className="link attention-key" onClick={() => onChoose(item.item)}>
        <SafeText text={`${item.store} › ${item.scope} › ${item.key}`} />
      </button>
      {item.state === "unknown" && <span className="muted">{t("unknown.note")}</span>}
      <ItemDeeds set={set} item={item} connection={connection} idPrefix="attention" />
    </li>
  );
}

function useOpenItems(set: ChangeSet, state: "unknown" | "conflict"): readonly ChangeItem[] {
  const { data } = useQuery({
    // Beside the items themselves, so that what refreshes them refreshes this.
    queryKey: [...changeNames.items(set.id), "open", state, set.counts[state]],
    queryFn: async ({ signal }) => (await readItems({ set: set.id, state, limit: SHOWN }, signal)).items,
    enabled: set.counts[state] > 0,
  });
  return set.counts[state] > 0 ? (data ?? []) : [];
}
