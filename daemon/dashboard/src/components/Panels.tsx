/** What a view shows instead of content: nothing there, an error, or the shape of what is being read. */
import { type ReactNode, useEffect, useState } from "react";
import { ApiError, ReadingStopped } from "../api/error";
import { RetryWait } from "../budget/RetryWait";
import { type ErrorContext, type ErrorText, errorText } from "../text/errors";
import { t } from "../text/message";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

const SKELETON_AFTER_MS = 150;
const LONG_AFTER_MS = 1_000;

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="panel-note">
      <Icon name={icon} size={20} />
      <p className="panel-note-title">{title}</p>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

interface FailureProps {
  readonly id: string;
  readonly error: unknown;
  readonly context?: ErrorContext;
  /** What the view says instead, where it knows better what the code means here. */
  readonly text?: ErrorText | null;
  readonly onRetry?: () => void;
  readonly action?: ReactNode;
  /** Also offers the daemon's own words, where they can tell more than its code does. */
  readonly withDetails?: boolean;
}

/** Sentence, code and request id, and a safe retry. */
export function Failure({ id, error, context, onRetry, action, withDetails, text }: FailureProps) {
  if (error instanceof ReadingStopped) {
    return <Stopped id={id} onRetry={onRetry} />;
  }
  const { title, body } = text ?? errorText(error, context);
  const code = error instanceof ApiError ? error.code : "GEN011";
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div id={id} className="panel-note panel-error" role="alert" data-code={code}>
      <Icon name="triangle" size={20} />
      <p className="panel-note-title">{title}</p>
      {body && <p>{body}</p>}
      {code === "DS003" && context?.connection && <RetryWait connection={context.connection} />}
      {withDetails && error instanceof ApiError && (
        <details id={`${id}-details`} className="panel-note-details">
          <summary>{t("error.details")}</summary>
          <p>{error.message}</p>
        </details>
      )}
      <p className="panel-note-code">
        {code}
        {requestId && ` · ${t("error.request", { id: requestId })}`}
      </p>
      <div className="panel-note-actions">
        {action}
        {onRetry && (
          <Button id={`${id}-retry`} icon="refresh" onPress={onRetry}>
            {t("error.tryAgain")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** A person stopped the reading; the focus, whose button is gone, goes to the way back. */
function Stopped({ id, onRetry }: { readonly id: string; readonly onRetry: (() => void) | undefined }) {
  useEffect(() => document.getElementById(`${id}-retry`)?.focus(), [id]);
  return (
    <div id={id} className="panel-note" role="status">
      <Icon name="clock" size={20} />
      <p className="panel-note-title">{t("reading.stopped")}</p>
      {onRetry && (
        <Button id={`${id}-retry`} icon="refresh" onPress={onRetry}>
          {t("error.tryAgain")}
        </Button>
      )}
    </div>
  );
}

interface SkeletonProps {
  readonly rows: number;
  readonly label: string;
  /** The way out of waiting; offered once it takes long. */
  readonly cancel: { readonly id: string; readonly run: () => void };
}

/** Grey rows in the shape of a list, after a moment, so that quick answers do not flash. */
export function Skeleton({ rows, label, cancel }: SkeletonProps) {
  const [age, setAge] = useState<"new" | "shown" | "long">("new");
  useEffect(() => {
    const timers = [
      window.setTimeout(() => setAge("shown"), SKELETON_AFTER_MS),
      window.setTimeout(() => setAge("long"), LONG_AFTER_MS),
    ];
    return () => timers.forEach(window.clearTimeout);
  }, []);
  if (age === "new") {
    return null;
  }
  return (
    <>
      <div className="skeleton" role="status" aria-label={label}>
        {Array.from({ length: rows }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: all rows are alike
          <div key={index} className="skeleton-row" style={{ width: `${90 - ((index * 37) % 45)}%` }} />
        ))}
      </div>
      {age === "long" && (
        <div className="skeleton-cancel">
          <span>{label}…</span>
          <Button id={cancel.id} onPress={cancel.run}>
            {t("dialog.cancel")}
          </Button>
        </div>
      )}
    </>
  );
}
