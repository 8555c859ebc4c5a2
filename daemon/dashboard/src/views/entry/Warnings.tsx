/** What may surprise in a value that is kept as it is. */
import { Icon } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import { parsePointer, readablePath } from "../../json/pointer";
import type { ValueWarning } from "../../protocol";
import { t } from "../../text/message";

export function Warnings({ warnings }: { readonly warnings: readonly ValueWarning[] }) {
  if (warnings.length === 0) {
    return null;
  }
  const [first] = warnings;
  if (first && warnings.length === 1) {
    return (
      <p id="entry-warnings" className="warnings warnings-single">
        <Icon name="triangle" />
        <span>
          <Warning warning={first} />
        </span>
      </p>
    );
  }
  return (
    <details id="entry-warnings" className="warnings">
      <summary>
        <Icon name="triangle" /> {t("warnings.title", { count: warnings.length })}
      </summary>
      <ul>
        {warnings.map((warning) => (
          <li key={`${warning.kind} ${warning.path}`}>
            <Warning warning={warning} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Warning({ warning }: { readonly warning: ValueWarning }) {
  return (
    <>
      <SafeText text={readablePath(parsePointer(warning.path)) || t("tree.root")} code />{" "}
      {t(`warnings.${warning.kind}`)}
    </>
  );
}
