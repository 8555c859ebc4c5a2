/** Where one is among the steps; those behind lead back. */
import { Icon } from "../../components/Icon";
import { t } from "../../text/message";
import { STEPS, type Step } from "./steps";

interface StepListProps {
  readonly step: Step;
  readonly isReady: boolean;
  readonly onChoose: (step: Step) => void;
}

export function StepList({ step, isReady, onChoose }: StepListProps) {
  const at = STEPS.indexOf(step);
  return (
    <ol className="steps" aria-label={t("welcome.steps")}>
      {STEPS.map((name, index) => {
        const isDone = index < at;
        const text = (
          <>
            <span className="step-mark" aria-hidden="true">
              {isDone ? <Icon name="check" size={12} /> : index + 1}
            </span>
            {t(`welcome.step.${name}`)}
            {isDone && <span className="hidden-text"> {t("welcome.done")}</span>}
          </>
        );
        return (
          <li key={name} data-step={name} data-done={isDone} aria-current={name === step ? "step" : undefined}>
            {isDone && isReady ? (
              <button type="button" id={`welcome-step-${name}`} className="step" onClick={() => onChoose(name)}>
                {text}
              </button>
            ) : (
              <span className="step">{text}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
