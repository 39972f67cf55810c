const counts = new Intl.NumberFormat("en");

/** A number for people: `1,204`. */
export function countText(value: number): string {
  return counts.format(value);
}

/** A number with what is counted: `1 event`, `1,204 events`. */
export function countOf(value: number, one: string, many = `${one}s`): string {
  return `${countText(value)} ${value === 1 ? one : many}`;
}

/** A length of time in its largest unit, such as `12 ms`, `3.4 s`, `5 min`, `26 h`, `4 d`. */
export function ageText(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** An amount of memory: `3.4 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log(bytes) / Math.log(1_024)));
  return `${(bytes / 1_024 ** power).toFixed(1)} ${["B", "KB", "MB", "GB"][power]!}`;
}

/** A moment to the second, in UTC: `2026-11-24 10:31:07`. */
export function momentText(time: string | number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().slice(0, 19).replace("T", " ");
}

/** The time of a step, in UTC, to the millisecond: `10:31:07.250`. */
export function clockText(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
