/** A strip above content that says what holds now, with what can be done about it. */
import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

const ICONS: Readonly<Record<"info" | "warning" | "danger", IconName>> = {
  info: "info",
  warning: "triangle",
  danger: "triangle",
};

interface BandProps {
  readonly id: string;
  readonly kind: "info" | "warning" | "danger";
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

export function Band({ id, kind, children, actions }: BandProps) {
  return (
    <div id={id} className={`band band-${kind}`} role={kind === "danger" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} />
      <div className="band-text">{children}</div>
      {actions && <div className="band-actions">{actions}</div>}
    </div>
  );
}
