/** Long work: what runs and what ran, or one job with the report of its items. */
import { useQueryClient } from "@tanstack/react-query";
import { changeNames, useJob, useJobs } from "../../api/changeQueries";
import { ApiError } from "../../api/error";
import { stopReading, useConnections } from "../../api/queries";
import { Button } from "../../components/Button";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { isEnded } from "../../jobs/progress";
import type { Connection, Job } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { t } from "../../text/message";
import { JobCard } from "./JobCard";
import { JobItems } from "./JobItems";

type JobsRoute = Extract<Route, { view: "jobs" }>;

export function Jobs({ route }: { readonly route: JobsRoute }) {
  const connections = useConnections().data ?? [];
  const { job } = route;
  return job === undefined ? (
    <JobList connections={connections} />
  ) : (
    <OneJob key={job} route={{ ...route, job }} connections={connections} />
  );
}

function connectionOf(job: Job, connections: readonly Connection[]): Connection | null {
  return connections.find(({ id }) => id === job.connection) ?? null;
}

function JobList({ connections }: { readonly connections: readonly Connection[] }) {
  const client = useQueryClient();
  const read = useJobs();
  const jobs = read.data?.pages.flatMap((page) => page.jobs) ?? [];
  const sorted = [...jobs.filter(({ state }) => !isEnded(state)), ...jobs.filter(({ state }) => isEnded(state))];
  return (
    <ViewRoot name="jobs" label={t("view.jobs")} state={stateOf(read, jobs.length === 0)}>
      <div className="jobs-head">
        <h1 tabIndex={-1}>{t("view.jobs")}</h1>
        <p className="muted">{t("jobs.explain")}</p>
      </div>
      {read.isPending && (
        <Skeleton
          rows={4}
          label={t("jobs.reading")}
          cancel={{ id: "jobs-cancel", run: () => stopReading(client, changeNames.jobs()) }}
        />
      )}
      {read.error && jobs.length === 0 && (
        <Failure id="jobs-error" error={read.error} onRetry={() => void read.refetch()} />
      )}
      {read.data && jobs.length === 0 && (
        <Empty icon="jobs" title={t("jobs.none")}>
          {t("jobs.noneBody")}
        </Empty>
      )}
      {sorted.length > 0 && (
        <ul id="jobs-list" className="job-list">
          {sorted.map((job) => (
            <li key={job.id}>
              <JobCard job={job} connection={connectionOf(job, connections)} isListed />
            </li>
          ))}
        </ul>
      )}
      {read.hasNextPage && (
        <Button id="jobs-more" onPress={() => void read.fetchNextPage()}>
          {t("jobs.more")}
        </Button>
      )}
    </ViewRoot>
  );
}

interface OneJobProps {
  readonly route: JobsRoute & { readonly job: string };
  readonly connections: readonly Connection[];
}

function OneJob({ route, connections }: OneJobProps) {
  const client = useQueryClient();
  const read = useJob(route.job);
  const job = read.data;
  const connection = job ? connectionOf(job, connections) : null;
  return (
    <ViewRoot
      name="job"
      label={job ? t("jobs.title", { title: job.title }) : t("view.jobs")}
      state={stateOf(read, false)}
      className="panel job-view"
      {...(connection ? { environment: connection.environment } : {})}
    >
      {!job && (
        <h1 className="hidden-text" tabIndex={-1}>
          {t("view.jobs")}
        </h1>
      )}
      {read.isPending && (
        <Skeleton
          rows={8}
          label={t("jobs.reading")}
          cancel={{ id: "job-cancel", run: () => stopReading(client, changeNames.job(route.job)) }}
        />
      )}
      {read.error && !job && (
        <Failure
          id="job-error"
          error={read.error}
          text={
            read.error instanceof ApiError && read.error.code === "GEN009"
              ? { title: t("jobs.gone"), body: t("jobs.goneBody") }
              : null
          }
          onRetry={() => void read.refetch()}
          action={
            <Button id="job-to-list" kind="primary" onPress={() => navigate({ view: "jobs" })}>
              {t("jobs.back")}
            </Button>
          }
        />
      )}
      {job && (
        <>
          <div className="job-top">
            <Button
              id="job-back"
              kind="quiet"
              icon="up"
              label={t("jobs.back")}
              onPress={() => navigate({ view: "jobs" })}
            />
            <JobCard job={job} connection={connection} />
          </div>
          <JobItems job={job} filter={route.items} />
        </>
      )}
    </ViewRoot>
  );
}
