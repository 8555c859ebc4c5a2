/** Keeps the report of a job as a file, made of the pages that the daemon tells; says how far it is and can be given up. */
import { useRef, useState } from "react";
import { call } from "../../api/client";
import { report } from "../../changes/committing";
import { Button } from "../../components/Button";
import { Menu } from "../../components/Menu";
import { showToast } from "../../components/Toasts";
import { type ReportFormat, reportHead, reportLine, reportName } from "../../jobs/report";
import type { Job, JobItemState } from "../../protocol";
import { t } from "../../text/message";

const PAGE_SIZE = 256;
/** Lines are handed to the browser in parts, which it may keep outside of memory. */
const PART_LINES = 10_000;

const FORMATS: readonly ReportFormat[] = ["jsonl", "csv"];

export function ReportButtons({ job, filter }: { readonly job: Job; readonly filter: JobItemState | undefined }) {
  const [read, setRead] = useState<number | null>(null);
  const aborter = useRef<AbortController | null>(null);
  const download = async (format: ReportFormat) => {
    const controller = new AbortController();
    aborter.current = controller;
    const { signal } = controller;
    setRead(0);
    try {
      const blob = await reportOf(job.id, filter, format, setRead, signal);
      save(blob, reportName(job.title, job.id, format));
      showToast({ kind: "success", text: t("report.done", { title: job.title }) });
    } catch (error) {
      if (!signal.aborted) {
        report(error);
      }
    } finally {
      setRead(null);
    }
  };
  if (read !== null) {
    return (
      <span className="report-progress">
        <span role="status">{t("report.reading", { count: read })}</span>
        <Button id="job-report-cancel" onPress={() => aborter.current?.abort()}>
          {t("dialog.cancel")}
        </Button>
      </span>
    );
  }
  return (
    <Menu
      id="job-report"
      label={t("report.label")}
      align="end"
      items={FORMATS.map((format) => ({
        id: `job-report-${format}`,
        icon: "download",
        text: t(`report.${format}`),
        run: () => void download(format),
      }))}
    >
      {t("report.word")}
    </Menu>
  );
}

async function reportOf(
  job: string,
  state: JobItemState | undefined,
  format: ReportFormat,
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const parts: BlobPart[] = [reportHead(format)];
  let lines: string[] = [];
  let count = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof call<"jobs.items">>> = await call(
      "jobs.items",
      { job, limit: PAGE_SIZE, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) },
      signal,
    );
    lines.push(...page.items.map((item) => reportLine(format, item)));
    count += page.items.length;
    onRead(count);
    if (lines.length >= PART_LINES) {
      parts.push(new Blob(lines));
      lines = [];
    }
    cursor = page.nextCursor ?? null;
  } while (cursor !== null);
  return new Blob([...parts, ...lines], { type: format === "csv" ? "text/csv" : "application/jsonl" });
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  const address = URL.createObjectURL(blob);
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
