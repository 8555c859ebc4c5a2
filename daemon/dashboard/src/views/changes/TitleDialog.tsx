/** Another title for a staged set. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keepSet } from "../../api/changeQueries";
import { call } from "../../api/client";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import type { ChangeSet } from "../../protocol";
import { t } from "../../text/message";

const TITLE_LIMIT = 200;

export function TitleDialog({ set, onClose }: { readonly set: ChangeSet; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [title, setTitle] = useState(set.title);
  const [error, setError] = useState<unknown>(null);
  const length = [...title.trim()].length;
  const problem =
    length === 0
      ? t("title.missing")
      : length > TITLE_LIMIT
        ? t("title.tooLong", { limit: TITLE_LIMIT })
        : title.trim() === set.title
          ? t("reason.noChange")
          : null;
  const save = async () => {
    try {
      keepSet(client, (await call("changesets.amend", { set: set.id, title: title.trim() })).set);
      onClose();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      id="title-dialog"
      title={t("title.title")}
      onCancel={onClose}
      buttons={
        <>
          <Button id="title-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button id="title-save" kind="primary" offReason={problem} onPress={() => void save()}>
            {t("title.save")}
          </Button>
        </>
      }
    >
      <TextField
        id="title-text"
        label={t("title.field")}
        value={title}
        onChange={setTitle}
        error={length > TITLE_LIMIT ? problem : null}
        autoFocus
      />
      {error !== null && <Failure id="title-error" error={error} />}
    </Dialog>
  );
}
