/** The line below an entry: size against the limit, tags, metadata, revision, and Save with the environment in it. */
import type { StoredEntry } from "../../api/entries";
import { Button } from "../../components/Button";
import { formatCount, formatSize } from "../../text/format";
import { t } from "../../text/message";
import type { Content } from "./drafts";
import { METADATA_LIMIT, metadataLength } from "./metadataLimits";

interface EntryBarProps {
  readonly entry: StoredEntry;
  readonly content: Content;
  readonly bytes: number;
  readonly limit: number;
  readonly isDrafted: boolean;
  readonly saveReason: string | null;
  /** What pressing Save does: save, stage for review, or open the review. */
  readonly saveText: string;
  readonly mayDiscard: boolean;
  readonly onSave: () => void;
  readonly onDiscard: () => void;
}

export function EntryBar(props: EntryBarProps) {
  const { entry, content, bytes, limit, isDrafted } = props;
  const share = bytes / limit;
  const level = share > 0.95 ? "full" : share > 0.75 ? "high" : "low";
  const length = metadataLength(content.attributesText);
  return (
    <div className="entry-bar">
      <div className="entry-facts">
        <span className="size-meter" data-level={level} title={t("bar.bytes", { bytes: formatCount(bytes) })}>
          <meter id="entry-size" min={0} max={limit} value={bytes} aria-label={t("bar.sizeLabel")} />
          {t("bar.size", { size: formatSize(bytes), limit: formatSize(limit) })}
        </span>
        <span>{t("bar.users", { count: content.userIds.length })}</span>
        <span>{t("bar.metadata", { length: length ?? "–", limit: METADATA_LIMIT })}</span>
        <span title={entry.revision}>
          {t("bar.revision")} <code id="entry-revision">{shortRevision(entry.revision)}</code>
        </span>
      </div>
      <div className="entry-save">
        {isDrafted && props.mayDiscard && (
          <Button id="entry-discard" kind="quiet" onPress={props.onDiscard}>
            {t("entry.discard")}
          </Button>
        )}
        <Button id="entry-save" kind="primary" shortcut="Ctrl+S" offReason={props.saveReason} onPress={props.onSave}>
          {props.saveText}
        </Button>
      </div>
    </div>
  );
}

/** Enough of a revision to tell it from its neighbours; the whole is in the tooltip. */
export function shortRevision(revision: string): string {
  const [, counter = "", time = ""] = revision.split(".");
  return time ? `${counter.replace(/^0+(?=.)/, "")}·${time.slice(-6)}` : revision.slice(-12);
}
