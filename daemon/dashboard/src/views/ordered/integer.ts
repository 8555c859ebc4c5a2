/** The values of ordered data stores: whole numbers of 64 bits, kept as text. */
import { t } from "../../text/message";

/** Why the text is not such a number, or null. */
export function integerProblem(text: string): string | null {
  if (!/^-?\d{1,19}$/.test(text)) {
    return t("ordered.notInteger");
  }
  const value = BigInt(text);
  return value === BigInt.asIntN(64, value) ? null : t("ordered.outOfRange");
}
