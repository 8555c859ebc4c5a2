/** A time as its age, with the exact moment at hand. */
import { useEffect, useState } from "react";
import { formatAge, formatExact } from "../text/format";

const REFRESH_MS = 5_000;

export function useNow(refreshMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), refreshMs);
    return () => window.clearInterval(timer);
  }, [refreshMs]);
  return now;
}

export function Age({ time }: { readonly time: string }) {
  const now = useNow(REFRESH_MS);
  return (
    <time dateTime={time} title={formatExact(time)}>
      {formatAge(time, Math.max(now, Date.now() - REFRESH_MS))}
    </time>
  );
}
