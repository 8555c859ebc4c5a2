/** An entry before and after as text: side by side where there is room, below each other elsewhere. */
import { useEffect, useRef, useState } from "react";
import { useFixedRows } from "../../components/fixedRows";
import { SafeText } from "../../components/SafeText";
import { ask } from "../../json/background";
import type { LineGap, LineRow } from "../../json/lines";
import { t } from "../../text/message";

const CONTEXT_LINES = 3;
const LINE_HEIGHT = 20;
/** Lines are cut here; the entry itself shows them whole. */
const LINE_LENGTH = 2_000;
const SIDE_BY_SIDE = "(min-width: 1100px)";

export interface TextPart {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Lines as they are, instead of JSON. */
  readonly isPlain?: boolean;
}

interface TextDifferenceProps {
  readonly parts: readonly TextPart[];
  /** Whether lines that are alike are shown too. */
  readonly whole: boolean;
  /** Whether all parts have before on one side and after on the other, so that this can stand above them. */
  readonly headed?: boolean;
}

type Line = { readonly kind: "part"; readonly name: string } | LineRow | LineGap;

export function TextDifference({ parts, whole, headed = true }: TextDifferenceProps) {
  const lines = useLines(parts, whole);
  const wide = useMatches(SIDE_BY_SIDE);
  const scroller = useRef<HTMLDivElement>(null);
  const shown = wide ? lines : lines.flatMap(stacked);
  const virtual = useFixedRows(scroller, shown.length, LINE_HEIGHT);
  return (
    <div
      ref={scroller}
      className="text-difference"
      data-wide={wide}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
      role="region"
      aria-label={t("difference.text")}
    >
      {wide && headed && (
        <div className="text-line text-head" aria-hidden="true">
          <span />
          <span>{t("difference.before")}</span>
          <span />
          <span>{t("difference.after")}</span>
        </div>
      )}
      <div className="text-space" style={{ height: virtual.height }}>
        {virtual.items.map(({ index, start }) => {
          const line = shown[index];
          return line ? (
            <div key={index} className="text-place" style={{ transform: `translateY(${start}px)` }}>
              <LineView line={line} wide={wide} />
            </div>
          ) : null;
        })}
      </div>
    </div>
  );
}

/** A line of two sides as lines of one. */
function stacked(line: Line): Line[] {
  if (line.kind !== "changed") {
    return [line];
  }
  const gone = { ...line, kind: "removed" as const, after: null, afterNumber: null };
  const come = { ...line, kind: "added" as const, before: null, beforeNumber: null };
  return [gone, come];
}

function LineView({ line, wide }: { readonly line: Line; readonly wide: boolean }) {
  if (line.kind === "part") {
    return <div className="text-line text-part">{line.name}</div>;
  }
  if (line.kind === "gap") {
    return <div className="text-line text-gap">{t("difference.gap", { count: line.count })}</div>;
  }
  const isGone = line.kind === "removed" || line.kind === "changed";
  const isCome = line.kind === "added" || line.kind === "changed";
  if (!wide) {
    const isOld = line.kind === "removed";
    return (
      <div className={`text-line text-${line.kind}`}>
        <span className="text-number">{isOld ? line.beforeNumber : line.afterNumber}</span>
        <Text text={isOld ? line.before : line.after} mark={isGone ? "−" : isCome ? "+" : null} />
      </div>
    );
  }
  return (
    <div className={`text-line text-${line.kind}`}>
      <span className="text-number">{line.beforeNumber}</span>
      <Text text={line.before} mark={isGone ? "−" : null} />
      <span className="text-number">{line.afterNumber}</span>
      <Text text={line.after} mark={isCome ? "+" : null} />
    </div>
  );
}

function Text({ text, mark }: { readonly text: string | null; readonly mark: "+" | "−" | null }) {
  const side = mark === "+" ? "text-side text-come" : mark === "−" ? "text-side text-gone" : "text-side";
  return (
    <span className={text === null ? "text-side text-absent" : side}>
      <span className="text-mark" aria-hidden="true">
        {mark ?? " "}
      </span>
      {mark && (
        <span className="hidden-text">{t(mark === "+" ? "difference.word.added" : "difference.word.removed")} </span>
      )}
      {text !== null && <SafeText text={text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH)}…` : text} />}
    </span>
  );
}

/** The lines of all parts; those of large texts come a moment later. */
function useLines(parts: readonly TextPart[], whole: boolean): readonly Line[] {
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    let isWanted = true;
    const run = async () => {
      const all: Line[] = [];
      for (const { name, before, after, isPlain } of parts) {
        const found = await ask("lines", [before, after], !isPlain, whole ? null : CONTEXT_LINES);
        all.push({ kind: "part", name }, ...found);
      }
      if (isWanted) {
        setLines(all);
      }
    };
    run().catch(() => undefined);
    return () => {
      isWanted = false;
    };
  }, [parts, whole]);
  return lines;
}

function useMatches(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const follow = () => setMatches(media.matches);
    follow();
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, [query]);
  return matches;
}
