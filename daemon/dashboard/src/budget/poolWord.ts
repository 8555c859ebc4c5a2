/** What a pool of a budget is called by people; one this page does not know yet bears its own name. */
import { isMessage, t } from "../text/message";

export function poolWord(name: string): string {
  const message = `pool.${name}`;
  return isMessage(message) ? (t as (name: string) => string)(message) : name;
}
