/** Says that nothing can be changed because the daemon protects what it could not open (GEN001). */
import { useStatus } from "../api/queries";
import { Band } from "../components/Band";
import { SafeText } from "../components/SafeText";
import { t } from "../text/message";

export function SafetyBand() {
  const problem = useStatus().data?.problem;
  if (!problem) {
    return null;
  }
  return (
    <Band id="safety-band" kind="danger">
      <strong>{t("safety.title")}</strong> {t("safety.body")}
      <details>
        <summary>{t("error.details")}</summary>
        <SafeText text={problem} />
      </details>
    </Band>
  );
}
