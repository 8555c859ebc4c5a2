/** The way between views. An entry exists only when its operations do. */
import { Icon, type IconName } from "../components/Icon";
import type { Connection } from "../protocol";
import { type Counted, shortCountText, useJobCount, useStagedCount } from "./workCounts";
import { formatRoute, type Route } from "../routing/route";
import { t } from "../text/message";

interface Entry {
  readonly id: string;
  readonly icon: IconName;
  readonly text: string;
  readonly route: Route;
  readonly current: boolean;
  /** How many there are; none is not shown. */
  readonly count?: Counted;
}

const IN_EXPLORER: ReadonlySet<Route["view"]> = new Set(["stores", "standard", "ordered", "memory", "queue"]);

export function Rail({ route, connection }: { readonly route: Route; readonly connection: Connection | null }) {
  const staged = useStagedCount(connection);
  const jobs = useJobCount();
  const inExplorer = IN_EXPLORER.has(route.view);
  const work: Entry[] = [
    { id: "rail-home", icon: "home", text: t("view.home"), route: { view: "home" }, current: route.view === "home" },
    ...(connection
      ? [
          {
            id: "rail-explorer",
            icon: "explorer" as const,
            text: t("view.stores"),
            route: { view: "stores" as const, connection: connection.name },
            current: inExplorer,
          },
          {
            id: "rail-changes",
            icon: "changes" as const,
            text: t("view.changes"),
            route: { view: "changes" as const, connection: connection.name },
            current: route.view === "changes" || route.view === "history",
            count: staged,
          },
        ]
      : []),
    {
      id: "rail-jobs",
      icon: "jobs",
      text: t("view.jobs"),
      route: { view: "jobs" },
      current: route.view === "jobs",
      count: jobs,
    },
  ];
  const protect: Entry[] = [
    {
      id: "rail-security",
      icon: "shield",
      text: t("view.security"),
      route: { view: "security", section: "tokens" },
      current: route.view === "security",
    },
  ];
  const bottom: Entry[] = [
    {
      id: "rail-settings",
      icon: "settings",
      text: t("view.settings"),
      route: { view: "settings" },
      current: route.view === "settings",
    },
  ];
  return (
    <nav className="rail" aria-label={t("rail.label")} data-region="rail">
      <RailGroup title={t("rail.work")} entries={work} />
      <RailGroup title={t("rail.protect")} entries={protect} />
      <div className="rail-space" />
      <RailGroup entries={bottom} />
    </nav>
  );
}

function RailGroup({ title, entries }: { readonly title?: string; readonly entries: readonly Entry[] }) {
  return (
    <div className="rail-group">
      {title && <p className="rail-title">{title}</p>}
      {entries.map((entry) => (
        <a
          key={entry.id}
          id={entry.id}
          className="rail-entry"
          href={formatRoute(entry.route)}
          aria-current={entry.current ? "page" : undefined}
          title={entry.text}
        >
          <Icon name={entry.icon} />
          <span>{entry.text}</span>
          {entry.count && entry.count.count > 0 && (
            <span className="rail-count" data-count={entry.count.count}>
              {shortCountText(entry.count)}
              <span className="hidden-text"> {entry.count.word}</span>
            </span>
          )}
        </a>
      ))}
    </div>
  );
}
