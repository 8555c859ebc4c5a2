/** Tokens of scripts, and the Studios that are linked or ask to be. */
import { Tabs } from "../../components/Tabs";
import { navigate } from "../../routing/navigation";
import type { SecuritySection } from "../../routing/route";
import { t } from "../../text/message";
import { Approvals } from "./Approvals";
import { Tokens } from "./Tokens";

export function Security({ section }: { readonly section: SecuritySection }) {
  return (
    <div className="page-frame">
      <div className="page-head">
        <h1 tabIndex={-1}>{t("view.security")}</h1>
        <Tabs
          id="security"
          label={t("view.security")}
          tabs={[
            { name: "tokens", text: t("security.tokens") },
            { name: "approvals", text: t("security.approvals") },
          ]}
          chosen={section}
          onChoose={(chosen) => navigate({ view: "security", section: chosen })}
          panelId="security-panel"
        />
      </div>
      <div id="security-panel" role="tabpanel" aria-labelledby={`security-${section}`}>
        {section === "tokens" ? <Tokens /> : <Approvals />}
      </div>
    </div>
  );
}
