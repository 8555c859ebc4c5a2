/** What is typed, once typing rests: for what costs a request to Roblox at each change. */
import { useEffect, useState } from "react";

const TYPING_PAUSE_MS = 400;

/** A text once it has not changed for a moment. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}
