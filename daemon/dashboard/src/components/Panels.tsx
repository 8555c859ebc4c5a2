/** What a view shows instead of content: nothing there, an error, or the shape of what is being read. */
import { type ReactNode, useEffect, useState } from "react";
import { ApiError } from "../api/error";
import { type ErrorContext, errorText } from "../text/errors";
import { t } from "../text/message";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

const SKELETON_AFTER_MS = 150;

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
  readonly onRetry?: () => void;
  readonly action?: ReactNode;
}

/** Sentence, code and request id, and a safe retry. */
export function Failure({ id, error, context, onRetry, action }: FailureProps) {
  const { title, body } = errorText(error, context);
  const code = error instanceof ApiError ? error.code : "GEN011";
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div id={id} className="panel-note panel-error" role="alert" data-code={code}>
      <Icon name="triangle" size={20} />
      <p className="panel-note-title">{title}</p>
      {body && <p>{body}</p>}
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

/** Grey rows in the shape of a list, after a moment, so that quick answers do not flash. */
export function Skeleton({ rows, label }: { readonly rows: number; readonly label: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), SKELETON_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (!shown) {
    return null;
  }
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all rows are alike
        <div key={index} className="skeleton-row" style={{ width: `${90 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
