/** When a schedule fires, by the clocks of its time zone. Each list is in order and holds what the field allows. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Days of the month, from 1. */
  readonly days: readonly number[];
  /** From 1. */
  readonly months: readonly number[];
  /** From 0, a Sunday. */
  readonly weekdays: readonly number[];
  /** Both fields of days say something, so that a day which suits one of them is enough, as cron has always had it. */
  readonly eitherDay: boolean;
}

interface Field {
  readonly title: string;
  readonly least: number;
  readonly most: number;
  /** What values may be called, the first one for `least`. */
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { title: "minute", least: 0, most: 59 },
  { title: "hour", least: 0, most: 23 },
  { title: "day of the month", least: 1, most: 31 },
  {
    title: "month",
    least: 1,
    most: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  // 7 is a Sunday too.
  { title: "day of the week", least: 0, most: 7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const words: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
};

const longest = 200;

/** Reads the five fields of cron, or says everything that is wrong with them, one sentence each. Pure. */
export function parseCron(text: unknown): { readonly cron: Cron } | { readonly problems: readonly string[] } {
  if (typeof text !== "string" || text.trim() === "" || text.length > longest)
    return { problems: [`cron ${shown(text)} must be text such as "30 2 * * *": minute, hour, day of the month, month, day of the week`] };
  const word = text.trim().toLowerCase();
  if (word.startsWith("@") && !Object.hasOwn(words, word))
    return { problems: [`cron ${shown(text)} is none of ${Object.keys(words).join(", ")}`] };
  const parts = (words[word] ?? word).split(/\s+/);
  if (parts.length !== fields.length) {
    const seconds = parts.length === 6 ? "; seconds are not taken: a schedule fires on whole minutes" : "";
    return {
      problems: [
        `cron ${shown(text)} has ${parts.length} ${parts.length === 1 ? "field" : "fields"} and needs five: minute, hour, day of the month, month, day of the week${seconds}`,
      ],
    };
  }
  const problems: string[] = [];
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) => valuesOf(parts[index]!, field, problems));
  if (problems.length > 0) return { problems };
  const [, , dayText, , weekdayText] = parts;
  const cron = {
    minutes: minutes!,
    hours: hours!,
    days: days!,
    months: months!,
    weekdays: [...new Set(weekdays!.map((day) => day % 7))].toSorted((a, b) => a - b),
    eitherDay: !dayText!.startsWith("*") && !weekdayText!.startsWith("*"),
  };
  return neverComes(cron) ? { problems: [`cron ${shown(text)} never fires: no year has such a day`] } : { cron };
}

/** Whether it fires on a day of the calendar. Pure. */
export function suitsDay(cron: Cron, { month, day, weekday }: { month: number; day: number; weekday: number }): boolean {
  if (!cron.months.includes(month)) return false;
  const [byDate, byWeekday] = [cron.days.includes(day), cron.weekdays.includes(weekday)];
  return cron.eitherDay ? byDate || byWeekday : byDate && byWeekday;
}

/** 29 for February: it comes every four years, or eight. */
const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function neverComes({ days, months, eitherDay }: Cron): boolean {
  return !eitherDay && !months.some((month) => days.some((day) => day <= daysOfMonths[month - 1]!));
}

function valuesOf(text: string, field: Field, problems: string[]): readonly number[] {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const range = rangeOf(part, field);
    if (typeof range === "string") problems.push(`cron: the ${field.title} ${shown(part)} ${range}`);
    else for (let value = range.from; value <= range.to; value += range.step) found.add(value);
  }
  return [...found].toSorted((a, b) => a - b);
}

function rangeOf(text: string, field: Field): { from: number; to: number; step: number } | string {
  const { least, most, names = [] } = field;
  const match = /^(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:\/(\d+))?$/.exec(text);
  const advice = `is none of *, ${least}-${most}${names.length > 0 ? `, ${names[0]}-${names.at(-1)}` : ""}, a list such as ${least},${least + 2}, a range such as ${least}-${least + 3}, and a step such as */2`;
  if (match === null) return advice;
  const [, first, last, step = "1"] = match;
  const value = (written: string): number => {
    const named = names.indexOf(written);
    return named === -1 ? (/^\d{1,2}$/.test(written) ? Number(written) : Number.NaN) : named + least;
  };
  if (first === "*") {
    // The whole week once: a Sunday as 7 would come a second time, and shift a step.
    const end = field.most === 7 ? 6 : most;
    if (last !== undefined) return advice;
    return Number(step) >= 1 && Number(step) <= end ? { from: least, to: end, step: Number(step) } : `has a step that is none of 1-${end}`;
  }
  const from = value(first!);
  const to = last === undefined ? from : value(last);
  if (Number.isNaN(from) || Number.isNaN(to)) return advice;
  if (from < least || from > most || to < least || to > most) return `is none of ${least}-${most}`;
  if (to < from) return `begins after its end: write two ranges, such as ${first}-${most},${least}-${last}`;
  if (match[3] !== undefined && last === undefined) return `has a step without a range: write ${first}-${most}/${step}, or */${step}`;
  if (!(Number(step) >= 1 && Number(step) <= most)) return `has a step that is none of 1-${most}`;
  return { from, to, step: Number(step) };
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, longest)) : `${JSON.stringify(value)}`;
}
