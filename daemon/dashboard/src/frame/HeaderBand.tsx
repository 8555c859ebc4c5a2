/** The header band: which data this is, how to get elsewhere, and who is signed in. */
import { useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import { queryNames, useStatus } from "../api/queries";
import { endEverywhere, forgetToken } from "../api/session";
import { StopButton } from "../budget/StopButton";
import { ColourDot } from "../components/ColourDot";
import { EnvironmentChip, EnvironmentMark } from "../components/EnvironmentChip";
import { Icon } from "../components/Icon";
import { Menu } from "../components/Menu";
import { SafeText } from "../components/SafeText";
import type { Connection } from "../protocol";
import { navigate } from "../routing/navigation";
import { t } from "../text/message";
import { ModeMark } from "./ModeMark";

interface HeaderBandProps {
  readonly connection: Connection | null;
  readonly connections: readonly Connection[];
  readonly onJump: () => void;
}

export function HeaderBand({ connection, connections, onJump }: HeaderBandProps) {
  const { data: status } = useStatus();
  const client = useQueryClient();
  const select = async (chosen: Connection) => {
    navigate({ view: "stores", connection: chosen.name });
    await call("connections.select", { connection: chosen.id }).catch(() => undefined);
    await client.invalidateQueries({ queryKey: queryNames.connections() });
  };
  const signOut = async () => {
    await call("sessions.end", {}).catch(() => undefined);
    endEverywhere();
    forgetToken();
  };
  return (
    <header className="header" data-region="header">
      <div className="header-brand">
        <span className="brand-mark" aria-hidden="true" />
        <span className="brand-name">{t("product.short")}</span>
      </div>
      {connection && (
        <>
          <EnvironmentChip environment={connection.environment} />
          <Menu
            id="header-connection"
            label={t("header.switch")}
            items={[
              ...connections.map((choice) => ({
                id: `header-connection-${choice.id}`,
                text: (
                  <span className="header-choice">
                    <ColourDot colour={choice.colour} />
                    <SafeText text={choice.name} /> <EnvironmentMark environment={choice.environment} />
                  </span>
                ),
                checked: choice.id === connection.id,
                run: () => void select(choice),
              })),
              {
                id: "header-add-connection",
                text: t("home.addUniverse"),
                icon: "plus" as const,
                run: () => navigate({ view: "welcome" }),
              },
            ]}
          >
            <ColourDot colour={connection.colour} />
            <strong className="header-connection-name">
              <SafeText text={connection.name} />
            </strong>
          </Menu>
          {connection.sampleData && (
            <span id="header-sample" className="mark">
              {t("mark.sample")}
            </span>
          )}
          <ModeMark connection={connection} />
        </>
      )}
      <button type="button" id="header-jump" className="jump" onClick={onJump} aria-haspopup="dialog">
        <Icon name="search" />
        <span>{t("header.jump")}</span>
        <kbd>Ctrl+K</kbd>
      </button>
      <div className="header-end">
        <StopButton connections={connections} />
        <Menu
          id="header-person"
          label={t("header.person")}
          align="end"
          items={[{ id: "header-sign-out", text: t("header.signOut"), icon: "signOut", run: () => void signOut() }]}
        >
          <span className="person-mark" aria-hidden="true">
            {(status?.principal.name ?? "·").slice(0, 1).toUpperCase()}
          </span>
          <span className="person-name">{status?.principal.name ?? ""}</span>
        </Menu>
      </div>
    </header>
  );
}
