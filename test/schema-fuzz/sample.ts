import type { Random } from "../chaos/random.ts";
import { below, chance, type ObjectShape, pick, type Shape, tags } from "./random-schema.ts";

const examples = [
  ["asha@example.in", "a.b@c.example"],
  ["0190a4a2-6f3a-7cc0-8f5e-5a1d2c3b4a5e"],
  ["https://example.in/a", "http://localhost:3000", "ftp://x.example"],
  ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123Z"],
  ["2026-01-01"],
  ["10.0.0.1"],
] as const;

/** A payload that a publisher might send under this schema; sometimes it does not fit. What is at a limit comes often. */
export function sample(random: Random, shape: Shape, depth = 3): unknown {
  switch (shape.kind) {
    case "text":
      return sampleText(random, shape);
    case "format":
      return pick(random, examples[shape.format]!);
    case "number":
      return sampleNumber(random, shape);
    case "boolean":
      return chance(random, 0.5);
    case "null":
      return null;
    case "any":
      return pick(random, ["a", 1, null, true, { id: 1 }, [], {}]);
    case "literal":
      return shape.value;
    case "enum":
      return pick(random, shape.values);
    case "list": {
      const least = shape.min ?? 0;
      const length = pick(random, [least, shape.max ?? least + 2, least + below(random, 3)]);
      return Array.from({ length }, () => sample(random, shape.item, depth - 1));
    }
    case "tuple": {
      const first = shape.items.map((item) => sample(random, item, depth - 1));
      return shape.rest === undefined ? first : [...first, ...times(below(random, 3), () => sample(random, shape.rest!, depth - 1))];
    }
    case "record": {
      const names =
        shape.names === "all"
          ? ["a", "b"]
          : [...tags, ...(shape.names === "some" ? [] : ["ab", "id", "total"])].filter(() => chance(random, 0.3));
      return Object.fromEntries(names.map((name) => [name, sample(random, shape.value, depth - 1)]));
    }
    case "object":
      return sampleObject(random, shape, depth);
    case "union":
    case "xor":
      return sample(random, pick(random, shape.branches), depth - 1);
    case "tagged": {
      const index = below(random, shape.branches.length);
      return { ...sampleObject(random, shape.branches[index]!, depth), tag: tags[index] };
    }
    case "both":
      return { ...sampleObject(random, shape.left, depth), ...sampleObject(random, shape.right, depth) };
    case "nullable":
      return chance(random, 0.4) ? null : sample(random, shape.inner, depth);
    case "readonly":
      return sample(random, shape.inner, depth);
    case "tree": {
      const most = depth <= 0 ? 0 : (shape.most ?? 2);
      return { leaf: sample(random, shape.leaf, depth - 1), parts: times(below(random, most + 1), () => sample(random, shape, depth - 2)) };
    }
  }
}

function sampleObject(random: Random, { fields, others }: ObjectShape, depth: number): Record<string, unknown> {
  const there = fields.filter(({ presence }) => presence === "required" || chance(random, 0.5));
  const own = there.map(({ name, shape }) => [name, sample(random, shape, depth - 1)]);
  // Names that a later version may give a meaning.
  const more = ["id", "total", "note", "kind", "user", "tag"].filter(
    (name) => fields.every((field) => field.name !== name) && chance(random, 0.2),
  );
  if (others === "keep") own.push(...more.map((name) => [name, pick(random, ["a", 1, null, {}])]));
  if (others === "numbers") own.push(...more.map((name) => [name, below(random, 9)]));
  return Object.fromEntries(own) as Record<string, unknown>;
}

function sampleText(random: Random, { min = 0, max = min + 4, pattern, trim }: Shape & { readonly kind: "text" }): string {
  const length = pick(random, [min, max, min + below(random, max - min + 1)]);
  const letters = ["abc", "x12", "123", "ABC"][pattern ?? below(random, 4)]!;
  const text = times(length, () => pick(random, letters.split(""))).join("");
  const fitting = pattern === 1 && length > 0 ? `x${text.slice(1)}` : pattern === 2 && length > 0 ? `${text.slice(1)}7` : text;
  return trim === true || chance(random, 0.1) ? pick(random, [fitting, ` ${fitting}`, `${fitting}  `]) : fitting;
}

function sampleNumber(random: Random, { whole, min = -3, max = min + 10, step = 1 }: Shape & { readonly kind: "number" }): number {
  const value = pick(random, [min, max, max + 1, min + 1, min + below(random, max - min + 1), 0]);
  const stepped = chance(random, 0.7) ? Math.round(value / step) * step : value;
  return whole || chance(random, 0.5) ? stepped : stepped + pick(random, [0.5, 0.25, 0.1]);
}

const times = <Made>(count: number, make: () => Made): Made[] => Array.from({ length: Math.max(0, count) }, make);
