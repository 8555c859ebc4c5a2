/** Which scope is listed: all, a known one, or one typed when there are too many to offer. */
import { useState } from "react";
import { t } from "../../text/message";

const ALL = "\u0000all";
const OTHER = "\u0000other";

interface ScopeChoiceProps {
  readonly id: string;
  readonly scope: string | undefined;
  readonly scopes: readonly string[];
  readonly moreScopes: boolean;
  /** Ordered stores are listed one scope at a time. */
  readonly withoutAll?: boolean;
  readonly onChoose: (scope: string | undefined) => void;
}

export function ScopeChoice({ id, scope, scopes, moreScopes, withoutAll, onChoose }: ScopeChoiceProps) {
  const [typing, setTyping] = useState(false);
  if (typing) {
    return (
      <input
        id={`${id}-typed`}
        className="input scope-choice"
        aria-label={t("scope.typed")}
        placeholder={t("scope.typed")}
        // biome-ignore lint/a11y/noAutofocus: the person just chose to type a scope here
        autoFocus
        onBlur={() => setTyping(false)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && event.currentTarget.value) {
            onChoose(event.currentTarget.value);
            setTyping(false);
          } else if (event.key === "Escape") {
            setTyping(false);
          }
        }}
      />
    );
  }
  const offered = scope !== undefined && !scopes.includes(scope) ? [scope, ...scopes] : scopes;
  return (
    <select
      id={id}
      className="input scope-choice"
      aria-label={t("scope.label")}
      value={scope ?? ALL}
      onChange={(event) => {
        if (event.target.value === OTHER) {
          setTyping(true);
        } else {
          onChoose(event.target.value === ALL ? undefined : event.target.value);
        }
      }}
    >
      {!withoutAll && <option value={ALL}>{t("scope.all")}</option>}
      {offered.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
      {moreScopes && <option value={OTHER}>{t("scope.other")}</option>}
    </select>
  );
}
