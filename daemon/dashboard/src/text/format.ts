/** Sizes, times and counts as people read them. Data itself is never formatted. */
const KILOBYTE = 1024;
const numbers = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const decimals = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat("en", { timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("en", { style: "short", numeric: "always" });

export function formatCount(count: number): string {
  return numbers.format(count);
}

export function formatShortCount(count: number): string {
  return short.format(count);
}

/** Bytes in B, KB or MB of 1024. */
export function formatSize(bytes: number): string {
  if (bytes < KILOBYTE) {
    return `${numbers.format(bytes)} B`;
  }
  const kilobytes = bytes / KILOBYTE;
  return kilobytes < KILOBYTE ? `${decimals.format(kilobytes)} KB` : `${decimals.format(kilobytes / KILOBYTE)} MB`;
}

/** A length of time, rounded as people say it: seconds under two minutes, then minutes, then hours. */
export function formatDuration(seconds: number): string {
  if (seconds < 120) {
    return `${numbers.format(Math.ceil(seconds))} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) {
    return `${numbers.format(minutes)} min`;
  }
  return `${decimals.format(minutes / 60)} h`;
}

/** Items in a second, or in a minute where that says more. */
export function formatRate(perSecond: number): string {
  return perSecond >= 10 ? `${numbers.format(Math.round(perSecond))}/s` : `${decimals.format(perSecond * 60)}/min`;
}

/** Local date. */
export function formatDay(time: string | number): string {
  return day.format(new Date(time));
}

/** Local date and time. */
export function formatMoment(time: string | number): string {
  return moment.format(new Date(time));
}

export function formatClock(time: string | number): string {
  return clock.format(new Date(time));
}

/** Under 24 hours relative to `now`, else date and time. */
export function formatAge(time: string, now: number): string {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) {
    return "now";
  }
  if (size < 60) {
    return relative.format(seconds, "second");
  }
  if (size < 3_600) {
    return relative.format(Math.round(seconds / 60), "minute");
  }
  return size < 86_400 ? relative.format(Math.round(seconds / 3_600), "hour") : formatMoment(time);
}

/** Local time, and UTC on the second line, for hovering. */
export function formatExact(time: string): string {
  return `${formatMoment(time)}\n${new Date(time).toISOString()} UTC`;
}
