/** One row of the tree of data stores. */
import { useNow } from "../../components/Age";
import { Button } from "../../components/Button";
import { Icon, type IconName } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import { formatCount, formatExact } from "../../text/format";
import { t } from "../../text/message";
import { daysLeft, type Group, type Node, rowKind } from "./storeNodes";

const ICONS: Readonly<Record<Group | "queue", IconName>> = {
  standard: "table",
  ordered: "sorted",
  memory: "memory",
  queue: "queue",
  deleted: "trash",
};

const DAY_STEP_MS = 60_000;

export function nodeId(id: string): string {
  return `stores-node-${id}`;
}

interface TreeNodeProps {
  readonly node: Node;
  readonly chosen: boolean;
  readonly stop: boolean;
  readonly count: number | null;
  readonly undeleteReason: string | null;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
  readonly onTakeOff: () => void;
}

export function TreeNode({ node, chosen, stop, count, undeleteReason, onFocus, onOpen, onTakeOff }: TreeNodeProps) {
  const shared = { id: nodeId(node.id), role: "treeitem", tabIndex: stop ? 0 : -1, onClick: onOpen, onFocus } as const;
  switch (node.type) {
    case "group":
      return (
        <div {...shared} className="tree-group" aria-level={1} aria-expanded={node.expanded} aria-selected={false}>
          <Icon name={node.expanded ? "chevronDown" : "chevronRight"} size={12} />
          {t(`stores.${node.group}`)}
          {count !== null && <span className="tree-count">{formatCount(count)}</span>}
        </div>
      );
    case "more":
      return (
        <div {...shared} className="tree-more" aria-level={2} aria-selected={false}>
          {t("stores.more", { count: node.shown })}
        </div>
      );
    case "add":
      return (
        <div {...shared} className="tree-more" aria-level={2} aria-selected={false}>
          <Icon name="plus" size={12} /> {t(`stores.add.${node.kind}`)}
        </div>
      );
    case "note":
      return (
        <div {...shared} className="tree-note" aria-level={2} aria-selected={false} data-note={node.note}>
          {t(`stores.deleted.${node.note}`)}
        </div>
      );
    case "store": {
      const kind = rowKind(node.group, node.store);
      return (
        <div
          {...shared}
          className={node.group === "deleted" ? "tree-node tree-deleted" : "tree-node"}
          aria-level={2}
          aria-selected={chosen}
          aria-posinset={node.position}
          aria-setsize={node.setSize}
          data-store={node.store.name}
          data-group={node.group}
          data-kind={kind}
          title={node.store.name}
        >
          <Icon name={ICONS[kind]} />
          <span className="tree-name">
            <SafeText text={node.store.name} />
          </span>
          {kind === "queue" && <span className="tree-count">{t("stores.queueWord")}</span>}
          {node.store.keyCount !== null && <span className="tree-count">{formatCount(node.store.keyCount)}</span>}
          {node.group === "deleted" && (
            <>
              {node.store.expiresAt && <DaysLeft expiresAt={node.store.expiresAt} />}
              <Button
                id={`stores-restore-${node.store.name}`}
                kind="quiet"
                icon="restore"
                label={t("stores.restore", { store: node.store.name })}
                offReason={undeleteReason}
                inComposite
                onPress={onOpen}
              />
            </>
          )}
          {node.store.added && (
            <Button
              id={`stores-take-off-${kind}-${node.store.name}`}
              kind="quiet"
              icon="cross"
              label={t("stores.takeOff", { store: node.store.name })}
              inComposite
              onPress={onTakeOff}
            />
          )}
        </div>
      );
    }
  }
}

function DaysLeft({ expiresAt }: { readonly expiresAt: string }) {
  const now = useNow(DAY_STEP_MS);
  return (
    <span className="tree-count" title={formatExact(expiresAt)}>
      {t("stores.daysLeft", { count: daysLeft(expiresAt, now) })}
    </span>
  );
}
