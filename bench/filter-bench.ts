import { matches, parse, patternIndex } from "../src/filter/index.ts";
import { hostileBench } from "./hostile-bench.ts";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";

const order = (number: number) => ({
  orderId: `A-${number}`,
  total: number,
  paymentMethod: number % 2 === 0 ? "cod" : "prepaid",
  customer: { id: `c-${number % 10}`, name: "Asha", email: `asha${number}@example.com` },
  items: [{ sku: "KR-48213", quantity: 2 }],
  country: "IN",
});
const orders = Array.from({ length: 1_000 }, (_, number) => order(number));

/** What filters cost: one, many of them, and the worst that could be thought of. */
export async function filterBench(): Promise<Result[]> {
  return [...simple(), ...index(), likeEventRuler(), ...(await hostileBench())];
}

/** Microseconds a call of processor time, so that what else the machine does counts little; the median and the worst of the rounds. */
function rounds(calls: number, work: () => void): { readonly p50: number; readonly p99: number } {
  for (let warm = 0; warm < 5; warm++) work();
  const times = Array.from({ length: 40 }, () => {
    const begun = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / calls;
  });
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

let found = 0;

function simple(): Result[] {
  const patterns: readonly (readonly [string, unknown])[] = [
    ["a value", { paymentMethod: ["cod"] }],
    ["a range and a value", { total: [{ numeric: [">", 500] }], paymentMethod: ["cod"] }],
    ["a suffix, nested", { customer: { email: [{ suffix: "@example.com" }] } }],
  ];
  return patterns.map(([name, pattern]) => {
    const parsed = parse(pattern);
    const times = rounds(20_000, () => {
      for (let round = 0; round < 20; round++) for (const each of orders) if (matches(parsed, each)) found += 1;
    });
    // A million a second is 1 µs each.
    return { what: `filter: one match, ${name}`, unit: "µs", ...times, count: 40 * 20_000, goal: 1 } as const;
  });
}

function index(): Result[] {
  const [few, many] = [10, 10_000].map((count) => {
    const patterns = patternIndex<number>();
    for (let number = 0; number < count; number++)
      patterns.add(number, parse({ customer: { id: [`c-${number}`] }, total: [{ numeric: [">=", 0] }] }));
    return rounds(10_000, () => {
      for (let round = 0; round < 10; round++) for (const each of orders) found += patterns.matching(each).length;
    });
  }) as [ReturnType<typeof rounds>, ReturnType<typeof rounds>];
  const ratio = many.p50 / few.p50;
  return [
    { what: "filter: one event against an index of 10 patterns", unit: "µs", ...few, count: 400_000, goal: undefined },
    { what: "filter: one event against an index of 10,000 patterns", unit: "µs", ...many, count: 400_000, goal: undefined },
    { what: "filter: the second as a multiple of the first", unit: "×", p50: ratio, p99: undefined, count: 1, goal: 3 },
  ];
}

/**
 * The shape of event-ruler's benchmark: parcels of a city as GeoJSON, and rules of several kinds on their fields. It publishes 220,000 events a second for its
 * mixed rule set, on another machine: 4.5 µs each.
 */
function likeEventRuler(): Result {
  const streets = ["JEFFERSON", "OCTAVIA", "FRANCISCO", "BEACH", "LARKIN", "TURK", "HYDE", "EDDY"];
  const events = Array.from({ length: 1_000 }, (_, number) => ({
    type: "Feature",
    properties: {
      MAPBLKLOT: `${String(number).padStart(7, "0")}`,
      BLOCK_NUM: String(number % 300).padStart(4, "0"),
      LOT_NUM: String(number % 90).padStart(3, "0"),
      FROM_ST: String(number % 3_000),
      STREET: streets[number % streets.length]!,
      ST_TYPE: number % 3 === 0 ? "ST" : "AVE",
      ODD_EVEN: number % 2 === 0 ? "E" : "O",
    },
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [-122.42 - number / 1e5, 37.8, 0],
          [-122.43, 37.8 + number / 1e5, 0],
        ],
      ],
    },
  }));
  const rules: readonly unknown[] = [
    ...["0001000", "0000200", "0000020"].map((lot) => ({ properties: { MAPBLKLOT: [lot] } })),
    ...["AC", "BE", "FR", "OC"].map((prefix) => ({ properties: { STREET: [{ prefix }] } })),
    ...["ON", "RK", "IN"].map((suffix) => ({ properties: { STREET: [{ suffix }] } })),
    ...["jefferson", "octavia"].map((street) => ({ properties: { STREET: [{ "equals-ignore-case": street }] } })),
    ...["*A*", "B*H", "*K*N"].map((wildcard) => ({ properties: { STREET: [{ wildcard }] } })),
    { geometry: { type: ["Polygon"] }, properties: { ODD_EVEN: [{ "anything-but": ["E"] }] } },
    { geometry: { coordinates: [{ numeric: ["=", -122.42] }] } },
    { geometry: { coordinates: [{ numeric: [">", -122.43, "<", -122.429] }] } },
    { properties: { ST_TYPE: ["ST"], LOT_NUM: [{ prefix: "01" }] }, $or: [{ properties: { ODD_EVEN: ["O"] } }, { type: ["Point"] }] },
  ];
  const patterns = patternIndex<number>();
  for (const [number, rule] of rules.entries()) patterns.add(number, parse(rule));
  const times = rounds(5_000, () => {
    for (let round = 0; round < 5; round++) for (const each of events) found += patterns.matching(each).length;
  });
  return {
    what: `filter: one event against ${rules.length} rules like those of event-ruler's bench`,
    unit: "µs",
    ...times,
    count: 200_000,
    goal: undefined,
  };
}
