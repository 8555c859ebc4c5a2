/** One job: what it does where, how far it is and how fast, and what can be done with it. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { keepJob, useChangeSet } from "../../api/changeQueries";
import { call } from "../../api/client";
import { openUndo, report } from "../../changes/committing";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Icon, type IconName } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import { useAccess } from "../../connections/useAccess";
import { isEnded, mayPause, mayResume, mayStop, OUTCOMES, remaining } from "../../jobs/progress";
import type { Connection, Job, JobState } from "../../protocol";
import { formatRoute } from "../../routing/route";
import { formatCount, formatDuration, formatRate } from "../../text/format";
import { t } from "../../text/message";
import { undoReason } from "../changes/undoText";
import { ProgressBar } from "./ProgressBar";
import { StopJobDialog } from "./StopJobDialog";

const STATE_ICONS: Readonly<Record<JobState, IconName>> = {
  queued: "clock",
  running: "up",
  pausing: "pause",
  paused: "pause",
  stopping: "stop",
  stopped: "stop",
  done: "check",
  doneWithProblems: "triangle",
  failed: "cross",
};

interface JobCardProps {
  readonly job: Job;
  /** Null when its connection is no longer there. */
  readonly connection: Connection | null;
  /** One of several, so that its title leads to it. */
  readonly isListed?: boolean;
}

export function JobCard({ job, connection, isListed = false }: JobCardProps) {
  const client = useQueryClient();
  const [stopping, setStopping] = useState(false);
  const [running, setRunning] = useState(false);
  const busy = running ? t("reason.running") : null;
  const control = async (operation: "jobs.pause" | "jobs.resume") => {
    setRunning(true);
    try {
      keepJob(client, await call(operation, { job: job.id }));
    } catch (error) {
      report(error);
    } finally {
      setRunning(false);
    }
  };
  const keys = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    if (event.key === " ") {
      event.preventDefault();
      if (mayPause(job.state)) {
        void control("jobs.pause");
      } else if (mayResume(job.state)) {
        void control("jobs.resume");
      }
    } else if (event.key === "Delete" && mayStop(job.state)) {
      event.preventDefault();
      setStopping(true);
    }
  };
  const { progress } = job;
  const time = remaining(job);
  const rate = job.ratePerSecond == null || isEnded(job.state) ? null : formatRate(job.ratePerSecond);
  const left = time && !isEnded(job.state) ? timeLeft(time.low, time.high) : null;
  const note = [rate, left].filter(Boolean).join(", ");
  return (
    <article
      className="job-card"
      aria-labelledby={`job-title-${job.id}`}
      data-job={job.id}
      data-state={job.state}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: Space and Delete work on a job that is chosen by Tab
      tabIndex={0}
      onKeyDown={keys}
    >
      <header className="job-head">
        {isListed ? (
          <h2 id={`job-title-${job.id}`}>
            <a href={formatRoute({ view: "jobs", job: job.id })}>
              <SafeText text={job.title} />
            </a>
          </h2>
        ) : (
          <h1 id={`job-title-${job.id}`} tabIndex={-1}>
            <SafeText text={job.title} />
          </h1>
        )}
        <span className={`job-state job-${job.state}`} id={`job-state-${job.id}`}>
          <Icon name={STATE_ICONS[job.state]} size={12} /> {t(`jobState.${job.state}`)}
        </span>
      </header>
      <p className="muted job-facts">
        {connection && (
          <>
            <EnvironmentMark environment={connection.environment} />
            <SafeText text={connection.name} />
          </>
        )}
        <span>{t(`jobKind.${job.kind}`)}</span>
        <span>
          {t("jobs.by", { person: job.createdBy })} <Age time={job.createdAt} />
        </span>
        {job.finishedAt && (
          <span>
            {t("jobs.ended")} <Age time={job.finishedAt} />
          </span>
        )}
        {job.file && (
          <code className="job-file">
            <SafeText text={job.file} />
          </code>
        )}
      </p>
      <ProgressBar
        id={`job-progress-${job.id}`}
        label={t("jobs.progress", { title: job.title })}
        done={progress.done}
        total={progress.total ?? null}
        {...(note ? { note } : {})}
      />
      <p className="job-counts">
        {OUTCOMES.filter((state) => progress[state] > 0).map((state) => (
          <span
            key={state}
            className={`operation-count state-${state}`}
            data-outcome={state}
            data-count={progress[state]}
          >
            {formatCount(progress[state])} {t(`itemState.${state}`)}
          </span>
        ))}
        {note && <span className="muted">{note}</span>}
      </p>
      {job.message && (
        <p className="job-message">
          <Icon name="info" size={12} /> <SafeText text={job.message} />
        </p>
      )}
      <div className="job-deeds">
        {mayPause(job.state) && (
          <Button id={`job-pause-${job.id}`} icon="pause" offReason={busy} onPress={() => void control("jobs.pause")}>
            {t("jobs.pause")}
          </Button>
        )}
        {mayResume(job.state) && (
          <Button
            id={`job-resume-${job.id}`}
            kind="primary"
            icon="resume"
            offReason={busy}
            onPress={() => void control("jobs.resume")}
          >
            {t("jobs.resume")}
          </Button>
        )}
        {mayStop(job.state) && (
          <Button
            id={`job-stop-${job.id}`}
            icon="stop"
            hasPopup="dialog"
            offReason={busy}
            onPress={() => setStopping(true)}
          >
            {t("jobs.stop")}
          </Button>
        )}
        {job.changeSet && connection && <SetDeeds job={job} set={job.changeSet} connection={connection} />}
      </div>
      {stopping && <StopJobDialog job={job} connection={connection} onClose={() => setStopping(false)} />}
    </article>
  );
}

/** The way to the job's change set, and the way back from what it did. */
function SetDeeds({
  job,
  set,
  connection,
}: {
  readonly job: Job;
  readonly set: string;
  readonly connection: Connection;
}) {
  const client = useQueryClient();
  const { reason } = useAccess(connection, "WRITE_DATA", undefined, undefined, true);
  const isUndone = isEnded(job.state) && job.kind !== "dryRun" && job.progress.saved > 0;
  const known = useChangeSet(isUndone ? set : null).data;
  return (
    <>
      <a
        id={`job-set-${job.id}`}
        className="button button-quiet"
        href={formatRoute({ view: job.kind === "dryRun" ? "changes" : "history", connection: connection.name, set })}
      >
        <Icon name="changes" /> <span>{t("jobs.set")}</span>
      </a>
      {isUndone && (
        <Button
          id={`job-undo-${job.id}`}
          icon={job.kind === "undo" ? "redo" : "undo"}
          offReason={known ? undoReason(known, reason) : reason}
          onPress={() => void openUndo(client, connection.name, set)}
        >
          {known?.undoneBy ? t("undo.exists") : t(job.kind === "undo" ? "redo.job" : "undo.job")}
        </Button>
      )}
    </>
  );
}

function timeLeft(low: number, high: number): string {
  const [least, most] = [formatDuration(low), formatDuration(high)];
  return least === most ? t("jobs.left", { time: most }) : t("jobs.leftRange", { low: least, high: most });
}
