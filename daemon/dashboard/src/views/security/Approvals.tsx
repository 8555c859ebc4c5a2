/** Studios that ask to be paired, and those that are linked. The code is compared by a person, never typed from here. */
import { useQueryClient } from "@tanstack/react-query";
import { call } from "../../api/client";
import { queryNames, stopReading, useStudio } from "../../api/queries";
import { Age, useNow } from "../../components/Age";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import type { PendingPairing, StudioIdentity } from "../../protocol";
import { errorText } from "../../text/errors";
import { t } from "../../text/message";

export function Approvals() {
  const client = useQueryClient();
  const studio = useStudio();
  const pairings = studio.data?.pairings ?? [];
  const sessions = studio.data?.sessions ?? [];
  const nothing = pairings.length === 0 && sessions.length === 0;
  return (
    <ViewRoot name="approvals" label={t("security.approvals")} state={stateOf(studio, nothing)}>
      {studio.isPending && (
        <Skeleton
          rows={3}
          label={t("approvals.reading")}
          cancel={{ id: "approvals-cancel", run: () => stopReading(client, queryNames.studio()) }}
        />
      )}
      {studio.error && <Failure id="approvals-error" error={studio.error} onRetry={() => void studio.refetch()} />}
      {studio.data && nothing && (
        <Empty icon="studio" title={t("approvals.none")}>
          {t("approvals.noneBody")}
        </Empty>
      )}
      {pairings.length > 0 && (
        <section className="page-section" aria-labelledby="approvals-asking">
          <h2 id="approvals-asking">{t("approvals.asking")}</h2>
          <p className="muted">{t("approvals.compare")}</p>
          <ul className="cards">
            {pairings.map((pairing) => (
              <Pairing key={pairing.pairing} pairing={pairing} />
            ))}
          </ul>
        </section>
      )}
      {sessions.length > 0 && (
        <section className="page-section" aria-labelledby="approvals-linked">
          <h2 id="approvals-linked">{t("approvals.linked")}</h2>
          <ul className="plain-list">
            {sessions.map((session) => (
              <li key={session.session}>
                <Icon name="studio" /> <Identity studio={session.studio} />{" "}
                <span className="muted">
                  {t("approvals.since")} <Age time={session.connectedAt} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </ViewRoot>
  );
}

function Pairing({ pairing }: { readonly pairing: PendingPairing }) {
  const client = useQueryClient();
  const now = useNow(1_000);
  const minutes = Math.max(0, Math.ceil((new Date(pairing.expiresAt).getTime() - now) / 60_000));
  const decide = async (approve: boolean) => {
    try {
      if (approve) {
        await call("studio.approve", { pairing: pairing.pairing, code: pairing.code });
        showToast({ kind: "success", text: t("approvals.approved") });
      } else {
        await call("studio.refuse", { pairing: pairing.pairing });
        showToast({ kind: "success", text: t("approvals.refused") });
      }
    } catch (error) {
      showToast({ kind: "error", text: errorText(error).title });
    }
    await client.invalidateQueries({ queryKey: queryNames.studio() });
    await client.invalidateQueries({ queryKey: queryNames.tokens() });
  };
  return (
    <li className="card" data-pairing={pairing.pairing}>
      <p className="pairing-code">
        <code>{pairing.code}</code>
      </p>
      <p>
        <Identity studio={pairing.studio} />
      </p>
      <p className="muted">{t("approvals.minutesLeft", { count: minutes })}</p>
      <div className="card-actions">
        <Button
          id={`approvals-approve-${pairing.pairing}`}
          kind="primary"
          icon="check"
          onPress={() => void decide(true)}
        >
          {t("approvals.approve")}
        </Button>
        <Button id={`approvals-refuse-${pairing.pairing}`} icon="cross" onPress={() => void decide(false)}>
          {t("approvals.refuse")}
        </Button>
      </div>
    </li>
  );
}

function Identity({ studio }: { readonly studio: StudioIdentity }) {
  const place = studio.placeName || t("approvals.unnamedPlace");
  return (
    <>
      <strong>
        <SafeText text={place} />
      </strong>{" "}
      <span className="muted">
        {t("approvals.place", { place: studio.placeId, universe: studio.universeId })}
        {studio.userName && (
          <>
            {" · "}
            <SafeText text={studio.userName} />
          </>
        )}
      </span>
    </>
  );
}
