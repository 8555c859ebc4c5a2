/** Stopping a job for good: says what stays as it is and what is left undone. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keepJob } from "../../api/changeQueries";
import { call } from "../../api/client";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { waitingCount } from "../../jobs/progress";
import type { Connection, Job } from "../../protocol";
import { t } from "../../text/message";

interface StopJobDialogProps {
  readonly job: Job;
  readonly connection: Connection | null;
  readonly onClose: () => void;
}

export function StopJobDialog({ job, connection, onClose }: StopJobDialogProps) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const waiting = waitingCount(job.progress);
  const stop = async () => {
    setRunning(true);
    setError(null);
    try {
      keepJob(client, await call("jobs.stop", { job: job.id }));
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="stop-job-dialog"
      title={t("jobs.stopTitle")}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="stop-job-cancel" onPress={onClose} autoFocus>
            {t("jobs.goOn")}
          </Button>
          <Button
            id="stop-job-confirm"
            kind="danger"
            icon="stop"
            offReason={running ? t("reason.running") : null}
            onPress={() => void stop()}
          >
            {connection ? t("jobs.stopOne", { environment: environmentWord(connection.environment) }) : t("jobs.stop")}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={job.title} />
      </p>
      <p>
        {waiting === null
          ? t("jobs.stopBody", { count: job.progress.done })
          : t("jobs.stopBodyOf", { count: job.progress.done, waiting })}
      </p>
      {error !== null && <Failure id="stop-job-error" error={error} />}
    </Dialog>
  );
}
