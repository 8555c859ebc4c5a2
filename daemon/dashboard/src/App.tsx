/** Chooses between the signed-out page and the frame with the view of the current route. */
import { Component, lazy, type ReactNode, Suspense } from "react";
import { signInState } from "./api/session";
import { useCell } from "./cell";
import { Button } from "./components/Button";
import { Empty } from "./components/Panels";
import { Frame } from "./frame/Frame";
import { useRoute } from "./routing/navigation";
import type { Route } from "./routing/route";
import { t } from "./text/message";
import { Explorer } from "./views/explorer/Explorer";
import { Home } from "./views/home/Home";
import { UnknownLink } from "./views/home/UnknownLink";
import { Security } from "./views/security/Security";
import { SettingsView } from "./views/settings/SettingsView";
import { SignIn } from "./views/signIn/SignIn";

const Changes = lazy(() => import("./views/changes/Changes").then((module) => ({ default: module.Changes })));
const Jobs = lazy(() => import("./views/jobs/Jobs").then((module) => ({ default: module.Jobs })));
const Welcome = lazy(() => import("./views/welcome/Welcome").then((module) => ({ default: module.Welcome })));

export function App() {
  const state = useCell(signInState);
  const route = useRoute();
  if (state !== "signedIn") {
    return <SignIn state={state} />;
  }
  return (
    <Frame>
      <Boundary key={pageOf(route)}>
        <View route={route} />
      </Boundary>
    </Frame>
  );
}

/** What is kept as it is while only the place within it changes. */
function pageOf({ view }: Route): string {
  if (view === "changes" || view === "history") {
    return "changes";
  }
  return view === "standard" || view === "ordered" || view === "memory" || view === "queue" ? "stores" : view;
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case "stores":
    case "standard":
    case "ordered":
    case "memory":
    case "queue":
      return <Explorer route={route} />;
    case "changes":
    case "history":
      return (
        <Suspense fallback={null}>
          <Changes route={route} />
        </Suspense>
      );
    case "jobs":
      return (
        <Suspense fallback={null}>
          <Jobs route={route} />
        </Suspense>
      );
    case "security":
      return <Security section={route.section} />;
    case "settings":
      return <SettingsView />;
    case "welcome":
      return (
        <Suspense fallback={null}>
          <Welcome />
        </Suspense>
      );
    case "unknown":
      return <UnknownLink fragment={route.fragment} />;
    case "home":
    case "signIn":
      return <Home />;
  }
}

/** Shows UI001 instead of a panel that could not be drawn; drafts are kept outside of it. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) {
      return this.props.children;
    }
    return (
      <Empty
        icon="triangle"
        title={t("error.UI001.title")}
        action={
          <Button id="panel-reload" onPress={() => this.setState({ failed: false })}>
            {t("error.UI001.action")}
          </Button>
        }
      >
        {t("error.UI001.body")}
      </Empty>
    );
  }
}
