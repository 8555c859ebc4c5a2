/**
 * The end of a review: what was checked and what it costs, what has to be typed, and the one button that sends anything.
 *
 * **Invariant:** nothing but that button, and Ctrl+Enter for what needs no confirmation, commits; Enter in a field does not.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { changeNames, keepSet, useJob } from "../../api/changeQueries";
import { readItems } from "../../api/changeSets";
import { call } from "../../api/client";
import { tellWhenDone } from "../../changes/committing";
import {
  askedFields,
  confirmationOf,
  expectedTexts,
  firstMissing,
  isTyped,
  NOTHING_TYPED,
  type TypedField,
  type TypedTexts,
} from "../../changes/confirming";
import { commitCost } from "../../changes/counts";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { environmentWord } from "../../components/EnvironmentChip";
import { Field, TextField } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { Failure } from "../../components/Panels";
import {
  needsReason,
  REASON_LIMIT as UNLOCK_REASON_LIMIT,
  UNLOCK_MINUTES,
  type UnlockMinutes,
  usualMinutes,
} from "../../connections/access";
import { unlock } from "../../connections/unlocking";
import { useAccess } from "../../connections/useAccess";
import { useCommands } from "../../frame/commands";
import { isEnded } from "../../jobs/progress";
import type { ChangeSet, ConflictPolicy, Connection } from "../../protocol";
import { formatRoute } from "../../routing/route";
import { t } from "../../text/message";
import { REASON_LIMIT } from "./reasons";

const POLICIES: readonly ConflictPolicy[] = ["SMART_MERGE", "MANUAL_MERGE", "FIRST_WRITER_WINS", "LAST_WRITER_WINS"];

interface CommitBarProps {
  readonly set: ChangeSet;
  readonly connection: Connection;
  /** Whether the set takes another one back, or does again what was taken back. */
  readonly direction: "change" | "undo" | "redo";
  /** Whether the items and their first difference are in sight: before that nothing can be committed. */
  readonly isShown: boolean;
  readonly onDiscard: () => void;
}

export function CommitBar({ set, connection, direction, isShown, onDiscard }: CommitBarProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState<TypedTexts>(NOTHING_TYPED);
  const [reason, setReason] = useState(set.reason ?? "");
  const [minutes, setMinutes] = useState<UnlockMinutes>(usualMinutes(connection.environment));
  const [running, setRunning] = useState<"commit" | "dryRun" | null>(null);
  const [dryJob, setDryJob] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const write = useAccess(connection, "WRITE_DATA", undefined, undefined, true);
  const removal = useAccess(connection, "DELETE_DATA", undefined, undefined, true);
  const job = useJob(dryJob).data;
  const isLooking = dryJob !== null && (!job || !isEnded(job.state));
  useEffect(() => {
    if (dryJob !== null && job && isEnded(job.state)) {
      setDryJob(null);
      void client.invalidateQueries({ queryKey: changeNames.set(set.id) });
      void client.invalidateQueries({ queryKey: changeNames.items(set.id) });
    }
  }, [client, dryJob, job, set.id]);

  const { needs } = set;
  const first = useQuery({
    queryKey: [...changeNames.items(set.id), "first", set.counts.staged],
    queryFn: async ({ signal }) =>
      (await readItems({ set: set.id, state: "staged", limit: 1 }, signal)).items[0] ?? null,
    enabled: needs.key || needs.store,
  });
  const expected = expectedTexts(set, first.data ?? null, connection.environment);
  const missing = firstMissing(needs, typed, expected);
  const asksReason = needs.reason || (needs.unlock && needsReason(connection.environment));
  const reasonLimit = needs.unlock ? UNLOCK_REASON_LIMIT : REASON_LIMIT;
  const reasonLength = [...reason.trim()].length;
  const reasonProblem =
    asksReason && reasonLength === 0
      ? t("unlock.reasonMissing")
      : reasonLength > reasonLimit
        ? t("unlock.reasonTooLong", { limit: reasonLimit })
        : null;
  const count = set.counts.staged;
  const environment = environmentWord(connection.environment).toUpperCase();
  const access = write.reason ?? (set.removals > 0 ? removal.reason : null);
  const busy = running !== null || isLooking ? t("reason.running") : null;
  const offReason =
    access ??
    busy ??
    (count === 0 ? t("review.nothingStaged") : null) ??
    (needs.dryRun ? t("commit.needsDryRun") : null) ??
    (isShown ? null : t("review.reading")) ??
    (missing ? t(`confirm.missing.${missing}`) : null) ??
    reasonProblem;

  const amending = useRef<Promise<void>>(Promise.resolve());
  const commit = async () => {
    setRunning("commit");
    setError(null);
    try {
      // The press that commits also leaves the field of the reason, which keeps it.
      await amending.current;
      if (needs.unlock) {
        await unlock(client, connection, minutes, reason.trim());
      }
      const answer = await call("changesets.commit", {
        set: set.id,
        confirm: confirmationOf(needs, expected),
        ...(reason.trim() ? { reason: reason.trim() } : {}),
      });
      keepSet(client, answer.set);
      await client.invalidateQueries({ queryKey: changeNames.items(set.id) });
      tellWhenDone(client, connection.name, answer.set);
    } catch (failure) {
      setError(failure);
      await client.invalidateQueries({ queryKey: changeNames.set(set.id) });
    } finally {
      setRunning(null);
    }
  };
  const lookAgain = async () => {
    setRunning("dryRun");
    setError(null);
    try {
      const answer = await call("changesets.commit", { set: set.id, dryRun: true });
      keepSet(client, answer.set);
      setDryJob(answer.job ?? null);
      await client.invalidateQueries({ queryKey: changeNames.items(set.id) });
    } catch (failure) {
      setError(failure);
    } finally {
      setRunning(null);
    }
  };
  const amend = async (part: { readonly reason?: string; readonly policy?: ConflictPolicy }) => {
    try {
      keepSet(client, (await call("changesets.amend", { set: set.id, ...part })).set);
    } catch (failure) {
      setError(failure);
    }
  };

  useCommands([
    {
      id: "commit",
      title: t("command.commit"),
      shortcut: "Ctrl+Enter",
      run: () => void commit(),
      offReason: set.level === "E1" ? offReason : t("commit.onlyByButton"),
    },
    {
      id: "dry-run",
      title: t("commit.dryRun"),
      run: () => void lookAgain(),
      offReason: write.reason ?? busy,
    },
    // The browser must not save the page instead; what is staged is saved by its commit alone.
    { id: "save", title: t("command.saveStaged"), shortcut: "Ctrl+S", run: () => undefined },
  ]);

  return (
    <section id="review-commit" className="commit-bar" aria-label={t("commit.label")} data-level={set.level}>
      <Checks
        set={set}
        connection={connection}
        isLooking={isLooking}
        job={dryJob}
        offReason={write.reason ?? busy}
        onLook={() => void lookAgain()}
        onPolicy={(policy) => void amend({ policy })}
      />
      {set.level === "E4" && (
        <p id="commit-forever" className="commit-warning">
          <Icon name="triangle" size={12} /> {t("commit.forever")}
        </p>
      )}
      <div className="commit-fields">
        {askedFields(needs).map((field) => (
          <Confirm
            key={field}
            field={field}
            typed={typed[field]}
            expected={expected[field]}
            onChange={(text) => setTyped({ ...typed, [field]: text })}
          />
        ))}
        <div className="commit-reason">
          <Field
            id="commit-reason"
            label={t(asksReason ? "unlock.reason" : "unlock.reasonOptional")}
            {...(reasonLength > 0 && reasonProblem ? { error: reasonProblem } : {})}
          >
            {(attributes) => (
              <input
                {...attributes}
                type="text"
                className="input"
                value={reason}
                placeholder={t("commit.reasonHint")}
                autoComplete="off"
                onChange={(event) => setReason(event.target.value)}
                onBlur={() => {
                  if (reason.trim() !== (set.reason ?? "") && reasonLength <= REASON_LIMIT && set.state === "staged") {
                    amending.current = amend({ reason: reason.trim() });
                  }
                }}
              />
            )}
          </Field>
        </div>
        {needs.unlock && (
          <Field id="commit-minutes" label={t("commit.unlockFor")}>
            {(attributes) => (
              <select
                {...attributes}
                className="input"
                value={minutes}
                onChange={(event) =>
                  setMinutes(UNLOCK_MINUTES.find((known) => String(known) === event.target.value) ?? 15)
                }
              >
                {UNLOCK_MINUTES.map((value) => (
                  <option key={value} value={value}>
                    {t("unlock.minuteCount", { count: value })}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
      </div>
      {error !== null && (
        <Failure id="commit-error" error={error} context={{ connection: connection.name }} withDetails />
      )}
      <div className="commit-buttons">
        <Button id="review-discard" kind="quiet" icon="trash" offReason={write.reason ?? busy} onPress={onDiscard}>
          {t("review.discard")}
        </Button>
        <span className="commit-space" />
        {needs.unlock && (
          <span className="mark">
            <Icon name="lock" size={12} /> {t("mark.readOnly")}
          </span>
        )}
        <Button
          id="commit-confirm"
          kind={set.removals > 0 || set.level === "E3" || set.level === "E4" ? "danger" : "primary"}
          icon={needs.unlock ? "unlock" : "check"}
          offReason={offReason}
          onPress={() => void commit()}
        >
          {t(`commit.${direction}${needs.unlock ? ".unlock" : ""}`, { count, environment })}
        </Button>
      </div>
    </section>
  );
}

interface ConfirmProps {
  readonly field: TypedField;
  readonly typed: string;
  readonly expected: string;
  readonly onChange: (text: string) => void;
}

/** A field in which something is typed that shows that the target was read; what is missing is said live. */
function Confirm({ field, typed, expected, onChange }: ConfirmProps) {
  const matches = isTyped(field, typed, expected);
  return (
    <TextField
      id={`confirm-${field}`}
      label={t(`confirm.${field}`, { expected: field === "environment" ? expected.toUpperCase() : expected })}
      value={typed}
      onChange={onChange}
      hint={t(matches ? "confirm.matches" : "confirm.notYet")}
      code={field !== "count"}
    />
  );
}

interface ChecksProps {
  readonly set: ChangeSet;
  readonly connection: Connection;
  readonly isLooking: boolean;
  readonly job: string | null;
  readonly offReason: string | null;
  readonly onLook: () => void;
  readonly onPolicy: (policy: ConflictPolicy) => void;
}

/** What is known of the set before anything is sent: how old the look at its entries is, how far it reaches, what it costs. */
function Checks({ set, connection, isLooking, job, offReason, onLook, onPolicy }: ChecksProps) {
  const { reads, writes, removes } = commitCost(set);
  const estimate = useQuery({
    queryKey: ["estimate", connection.id, reads, writes, removes],
    queryFn: ({ signal }) => call("budget.estimate", { connection: connection.id, reads, writes, removes }, signal),
    enabled: connection.source === "cloud" && reads > 0,
  }).data;
  const isProtected = needsReason(connection.environment);
  return (
    <div className="commit-checks" id="review-checks">
      <span id="review-checked" data-stale={set.needs.dryRun}>
        <Icon name={set.needs.dryRun ? "triangle" : "check"} size={12} />
        {t("check.read")} <Age time={set.checkedAt} />
        {isLooking && (
          <>
            {" · "}
            {job ? <a href={formatRoute({ view: "jobs", job })}>{t("check.looking")}</a> : t("check.looking")}
          </>
        )}
      </span>
      <Button id="review-dry-run" icon="refresh" offReason={offReason} onPress={onLook}>
        {t("commit.dryRun")}
      </Button>
      <span id="review-level" title={t(`level.${set.level}`)}>
        <strong>{set.level}</strong> {t(`level.${set.level}`)}
      </span>
      <span id="review-cost">
        {connection.source === "local" ? t("check.costLocal") : t("check.cost", { reads, writes: writes + removes })}
        {estimate && estimate.minutes > 0 && <> · {t("budget.estimate.minutes", { count: estimate.minutes })}</>}
      </span>
      <span>{t("check.kept")}</span>
      <label className="commit-policy" htmlFor="review-policy">
        {t("policy.label")}
        <select
          id="review-policy"
          className="input"
          value={set.policy}
          title={t(`policy.${set.policy}.hint`)}
          onChange={(event) => {
            const chosen = POLICIES.find((policy) => policy === event.target.value);
            if (chosen) {
              onPolicy(chosen);
            }
          }}
        >
          {POLICIES.map((policy) => (
            <option
              key={policy}
              value={policy}
              disabled={policy === "LAST_WRITER_WINS" && isProtected && set.policy !== policy}
            >
              {t(`policy.${policy}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
