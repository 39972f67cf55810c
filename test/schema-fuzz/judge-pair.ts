import { Ajv2020 } from "ajv/dist/2020.js";
import type * as z from "zod";
import { changeText } from "../../src/schema/change.ts";
import { compareSchemas } from "../../src/schema/compare.ts";
import type { Side } from "../../src/schema/comparison.ts";
import { publishedSchema } from "../../src/schema/published.ts";
import { changeShape } from "./change-shape.ts";
import { seeded } from "../chaos/random.ts";
import { below, chance, randomShape, type Shape } from "./random-schema.ts";
import { sample } from "./sample.ts";
import { parsedBy, zodOf } from "./zod-of.ts";

export interface JudgedPair {
  /** Of what lies in the log, and of what publishers send. */
  readonly event: Judged;
  readonly publish: Judged;
}

export interface Judged {
  readonly compatible: boolean;
  /** Payloads that were valid and were tried. */
  readonly tried: number;
  /** The first of them that is not valid any more. */
  readonly failing: { readonly payload: unknown } | undefined;
  /** The sentences of what is breaking. */
  readonly reasons: readonly string[];
  /** Removals alone: they break what readers were promised, and no payload can fail for them. */
  readonly removals: boolean;
}

const samples = 12;

/** Two schemas: mostly the second is the first with one to three changes. */
export function randomPair(seed: number): { readonly before: Shape; readonly after: Shape } {
  const random = seeded(seed);
  // Most are small, as those of people are.
  const depth = chance(random, 0.25) ? 3 : 2;
  const before = randomShape(random, depth);
  if (chance(random, 0.1)) return { before, after: randomShape(random, depth) };
  let after = before;
  for (let changes = 1 + below(random, 3); changes > 0; changes--) after = changeShape(random, after);
  return { before, after };
}

/** What the checker says of a pair, and what payloads say. */
export function judgePair(seed: number): JudgedPair {
  const { before, after } = randomPair(seed);
  const [old, now] = [zodOf(before), zodOf(after)];
  const random = seeded(seed ^ 0x5bd1e995);
  const payloads = Array.from({ length: samples }, () => sample(random, before)).flatMap((payload) => {
    const parsed = parsedBy(old, payload);
    return parsed === undefined ? [] : [{ payload, event: parsed.data }];
  });
  return {
    // A default that does not fit its own schema says nothing of the next one.
    event: judged({ old, now, side: "event", payloads: payloads.map(({ event }) => event).filter((event) => isWhole(old, event)) }),
    // What a schema drops may be refused under the next one: it was never part of an event.
    publish: judged({
      old,
      now,
      side: "publish",
      payloads: payloads.flatMap(({ payload, event }) => (holdsMore(payload, event) ? [] : [payload])),
    }),
  };
}

interface Pair {
  readonly old: z.ZodType;
  readonly now: z.ZodType;
  readonly side: Side;
  readonly payloads: readonly unknown[];
}

function judged({ old, now, side, payloads }: Pair): Judged {
  const io = side === "event" ? "output" : "input";
  const changes = compareSchemas(publishedSchema(old, io), publishedSchema(now, io), side);
  const breaking = changes.filter((change) => change.breaking);
  // What lies in the log is not parsed again: nothing is filled in.
  const bad = payloads.findIndex((payload) => !(side === "event" ? isWhole(now, payload) : parsedBy(now, payload) !== undefined));
  return {
    compatible: breaking.length === 0,
    tried: payloads.length,
    failing: bad < 0 ? undefined : { payload: payloads[bad] },
    reasons: breaking.map(changeText),
    removals: breaking.every(({ what }) => what.startsWith("was removed: ")),
  };
}

/** Whether it fits without anything being filled in; where the first branch of a union would fill something in, another one may take it as it is. */
function isWhole(schema: z.ZodType, payload: unknown): boolean {
  const parsed = parsedBy(schema, payload);
  if (parsed === undefined) return false;
  return !holdsMore(parsed.data, payload) || new Ajv2020(lenient).validate(publishedSchema(schema, "output"), payload);
}

const lenient = { strict: false, validateSchema: false, validateFormats: false, unicodeRegExp: false } as const;

/** Whether a parsed payload has a field somewhere that the payload has not: a default. */
function holdsMore(parsed: unknown, payload: unknown): boolean {
  if (typeof parsed !== "object" || parsed === null || typeof payload !== "object" || payload === null) return false;
  return Object.entries(parsed).some(([name, value]) => {
    if (value === undefined) return false;
    return !Object.hasOwn(payload, name) || holdsMore(value, (payload as Record<string, unknown>)[name]);
  });
}
