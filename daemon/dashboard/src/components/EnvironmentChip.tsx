/** What a connection's data is to players: colour, icon and word, always all three (ux.md 5.1). */
import type { Environment } from "../protocol";
import { t } from "../text/message";
import { Icon, type IconName } from "./Icon";

const ICONS: Readonly<Record<Environment, IconName>> = {
  production: "shield",
  staging: "cone",
  development: "wrench",
  local: "flask",
  unclassified: "question",
};

export function environmentWord(environment: Environment): string {
  return t(`environment.${environment}`);
}

export function EnvironmentChip({ environment }: { readonly environment: Environment }) {
  return (
    <span className={`chip chip-${environment}`}>
      <Icon name={ICONS[environment]} size={12} />
      {environmentWord(environment)}
    </span>
  );
}

/** The same in text colour, for rows and breadcrumbs. */
export function EnvironmentMark({ environment }: { readonly environment: Environment }) {
  return (
    <span className="environment-mark" style={{ color: `var(--environment-${environment})` }}>
      <Icon name={ICONS[environment]} size={12} />
      {environmentWord(environment)}
    </span>
  );
}
