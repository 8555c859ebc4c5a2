/** Where the entry is: environment, data store, scope, key and field; each part leads there. */
import { Age } from "../../components/Age";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Icon } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import { parsePointer, readablePath } from "../../json/pointer";
import type { Environment } from "../../protocol";
import { formatRoute } from "../../routing/route";
import { t } from "../../text/message";
import type { EntryRoute } from "./EntryPanel";

interface BreadcrumbProps {
  readonly route: EntryRoute;
  readonly environment: Environment;
  readonly changedAt: string | null;
}

export function Breadcrumb({ route, environment, changedAt }: BreadcrumbProps) {
  const { connection, store, entry } = route;
  const field = entry.path ? readablePath(parsePointer(entry.path)) : null;
  const { path: _path, ...whole } = entry;
  return (
    <nav className="breadcrumb" aria-label={t("breadcrumb.label")}>
      <ol>
        <li>
          <a href={formatRoute({ view: "stores", connection })}>
            <EnvironmentMark environment={environment} />
          </a>
        </li>
        <Part href={formatRoute({ view: "standard", connection, store })} text={store} />
        <Part href={formatRoute({ view: "standard", connection, store, scope: entry.scope })} text={entry.scope} />
        <Part href={formatRoute({ ...route, entry: whole })} text={entry.key} strong />
        {field && (
          <li id="entry-field">
            <Icon name="chevronRight" size={12} />
            <SafeText text={field} code />
          </li>
        )}
      </ol>
      {changedAt && (
        <span className="breadcrumb-age">
          {t("bar.changed")} <Age time={changedAt} />
        </span>
      )}
    </nav>
  );
}

function Part({ href, text, strong }: { readonly href: string; readonly text: string; readonly strong?: boolean }) {
  return (
    <li className={strong ? "breadcrumb-strong" : undefined}>
      <Icon name="chevronRight" size={12} />
      <a href={href}>
        <SafeText text={text} />
      </a>
    </li>
  );
}
