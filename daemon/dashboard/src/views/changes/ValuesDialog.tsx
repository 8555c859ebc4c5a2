/** What was sent without an answer, beside the entry as it was before and as it reads now. */
import { useMemo } from "react";
import { useItemValues } from "../../api/changeQueries";
import { ApiError } from "../../api/error";
import { useEntry } from "../../api/queries";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Panels";
import type { ChangeItem } from "../../protocol";
import { t } from "../../text/message";
import { TextDifference, type TextPart } from "./TextDifference";

interface ValuesDialogProps {
  readonly set: string;
  readonly item: ChangeItem;
  readonly connection: string;
  readonly onClose: () => void;
}

export function ValuesDialog({ set, item, connection, onClose }: ValuesDialogProps) {
  const values = useItemValues(set, item.item, item.changedAt, true);
  const { store, scope, key } = item;
  const address = useMemo(() => ({ connection, store, scope, key }), [connection, store, scope, key]);
  const now = useEntry(address, !item.ordered);
  const isGone = now.error instanceof ApiError && now.error.code === "DS005";
  const detail = values.data?.detail;
  const current = isGone ? "" : (now.data?.text ?? null);
  const parts = useMemo((): TextPart[] => {
    if (!detail) {
      return [];
    }
    const before = detail.before?.text ?? "";
    const after = detail.after?.text ?? "";
    return [
      { name: t("values.sent"), before, after },
      ...(current === null ? [] : [{ name: t("values.now"), before: after, after: current }]),
    ];
  }, [detail, current]);
  return (
    <Dialog
      id="values-dialog"
      title={t("values.title", { key })}
      onCancel={onClose}
      wide
      buttons={
        <Button id="values-close" onPress={onClose} autoFocus>
          {t("dialog.close")}
        </Button>
      }
    >
      <p>{t("values.body")}</p>
      {values.error && <Failure id="values-error" error={values.error} onRetry={() => void values.refetch()} />}
      {now.error && !isGone && <Failure id="values-now-error" error={now.error} onRetry={() => void now.refetch()} />}
      <TextDifference parts={parts} whole={false} headed={false} />
    </Dialog>
  );
}
