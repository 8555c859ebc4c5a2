/** The page without a session: what happened, and the one command that leads back in. */
import type { SignInState } from "../../api/session";
import { Icon } from "../../components/Icon";
import { t } from "../../text/message";

export function SignIn({ state }: { readonly state: SignInState }) {
  const waiting = state === "unknown" || state === "exchanging";
  return (
    <main id="view-sign-in" className="sign-in" data-view="sign-in" data-state={waiting ? "loading" : state}>
      <div className="sign-in-card">
        <span className="brand-mark brand-large" aria-hidden="true" />
        <h1>{t("product.name")}</h1>
        {waiting ? (
          <p role="status">{t("signIn.waiting")}</p>
        ) : (
          <>
            {state === "codeRefused" && (
              <p id="sign-in-refused" className="sign-in-problem" role="alert">
                <Icon name="triangle" /> {t("signIn.codeRefused")}
              </p>
            )}
            {state === "unreachable" && (
              <p id="sign-in-unreachable" className="sign-in-problem" role="alert">
                <Icon name="triangle" /> {t("signIn.unreachable")}
              </p>
            )}
            <p>{t("signIn.explain")}</p>
            <pre id="sign-in-command">
              <code>dsmp open</code>
            </pre>
            <p className="muted">{t("signIn.once")}</p>
          </>
        )}
      </div>
    </main>
  );
}
