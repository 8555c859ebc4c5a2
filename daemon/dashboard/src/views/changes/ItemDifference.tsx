/** What one item of a change set does to its entry: as a tree of places, or as text. */
import { useMemo } from "react";
import type { StoredDetail } from "../../api/changeSets";
import { stopReading } from "../../api/queries";
import { changeNames, useChangeItem, useItemValues } from "../../api/changeQueries";
import { useQueryClient } from "@tanstack/react-query";
import { Age } from "../../components/Age";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { Tabs } from "../../components/Tabs";
import type { ChangeItem } from "../../protocol";
import { formatRoute } from "../../routing/route";
import { errorText } from "../../text/errors";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import { ApiError } from "../../api/error";
import { ItemDeeds } from "./ItemDeeds";
import { KindMark, effectKind, StateChip } from "./marks";
import { TextDifference, type TextPart } from "./TextDifference";
import { type BesideDifference, placesOf, tagPlaces, TreeDifference } from "./TreeDifference";

/** Entries up to this size are read whole at once; larger ones when their text is asked for. */
const READ_AT_ONCE_BYTES = 65_536;
/** Texts above this are compared by places only. */
const TEXT_LIMIT_BYTES = 1_048_576;

export type DifferenceView = "tree" | "text";

interface ItemDifferenceProps {
  /** The connection's name. */
  readonly connection: string;
  readonly set: string;
  readonly number: number;
  readonly view: DifferenceView;
  readonly onView: (view: DifferenceView) => void;
  readonly whole: boolean;
  readonly onWhole: (whole: boolean) => void;
}

export function ItemDifference(props: ItemDifferenceProps) {
  const { connection, set, number, view } = props;
  const client = useQueryClient();
  const read = useChangeItem(set, number);
  if (read.isPending) {
    return (
      <Skeleton
        rows={6}
        label={t("difference.reading")}
        cancel={{ id: "difference-cancel", run: () => stopReading(client, changeNames.item(set, number)) }}
      />
    );
  }
  if (read.error) {
    return <Failure id="difference-error" error={read.error} onRetry={() => void read.refetch()} />;
  }
  if (!read.data) {
    return <Empty icon="changes" title={t("difference.gone")} />;
  }
  const { item, detail } = read.data;
  return (
    <>
      <ItemHead item={item} connection={connection} set={read.data.set} />
      <div className="difference-bar">
        <Tabs
          id="difference-view"
          label={t("difference.views")}
          kind="segments"
          tabs={[
            { name: "tree", text: t("value.tree") },
            { name: "text", text: t("difference.textWord") },
          ]}
          chosen={view}
          onChoose={props.onView}
          panelId="difference-panel"
        />
        {view === "text" && (
          <label className="check">
            <input
              id="difference-whole"
              type="checkbox"
              checked={props.whole}
              onChange={(event) => props.onWhole(event.target.checked)}
            />
            {t("difference.whole")}
          </label>
        )}
        <span className="muted difference-sizes">
          {item.sizeBefore != null && formatSize(item.sizeBefore)}
          {item.sizeBefore != null && item.sizeAfter != null && " → "}
          {item.sizeAfter != null && formatSize(item.sizeAfter)}
        </span>
      </div>
      <div
        id="difference-panel"
        className="difference-panel"
        role="tabpanel"
        aria-labelledby={`difference-view-${view}`}
        aria-busy={read.isPlaceholderData}
      >
        <Difference item={item} detail={detail} set={set} view={view} whole={props.whole} />
      </div>
    </>
  );
}

function ItemHead({
  item,
  connection,
  set,
}: {
  readonly item: ChangeItem;
  readonly connection: string;
  readonly set: React.ComponentProps<typeof ItemDeeds>["set"];
}) {
  const { store, scope, key, ordered, state, code, message } = item;
  return (
    <header className="difference-head" data-item={item.item} data-state={state}>
      <div className="difference-title">
        <KindMark kind={effectKind(item.effect)} />
        <h2 id="difference-title">
          {ordered ? (
            <SafeText text={key} />
          ) : (
            <a
              id="difference-open"
              href={formatRoute({
                view: "standard",
                connection,
                store,
                entry: { scope, key, tab: "value", view: "tree" },
              })}
            >
              <SafeText text={key} />
            </a>
          )}
        </h2>
        <span className="muted">{t(`effect.${item.effect}`)}</span>
        <StateChip state={state} />
      </div>
      <p className="muted difference-place">
        <SafeText text={`${store} › ${scope}`} />
        {item.revision && (
          <>
            {" · "}
            {t("bar.revision")} <code>{item.revision}</code>
          </>
        )}
        {state !== "staged" && (
          <>
            {" · "}
            <Age time={item.changedAt} />
          </>
        )}
      </p>
      {state === "unknown" && <p className="state-note state-unknown">{t("unknown.note")}</p>}
      {code && state !== "unknown" && (
        <p id="difference-problem" className="state-note" data-code={code}>
          {errorText(new ApiError(code, message ?? "", null)).title}
          {message && <span className="muted"> {t("difference.daemon", { message })}</span>}
        </p>
      )}
      {!item.conditional && state === "staged" && <p className="muted">{t("difference.unconditional")}</p>}
      <ItemDeeds set={set} item={item} connection={connection} />
    </header>
  );
}

interface DifferenceProps {
  readonly item: ChangeItem;
  readonly detail: StoredDetail;
  readonly set: string;
  readonly view: DifferenceView;
  readonly whole: boolean;
}

function Difference({ item, detail, set, view, whole }: DifferenceProps) {
  const bytes = (item.sizeBefore ?? 0) + (item.sizeAfter ?? 0);
  const isWanted = view === "text" || item.userIdsChanged || item.attributesChanged || bytes <= READ_AT_ONCE_BYTES;
  const isTooLarge = view === "text" && bytes > TEXT_LIMIT_BYTES;
  const values = useItemValues(set, item.item, item.changedAt, isWanted && !isTooLarge);
  const images = values.data?.detail;
  const beside = useMemo((): BesideDifference[] => {
    if (!images) {
      return [];
    }
    const tags = tagPlaces(images.before?.userIds ?? [], images.after?.userIds ?? []);
    const attributes = placesOf(images.before?.attributesText ?? "{}", images.after?.attributesText ?? "{}");
    return [
      ...(tags.length > 0 ? [{ name: "userIds" as const, differences: tags }] : []),
      ...(attributes.length > 0 ? [{ name: "attributes" as const, differences: attributes }] : []),
    ];
  }, [images]);
  const parts = useMemo((): TextPart[] => (images ? partsOf(images) : []), [images]);
  if (view === "tree") {
    return <TreeDifference detail={detail} beside={item.ordered ? [] : beside} />;
  }
  if (isTooLarge) {
    return (
      <>
        <p className="muted">{t("difference.tooLarge", { limit: formatSize(TEXT_LIMIT_BYTES) })}</p>
        <TreeDifference detail={detail} beside={[]} />
      </>
    );
  }
  if (values.error) {
    return <Failure id="difference-values-error" error={values.error} onRetry={() => void values.refetch()} />;
  }
  return <TextDifference parts={item.ordered ? parts.slice(0, 1) : parts} whole={whole} />;
}

/** The entry's parts as texts before and after; where there is no entry there is no text. */
function partsOf({ before, after }: StoredDetail): TextPart[] {
  return [
    { name: t("entry.value"), before: before?.text ?? "", after: after?.text ?? "" },
    {
      name: t("users.title"),
      before: before?.userIds.join("\n") ?? "",
      after: after?.userIds.join("\n") ?? "",
      isPlain: true,
    },
    { name: t("metadata.title"), before: before?.attributesText ?? "", after: after?.attributesText ?? "" },
  ];
}
