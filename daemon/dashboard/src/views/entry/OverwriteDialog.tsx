/** Replacing what others saved by a whole draft: the entry's key is typed to confirm (effect E2). */
import { useState } from "react";
import type { Address } from "../../api/entries";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { isKeyTyped, TypedKey } from "../../components/TypedKey";
import type { Environment } from "../../protocol";
import { t } from "../../text/message";

interface OverwriteDialogProps {
  readonly address: Pick<Address, "store" | "scope" | "key">;
  readonly environment: Environment;
  /** Whether it is staged for review instead of written at once. */
  readonly reviewed?: boolean;
  readonly error: unknown;
  readonly onBack: () => void;
  readonly onOverwrite: () => void;
}

export function OverwriteDialog(props: OverwriteDialogProps) {
  const { address, environment, error, onBack, onOverwrite } = props;
  const [typed, setTyped] = useState("");
  return (
    <Dialog
      id="overwrite-dialog"
      title={t("conflict.overwriteTitle", { key: address.key })}
      alert
      onCancel={onBack}
      buttons={
        <>
          <Button id="overwrite-cancel" onPress={onBack}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="overwrite-confirm"
            kind="danger"
            offReason={isKeyTyped(typed, address.key) ? null : t("remove.typeKey")}
            onPress={onOverwrite}
          >
            {props.reviewed
              ? t("review.open", { count: 1 })
              : t("conflict.overwriteNow", { environment: environmentWord(environment) })}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={`${address.store} › ${address.scope} › ${address.key}`} code />
      </p>
      <p>{t("conflict.overwriteBody")}</p>
      <TypedKey id="overwrite-key" typed={typed} entryKey={address.key} onChange={setTyped} />
      {error !== null && <Failure id="overwrite-error" error={error} />}
    </Dialog>
  );
}
