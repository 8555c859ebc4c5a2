/** A queue of memory stores: adding items, and reading them, which hides them from live servers for a while. */
import { useEffect, useState } from "react";
import type { QueuedItem } from "../../api/memoryPage";
import { useCell } from "../../cell";
import { useNow } from "../../components/Age";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Empty } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { ViewRoot } from "../../components/ViewRoot";
import { useAccess, useLock } from "../../connections/useAccess";
import { takeFocusRequest } from "../../frame/focus";
import type { Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { t } from "../../text/message";
import { AddItem } from "./AddItem";
import { DiscardDialog } from "./DiscardDialog";
import { ReadItems } from "./ReadItems";
import { ReadingBlock } from "./ReadingBlock";
import { countHidden, dropReading, type Reading, readings, readingsOf } from "./readings";
import { ValueDialog } from "./ValueDialog";

const COUNTDOWN_MS = 1_000;

interface QueuePanelProps {
  readonly route: Extract<Route, { view: "queue" }>;
  readonly connection: Connection | null;
}

type Asked =
  | { readonly deed: "open"; readonly item: QueuedItem }
  | { readonly deed: "discard"; readonly reading: Reading };

export function QueuePanel({ route, connection }: QueuePanelProps) {
  const { store: queue } = route;
  const list = readingsOf(useCell(readings), connection?.id ?? null, queue);
  const now = useNow(COUNTDOWN_MS);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [foundNothing, setFoundNothing] = useState(false);
  const [discards, setDiscards] = useState(0);
  const isLocked = useLock(connection).state === "locked";
  const write = useAccess(connection, "WRITE_DATA", "writeMemory");
  const removal = useAccess(connection, "DELETE_DATA", "writeMemory");
  useEffect(() => {
    if (takeFocusRequest("keys")) {
      document.getElementById("queue-value")?.focus();
    }
  }, []);
  // What had the focus is gone with the items.
  useEffect(() => {
    if (discards > 0) {
      document.getElementById("queue-read")?.focus();
    }
  }, [discards]);
  const drop = (reading: Reading) => {
    dropReading(reading);
    setDiscards((count) => count + 1);
  };
  const hidden = countHidden(list, now);
  return (
    <ViewRoot
      name="queue"
      label={t("queue.title", { queue })}
      state={list.length === 0 ? "empty" : "ready"}
      className="panel panel-ordered"
      readOnly={isLocked}
      {...(connection ? { environment: connection.environment } : {})}
    >
      <div className="panel-head">
        <Button
          id="queue-back"
          kind="quiet"
          icon="up"
          label={t("keys.back")}
          onPress={() => navigate({ view: "stores", connection: route.connection })}
        />
        <h2>
          <SafeText text={queue} />
        </h2>
        {connection && <EnvironmentMark environment={connection.environment} />}
        <span className="muted">{t("queue.kind")}</span>
      </div>
      {connection && (
        <div className="queue-body">
          <div className="queue-forms">
            <AddItem connection={connection} queue={queue} offReason={write.reason} />
            <ReadItems
              connection={connection}
              queue={queue}
              offReason={write.reason}
              onRead={(reading) => setFoundNothing(reading.items.length === 0)}
            />
          </div>
          {list.length === 0 && (
            <Empty icon="queue" title={t(foundNothing ? "queue.noneFound" : "queue.none")}>
              {t(foundNothing ? "queue.noneFoundBody" : "queue.noneBody")}
            </Empty>
          )}
          {list.map((reading) => (
            <ReadingBlock
              key={reading.readId}
              reading={reading}
              now={now}
              discardReason={removal.reason}
              onOpen={(item) => setAsked({ deed: "open", item })}
              onDiscard={() => setAsked({ deed: "discard", reading })}
              onForget={() => drop(reading)}
            />
          ))}
        </div>
      )}
      <p id="queue-status" className="panel-foot" role="status" data-hidden={hidden}>
        {foundNothing ? t("queue.noneFound") : hidden > 0 ? t("queue.status", { count: hidden }) : null}
      </p>
      {asked?.deed === "open" && <ValueDialog item={asked.item} onClose={() => setAsked(null)} />}
      {connection && asked?.deed === "discard" && (
        <DiscardDialog
          connection={connection}
          reading={asked.reading}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null);
            drop(asked.reading);
          }}
        />
      )}
    </ViewRoot>
  );
}
