/** Composition root: takes the one-time code out of the address, links the tab to the daemon, and draws the page. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { call } from "./api/client";
import { followEvents } from "./api/queries";
import { exchangeCode, joinTabs, tabToken } from "./api/session";
import { startLink } from "./api/socket";
import { App } from "./App";
import { followCommits } from "./changes/committing";
import { startNavigation } from "./routing/navigation";
import { applySettings } from "./settings/settings";
import { followStagedDrafts } from "./views/entry/stagedDrafts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";
import "./styles/frame.css";
import "./styles/explorer.css";
import "./styles/entry.css";
import "./styles/pages.css";
import "./styles/connections.css";
import "./styles/changes.css";
import "./styles/difference.css";
import "./styles/jobs.css";

startNavigation((code) => void exchangeCode(code));
applySettings();

const client = new QueryClient({
  defaultOptions: {
    // Events keep what is read current; a failed read is shown, with a button to try again.
    queries: { retry: false, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});
followEvents(client);
followCommits(client);
followStagedDrafts(client);
tabToken.subscribe(() => {
  if (tabToken.get()) {
    void client.invalidateQueries();
  } else {
    client.clear();
  }
});
joinTabs(async () => (await call("sessions.openTab", {})).token);
startLink();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
