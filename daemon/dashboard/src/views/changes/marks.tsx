/** How items and differences are marked: always a shape or character and a word, never a colour alone. */
import { Icon, type IconName } from "../../components/Icon";
import type { DifferenceKind, ItemEffect, ItemState, JobItemState } from "../../protocol";
import { t } from "../../text/message";

const STATE_ICONS: Readonly<Record<ItemState | JobItemState, IconName>> = {
  staged: "dot",
  queued: "clock",
  waiting: "clock",
  sending: "up",
  saved: "check",
  conflict: "triangle",
  refused: "cross",
  unknown: "question",
  superseded: "minus",
  skipped: "minus",
};

export function StateChip({ state }: { readonly state: ItemState | JobItemState }) {
  return (
    <span className={`state-chip state-${state}`} data-state={state}>
      <Icon name={STATE_ICONS[state]} size={12} />
      {t(`itemState.${state}`)}
    </span>
  );
}

const KIND_MARKS: Readonly<Record<DifferenceKind, string>> = { added: "+", removed: "−", changed: "~" };

/** `+`, `−` or `~`; what it says is part of the row's own words. */
export function KindMark({ kind }: { readonly kind: DifferenceKind }) {
  return (
    <span className={`kind-mark kind-${kind}`} aria-hidden="true">
      {KIND_MARKS[kind]}
    </span>
  );
}

const EFFECT_KINDS: Readonly<Record<ItemEffect, DifferenceKind>> = {
  create: "added",
  update: "changed",
  remove: "removed",
};

export function effectKind(effect: ItemEffect): DifferenceKind {
  return EFFECT_KINDS[effect];
}
