const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the runtime knows a time zone by this name. Offsets such as `+05:30` are no names: they know no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What cities and countries are called today: runtimes know these names, and list the older ones. */
const namesOfToday = ["Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Ho_Chi_Minh", "Europe/Kyiv", "America/Nuuk", "Atlantic/Faroe"];

/** The names that can be meant, for a suggestion. */
export const timeZoneNames = (): readonly string[] => [...namesOfToday.filter(isTimeZone), ...Intl.supportedValuesOf("timeZone"), "UTC"];

/**
 * What the clocks of a time zone show, as the milliseconds that would be so in UTC.
 * @param timeZone one that {@link isTimeZone} knows
 * @param time milliseconds since 1970
 */
export function wallClock(timeZone: string, time: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(time)) parts[type] = Number(value);
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
}

/** How far the clocks of a time zone are before those of UTC at a time, milliseconds. */
export function offsetAt(timeZone: string, time: number): number {
  return wallClock(timeZone, time) - Math.floor(time / 1_000) * 1_000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, made);
  return made;
}
