import { pick, type Random } from "../random.ts";

/** Whole numbers from 0 up to but not including `below`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** Field names that mean something somewhere, so that chance reaches what is behind them. */
const names = (
  "reason ids all queue channel address category keep olderThan id type specversion source time data data_base64 datacontenttype subject " +
  "partitionkey correlationid causationid idempotencykey priority delay deliverat expiresin retry status provider times share fault hang " +
  "delivered event email timestamp sg_event_id sg_message_id busbar MessageSid MessageStatus ErrorCode From To Body entry changes value " +
  "statuses messages errors requestId report number desc count from limit before search key List-Unsubscribe wanted " +
  "__proto__ constructor prototype toString hasOwnProperty then length $enc toJSON valueOf"
).split(" ");

const leaves: readonly unknown[] = [
  [null, true, false, 0, -0, 1, -1, 0.1, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 64, 5e-324],
  [
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "NaN",
    "Infinity",
    "null",
    "true",
    "[object Object]",
    "__proto__",
    "\0",
    "\u{ffff}",
    "\ud800",
    "\u202e",
    "é",
    "𝒳",
    "ﷺ",
  ],
  [
    "order.placed",
    "1.0",
    "2026-11-24T10:00:00Z",
    "2026-13-45T99:99:99Z",
    "9999999-01-01",
    "30s",
    "1h",
    "99999999999999999999d",
    "-1s",
    "high",
  ],
  [
    "asha@example.in",
    "a@b\r\nBcc: c@d",
    "+919845012345",
    "919845012345",
    "https://127.0.0.1:1/",
    "javascript:alert(1)",
    "file:///etc/passwd",
  ],
  ["email", "sms", "push", "webhook", "handler", "routing", "sendgrid", "twilio", "meta", "msg91", "delivered", "failed", "bounce", "503"],
  [
    "../../etc/passwd",
    "%00",
    "%",
    "${1}",
    "{{x}}",
    "<script>",
    "*",
    "[a-z]",
    "(a+)+$",
    "'; DROP",
    "\\u0000",
    "a:b:c",
    "d_aaaa",
    "{}",
    "[]",
  ],
].flat();

/** Text of any characters, a lone surrogate among them. */
export function text(random: Random, longest = 40): string {
  const size = below(random, longest + 1);
  const wild = random() < 0.3;
  return Array.from({ length: size }, () => String.fromCharCode(wild ? below(random, 0x1_0000) : 0x20 + below(random, 0x5f))).join("");
}

export function bytes(random: Random, longest: number): Buffer {
  return Buffer.from(Array.from({ length: below(random, longest + 1) }, () => below(random, 256)));
}

export const name = (random: Random): string => (random() < 0.8 ? pick(random, names) : text(random, 20));

export const leaf = (random: Random): unknown =>
  random() < 0.75 ? pick(random, leaves) : random() < 0.5 ? text(random) : random() * 1e6 - 5e5;

/** Any JSON value. */
export function tree(random: Random, depth = 4): unknown {
  const kind = depth === 0 ? 0 : random();
  if (kind < 0.45) return leaf(random);
  const size = below(random, 5);
  if (kind < 0.65) return Array.from({ length: size }, () => tree(random, depth - 1));
  return objectOf(Array.from({ length: size + 1 }, () => [name(random), tree(random, depth - 1)]));
}

/** Own keys, `__proto__` too. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}

/** A value with one place of it changed: another value, gone, doubled, or with a key too many. */
export function mutated(random: Random, value: unknown): unknown {
  if (random() < 0.15 || typeof value !== "object" || value === null) return random() < 0.5 ? leaf(random) : tree(random, 2);
  if (Array.isArray(value)) {
    if (value.length === 0 || random() < 0.2) return [...(value as unknown[]), tree(random, 2)];
    const place = below(random, value.length);
    return value.flatMap((item: unknown, index) => (index !== place ? [item] : random() < 0.2 ? [] : [mutated(random, item)]));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random() < 0.2) return objectOf([...entries, [name(random), tree(random, 3)]]);
  const place = below(random, entries.length);
  return objectOf(
    entries.flatMap(([key, item], index) => {
      if (index !== place) return [[key, item] as const];
      const chance = random();
      if (chance < 0.15) return [];
      return [[chance < 0.25 ? name(random) : key, mutated(random, item)] as const];
    }),
  );
}
