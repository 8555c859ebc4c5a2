/** The connections there are, and what is kept as a draft. */
import { useQueryClient } from "@tanstack/react-query";
import { useChangeSets } from "../../api/changeQueries";
import { addressText } from "../../api/entries";
import { queryNames, stopReading, useConnections } from "../../api/queries";
import { useCell } from "../../cell";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import type { Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { formatRoute } from "../../routing/route";
import { t } from "../../text/message";
import { drafts, isStaged } from "../entry/drafts";
import { OpenSetLine } from "../changes/OpenSetLine";
import { ConnectionCard } from "./ConnectionCard";

export function Home() {
  const client = useQueryClient();
  const connections = useConnections();
  const list = connections.data ?? [];
  return (
    <ViewRoot name="home" label={t("view.home")} state={stateOf(connections, list.length === 0)}>
      <h1 tabIndex={-1}>{t("view.home")}</h1>
      <section className="page-section" aria-labelledby="home-connections">
        <div className="page-actions">
          <h2 id="home-connections">{t("home.connections")}</h2>
          <Button id="home-add" kind="primary" icon="plus" onPress={() => navigate({ view: "welcome" })}>
            {t("home.addUniverse")}
          </Button>
        </div>
        {connections.isPending && (
          <Skeleton
            rows={2}
            label={t("home.reading")}
            cancel={{ id: "home-cancel", run: () => stopReading(client, queryNames.connections()) }}
          />
        )}
        {connections.error && (
          <Failure id="home-error" error={connections.error} onRetry={() => void connections.refetch()} />
        )}
        {connections.data && list.length === 0 && <Empty icon="flask" title={t("home.none")} />}
        <ul className="cards">
          {list.map((connection) => (
            <ConnectionCard key={connection.id} connection={connection} />
          ))}
        </ul>
      </section>
      <NeedsYou connections={list} />
      <Drafts />
    </ViewRoot>
  );
}

/** Sets with conflicts or unknown outcomes, of all connections, until they are settled. */
function NeedsYou({ connections }: { readonly connections: readonly Connection[] }) {
  const sets = useChangeSets(null, "open").data?.pages.flatMap((page) => page.sets) ?? [];
  const shown = sets.flatMap((set) => {
    const connection = connections.find(({ id }) => id === set.connection);
    return connection ? [{ set, connection }] : [];
  });
  if (shown.length === 0) {
    return null;
  }
  return (
    <section className="page-section" aria-labelledby="home-needs-you">
      <h2 id="home-needs-you">{t("home.needsYou")}</h2>
      <ul id="home-open-sets" className="attention home-attention">
        {shown.map(({ set, connection }) => (
          <OpenSetLine key={set.id} set={set} connection={connection.name} environment={connection.environment} />
        ))}
      </ul>
    </section>
  );
}

function Drafts() {
  const kept = [...useCell(drafts).values()].filter((draft) => !isStaged(draft));
  if (kept.length === 0) {
    return null;
  }
  return (
    <section className="page-section" aria-labelledby="home-drafts">
      <h2 id="home-drafts">{t("home.drafts")}</h2>
      <ul className="plain-list">
        {kept.map(({ address }) => (
          <li key={addressText(address)}>
            <a
              href={formatRoute({
                view: "standard",
                connection: address.connection,
                store: address.store,
                entry: { scope: address.scope, key: address.key, tab: "value", view: "tree" },
              })}
            >
              <Icon name="edit" /> <SafeText text={`${address.store} › ${address.scope} › ${address.key}`} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
