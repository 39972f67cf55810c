import { pick, type Random } from "../random.ts";
import { below, bytes, leaf, mutated, name, text, tree } from "./values.ts";

/** A body that somebody might send in place of a good one. */
export function body(random: Random, good: unknown): Buffer {
  const chance = random();
  if (chance < 0.12) return encoded(good);
  if (chance < 0.5) return encoded(changed(random, good));
  if (chance < 0.62) return brokenText(random, encoded(random() < 0.5 ? good : changed(random, good)));
  if (chance < 0.78) return encoded(tree(random));
  if (chance < 0.84) return bytes(random, 400);
  if (chance < 0.89) return form(random);
  if (chance < 0.91) return Buffer.alloc(0);
  return Buffer.from(pick(random, odd)(random));
}

function changed(random: Random, good: unknown): unknown {
  let value = good;
  for (let times = 1 + below(random, 3); times > 0; times -= 1) value = mutated(random, value);
  return value;
}

function encoded(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value) ?? "undefined");
}

/** Some bytes of it are others, missing, or too many. */
function brokenText(random: Random, whole: Buffer): Buffer {
  const place = below(random, whole.length + 1);
  const way = below(random, 4);
  if (way === 0) return whole.subarray(0, place);
  if (way === 1) return Buffer.concat([whole.subarray(0, place), bytes(random, 6), whole.subarray(place)]);
  if (way === 2) return Buffer.concat([whole, whole]);
  const copy = Buffer.from(whole);
  if (copy.length > 0) copy[Math.min(place, copy.length - 1)] = below(random, 256);
  return copy;
}

export function form(random: Random): Buffer {
  const pairs = Array.from({ length: below(random, 8) }, () => `${part(random, name(random))}=${part(random, String(leaf(random)))}`);
  return Buffer.from(pairs.join(pick(random, ["&", "&", "&&", ";"])));
}

/** Encoded for an address or a form, mostly. */
export function part(random: Random, value: string): string {
  return random() < 0.8 ? encodeURIComponent(value.toWellFormed()) : value.replaceAll(/[^\x21-\x7e]/g, "%");
}

const deep = (count: number, open: string, close: string): string => `${open.repeat(count)}1${close.repeat(count)}`;

/** What breaks parsers. The huge ones are rare: they are slow to send, and one is like the other. */
const odd: readonly ((random: Random) => string)[] = [
  () => '{"a":1,"a":2,"a":{"a":1,"a":2}}',
  () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  (random) => deep(1 + below(random, 60), "[", "]"),
  (random) => deep(1 + below(random, 60), '{"a":', "}"),
  (random) => deep(pick(random, [100, 100, 100, 5_000]), '{"data":[', "]}"),
  (random) => deep(below(random, 5_000), "[", ""),
  (random) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: pick(random, [10, 999, 1_001]) }, (_, index) => [`k${index}`, index]))),
  (random) => JSON.stringify({ orderId: "x".repeat(pick(random, [100, 1_000, 1_000, 10_000, 300_000])) }),
  (random) => JSON.stringify(Array.from({ length: pick(random, [0, 1, 3, 50, 1_001]) }, () => leaf(random))),
  () => `${"9".repeat(400)}.${"9".repeat(400)}e${"9".repeat(20)}`,
  () => '"\\ud800\\udc00\\ud800"',
  () => "\ufeff{}",
  () => "{} //",
  () => "{'a':1,}",
  () => "NaN",
  (random) => `${" ".repeat(below(random, 2_000))}{}`,
  (random) => `"${"\\u0000".repeat(below(random, 50))}"`,
  (random) => text(random, 200),
];
