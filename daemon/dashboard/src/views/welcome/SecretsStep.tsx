/** Step 1: where API keys are kept. Only a vault that is absent or locked asks for something. */
import { Button } from "../../components/Button";
import { isVaultOpen, type Vault, VaultForm } from "../../connections/VaultForm";
import { t } from "../../text/message";

export function SecretsStep({ vault, onNext }: { readonly vault: Vault; readonly onNext: () => void }) {
  return (
    <>
      <h2 tabIndex={-1}>{t("welcome.step.secrets")}</h2>
      {isVaultOpen(vault) ? (
        <>
          <p id="vault-state" data-place={vault.place} data-state={vault.state}>
            {t(vault.place === "system" ? "vault.system" : vault.keyFile ? "vault.openByFile" : "vault.isOpen")}
          </p>
          <div className="form-buttons">
            <Button id="welcome-next" kind="primary" onPress={onNext} autoFocus>
              {t("welcome.next")}
            </Button>
          </div>
        </>
      ) : (
        <VaultForm vault={vault} onOpen={onNext} />
      )}
    </>
  );
}
