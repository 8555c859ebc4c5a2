/** What keeps a text from being the value of an item of memory stores. */
import { position } from "../../json/layout";
import { checkJson, sizeInBytes } from "../../json/scan";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import { VALUE_LIMIT_BYTES } from "./limits";

/** Where the text is no JSON, or that it is too large; null when it can be stored. */
export function valueProblem(text: string): string | null {
  const wrong = checkJson(text);
  if (wrong) {
    return t("json.problem", { ...position(text, wrong.offset), reason: t(`json.${wrong.reason}`) });
  }
  return sizeInBytes(text) > VALUE_LIMIT_BYTES ? t("memory.tooLarge", { limit: formatSize(VALUE_LIMIT_BYTES) }) : null;
}
