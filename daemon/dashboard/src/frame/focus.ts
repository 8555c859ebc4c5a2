/** Where the focus should go once a view has something to focus: a jump asks, the view answers. */
import { Cell } from "../cell";

export type FocusTarget = "keys" | "entry";

export const focusRequest = new Cell<FocusTarget | null>(null);

export function requestFocus(target: FocusTarget): void {
  focusRequest.set(target);
}

/** Takes the request when it is for `target`. */
export function takeFocusRequest(target: FocusTarget): boolean {
  if (focusRequest.get() !== target) {
    return false;
  }
  focusRequest.set(null);
  return true;
}
