/** UI004: an address this dashboard has no view for. It never shows something else instead. */
import { Button } from "../../components/Button";
import { Empty } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { ViewRoot } from "../../components/ViewRoot";
import { navigate } from "../../routing/navigation";
import { t } from "../../text/message";

export function UnknownLink({ fragment }: { readonly fragment: string }) {
  return (
    <ViewRoot name="unknown" label={t("view.unknown")} state="error">
      <Empty
        icon="question"
        title={t("error.UI004.link.title")}
        action={
          <Button id="unknown-home" kind="primary" onPress={() => navigate({ view: "home" })}>
            {t("command.goHome")}
          </Button>
        }
      >
        <SafeText text={fragment.slice(0, 200)} code />
      </Empty>
    </ViewRoot>
  );
}

/** UI004: a link to a connection that is not here. */
export function UnknownConnection({ name }: { readonly name: string }) {
  return (
    <ViewRoot name="unknown" label={t("view.unknown")} state="error">
      <Empty
        icon="question"
        title={t("error.UI004.connection.title", { connection: name.slice(0, 100) })}
        action={
          <Button id="unknown-home" kind="primary" onPress={() => navigate({ view: "home" })}>
            {t("error.UI004.connection.action")}
          </Button>
        }
      />
    </ViewRoot>
  );
}
