/** The open entries. A preview is in italics; a dot marks a draft, which closing the tab keeps. */
import type { KeyboardEvent } from "react";
import { type Address, addressText } from "../../api/entries";
import { useCell } from "../../cell";
import { Icon } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { useCommands } from "../../frame/commands";
import type { Environment } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { t } from "../../text/message";
import { drafts } from "../entry/drafts";
import type { EntryRoute } from "../entry/EntryPanel";
import { closeTab, openTabs, pinTab } from "./openTabs";

export function TabStrip({ route, environment }: { readonly route: EntryRoute; readonly environment: Environment }) {
  const tabs = useCell(openTabs).filter((tab) => tab.address.connection === route.connection);
  const drafted = useCell(drafts);
  const current = addressText({
    connection: route.connection,
    store: route.store,
    scope: route.entry.scope,
    key: route.entry.key,
  });
  const show = (address: Address) =>
    navigate({
      view: "standard",
      connection: address.connection,
      store: address.store,
      ...(address.store === route.store && route.scope !== undefined ? { scope: route.scope } : {}),
      ...(address.store === route.store && route.prefix !== undefined ? { prefix: route.prefix } : {}),
      entry: { scope: address.scope, key: address.key, tab: "value", view: route.entry.view },
    });
  const close = (address: Address) => {
    const next = closeTab(address);
    if (drafted.has(addressText(address))) {
      showToast({ kind: "success", text: t("tabs.draftKept", { key: address.key }) });
    }
    if (addressText(address) !== current) {
      return;
    }
    if (next) {
      show(next.address);
    } else {
      const { entry: _entry, ...rest } = route;
      navigate(rest);
    }
  };
  const position = tabs.findIndex((tab) => addressText(tab.address) === current);
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const target = tabs[(position + step + tabs.length) % tabs.length];
    if (step !== 0 && target) {
      event.preventDefault();
      show(target.address);
      window.requestAnimationFrame(() =>
        document.querySelector<HTMLElement>(".entry-tab[aria-selected=true]")?.focus(),
      );
    } else if (event.key === "Delete" && tabs[position]) {
      event.preventDefault();
      close(tabs[position].address);
    }
  };
  useCommands(
    tabs.slice(0, 9).map((tab, index) => ({
      id: `tab-${index + 1}`,
      title: t("command.tab", { number: String(index + 1), key: tab.address.key }),
      shortcut: `Alt+${index + 1}`,
      run: () => show(tab.address),
    })),
  );
  return (
    <div className="entry-tabs" role="tablist" aria-label={t("tabs.label")} onKeyDown={move}>
      {tabs.map((tab) => {
        const name = addressText(tab.address);
        const isDrafted = drafted.has(name);
        return (
          <div key={name} className="entry-tab-frame" role="presentation">
            <button
              type="button"
              role="tab"
              className="entry-tab"
              aria-selected={name === current}
              tabIndex={name === current ? 0 : -1}
              data-pinned={tab.pinned}
              data-draft={isDrafted}
              title={`${tab.address.store} › ${tab.address.scope} › ${tab.address.key}`}
              style={{ borderBlockStartColor: `var(--chip-${environment})` }}
              onClick={() => show(tab.address)}
              onDoubleClick={() => pinTab(tab.address)}
            >
              {isDrafted && (
                <span className="draft-dot">
                  <Icon name="dot" size={12} />
                  <span className="hidden-text">{t("tabs.draft")} </span>
                </span>
              )}
              <SafeText text={tab.address.key} />
            </button>
            <button
              type="button"
              className="entry-tab-close"
              // For the pointer only: a tab list holds tabs and nothing else, and Delete closes the focused one.
              aria-hidden="true"
              title={t("tabs.close", { key: tab.address.key })}
              data-close={tab.address.key}
              tabIndex={-1}
              onClick={() => close(tab.address)}
            >
              <Icon name="cross" size={12} />
            </button>
          </div>
        );
      })}
    </div>
  );
}
