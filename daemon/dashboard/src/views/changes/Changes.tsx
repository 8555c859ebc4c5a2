/** Changes of a connection: what is staged, what was committed, or one set of either. */
import { useConnection } from "../../api/queries";
import { Tabs } from "../../components/Tabs";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { t } from "../../text/message";
import { Operations } from "../history/Operations";
import { UnknownConnection } from "../home/UnknownLink";
import { SetView } from "./SetView";
import { StagedSets } from "./StagedSets";

export function Changes({ route }: { readonly route: Extract<Route, { view: "changes" | "history" }> }) {
  const { connection, known } = useConnection(route.connection);
  if (!connection) {
    return known ? <UnknownConnection name={route.connection} /> : null;
  }
  const { set } = route;
  if (set !== undefined) {
    return <SetView key={set} route={{ ...route, set }} connection={connection} />;
  }
  return (
    <div className="page-frame changes-frame">
      <div className="page-head">
        <h1 tabIndex={-1}>{t("view.changes")}</h1>
        <Tabs
          id="changes-tab"
          label={t("view.changes")}
          tabs={[
            { name: "changes", text: t("changes.staged") },
            { name: "history", text: t("changes.operations") },
          ]}
          chosen={route.view}
          onChoose={(chosen) => navigate({ view: chosen, connection: connection.name })}
          panelId="changes-panel"
        />
      </div>
      <div id="changes-panel" className="changes-panel" role="tabpanel" aria-labelledby={`changes-tab-${route.view}`}>
        {route.view === "changes" ? <StagedSets connection={connection} /> : <Operations connection={connection} />}
      </div>
    </div>
  );
}
