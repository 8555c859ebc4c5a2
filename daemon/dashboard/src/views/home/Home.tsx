/** The connections there are, and what is kept as a draft. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client";
import { addressText } from "../../api/entries";
import { queryNames, stopReading, useConnections, useStatus, useStores } from "../../api/queries";
import { useCell } from "../../cell";
import { Button } from "../../components/Button";
import { EnvironmentChip } from "../../components/EnvironmentChip";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import type { Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { formatRoute } from "../../routing/route";
import { errorText } from "../../text/errors";
import { t } from "../../text/message";
import { drafts } from "../entry/drafts";

export function Home() {
  const client = useQueryClient();
  const connections = useConnections();
  const list = connections.data ?? [];
  return (
    <ViewRoot name="home" label={t("view.home")} state={stateOf(connections, list.length === 0)}>
      <h1 tabIndex={-1}>{t("view.home")}</h1>
      <section className="page-section" aria-labelledby="home-connections">
        <h2 id="home-connections">{t("home.connections")}</h2>
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
      <Drafts />
    </ViewRoot>
  );
}

function ConnectionCard({ connection }: { readonly connection: Connection }) {
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const standard = useStores(connection.name, "standard", "");
  const ordered = useStores(connection.name, "ordered", "");
  const role = useStatus().data?.principal.role;
  const roleReason = role && role !== "SUPER_ADMIN" ? t("reason.role", { role, needed: "SUPER_ADMIN" }) : null;
  const removeSample = async () => {
    setRemoving(true);
    try {
      const { removedCount } = await call("connections.removeSample", { connection: connection.id });
      showToast({ kind: "success", text: t("home.sampleRemoved", { count: removedCount, name: connection.name }) });
      await client.invalidateQueries({ queryKey: queryNames.connections() });
      await client.invalidateQueries({ queryKey: queryNames.stores(connection.name) });
    } catch (error) {
      showToast({ kind: "error", text: errorText(error).title });
    } finally {
      setRemoving(false);
    }
  };
  const facts = [
    count(standard, "home.standardStores"),
    count(ordered, "home.orderedStores"),
    connection.readOnly ? t("mark.readOnly") : t("mark.writable"),
  ].filter((fact) => fact !== null);
  return (
    <li
      id={`home-connection-${connection.name}`}
      className="card"
      style={{ borderInlineStartColor: `var(--chip-${connection.environment})` }}
    >
      <div className="card-head">
        <EnvironmentChip environment={connection.environment} />
        <strong className="card-title">
          <SafeText text={connection.name} />
        </strong>
        {connection.sampleData && <span className="mark">{t("mark.sample")}</span>}
      </div>
      <p className="muted">{facts.join(" · ")}</p>
      {connection.sampleData && <p className="muted">{t("home.sampleBody")}</p>}
      <div className="card-actions">
        <Button
          id={`home-open-${connection.name}`}
          kind="primary"
          icon="explorer"
          onPress={() => navigate({ view: "stores", connection: connection.name })}
        >
          {t("home.open")}
        </Button>
        {connection.sampleData && (
          <Button
            id={`home-remove-sample-${connection.name}`}
            icon="trash"
            offReason={roleReason ?? (removing ? t("reason.running") : null)}
            onPress={() => void removeSample()}
          >
            {t("home.removeSample")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** A count only when all pages are known; nothing is estimated. */
function count(list: ReturnType<typeof useStores>, name: "home.standardStores" | "home.orderedStores"): string | null {
  if (!list.data || list.hasNextPage) {
    return null;
  }
  return t(name, { count: list.data.pages.reduce((sum, page) => sum + page.datastores.length, 0) });
}

function Drafts() {
  const kept = [...useCell(drafts).values()];
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
