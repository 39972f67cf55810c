const minute = 60_000;
const walls = new Map<string, Map<number, number>>();

/**
 * When a cron fires, found without anything of the product: each minute of the world is looked at, and what the clocks of the zone show in it. A time that
 * the clocks leave out fires as much later as they are set forward; one that comes twice fires once, unless every hour has one.
 */
export function fireTimesByMinute(cron: string, timeZone: string, from: number, to: number): number[] {
  const wallOf = clocksOf(timeZone);
  const { matches, everyHour } = matcherOf(cron);
  const seen = new Set<number>();
  const found = new Set<number>();
  // The hours before, so that it is known what was there already.
  const first = from - 5 * 60 * minute;
  let before = wallOf(first - minute);
  for (let time = first; time < to; time += minute) {
    const wall = wallOf(time);
    for (let left = before + minute; left < wall; left += minute) if (matches(left)) found.add(time + left - before - minute);
    if (matches(wall) && (everyHour || !seen.has(wall))) found.add(time);
    seen.add(wall);
    before = wall;
  }
  return [...found].filter((time) => time >= from && time < to).toSorted((a, b) => a - b);
}

/** What the clocks show, as milliseconds of UTC; remembered, because asking is slow. */
function clocksOf(timeZone: string): (time: number) => number {
  const known = walls.get(timeZone) ?? new Map<number, number>();
  walls.set(timeZone, known);
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return (time) => {
    const wall = known.get(time) ?? Date.parse(`${format.format(time).replace(" ", "T")}Z`);
    known.set(time, wall);
    return wall;
  };
}

function matcherOf(cron: string): { readonly matches: (wall: number) => boolean; readonly everyHour: boolean } {
  const [minutes, hours, days, months, weekdays] = cron.split(" ") as [string, string, string, string, string];
  const allowed = [valuesOf(minutes, 0, 59), valuesOf(hours, 0, 23), valuesOf(days, 1, 31), valuesOf(months, 1, 12)] as const;
  const weekday = valuesOf(weekdays, 0, 6);
  if (valuesOf(weekdays, 1, 7).has(7)) weekday.add(0);
  const both = days.startsWith("*") || weekdays.startsWith("*");
  return {
    everyHour: allowed[1].size === 24,
    matches(wall) {
      const date = new Date(wall);
      if (!allowed[0].has(date.getUTCMinutes()) || !allowed[1].has(date.getUTCHours())) return false;
      const [byDate, byWeekday] = [allowed[2].has(date.getUTCDate()), weekday.has(date.getUTCDay())];
      return allowed[3].has(date.getUTCMonth() + 1) && (both ? byDate && byWeekday : byDate || byWeekday);
    },
  };
}

function valuesOf(field: string, least: number, most: number): Set<number> {
  const all = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  return new Set(
    all.filter((value) =>
      field.split(",").some((part) => {
        const [range, step = "1"] = part.split("/") as [string, string?];
        const [first, last = first] = range === "*" ? [least, most] : range.split("-").map(Number);
        return value >= first! && value <= last! && (value - first!) % Number(step) === 0;
      }),
    ),
  );
}
