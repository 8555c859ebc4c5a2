/** All shortcuts that work where one is, and those of lists. */
import { useCell } from "../cell";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { t } from "../text/message";
import { commands } from "./commands";

const LIST_KEYS = [
  ["shortcuts.move", "↑ ↓ Page Home End"],
  ["shortcuts.open", "Enter"],
  ["shortcuts.branches", "← →"],
  ["shortcuts.edit", "Enter F2"],
  ["shortcuts.add", "Insert"],
  ["shortcuts.remove", "Delete"],
  ["shortcuts.hold", "Space"],
  ["shortcuts.cancel", "Esc"],
] as const;

export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  const offered = useCell(commands).filter((command) => command.shortcut);
  return (
    <Dialog
      id="shortcuts-dialog"
      title={t("shortcuts.title")}
      onCancel={onClose}
      wide
      buttons={
        <Button id="shortcuts-close" onPress={onClose} autoFocus>
          {t("dialog.close")}
        </Button>
      }
    >
      <div className="shortcut-columns">
        <dl className="shortcut-list">
          {offered.map((command) => (
            <div key={command.id}>
              <dt>{command.title}</dt>
              <dd>
                <kbd>{command.shortcut}</kbd>
              </dd>
            </div>
          ))}
        </dl>
        <dl className="shortcut-list">
          {LIST_KEYS.map(([name, keys]) => (
            <div key={name}>
              <dt>{t(name)}</dt>
              <dd>
                <kbd>{keys}</kbd>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}
