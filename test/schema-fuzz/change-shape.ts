import type { Random } from "../chaos/random.ts";
import { below, chance, freeName, type ObjectShape, patterns, pick, randomField, randomShape, type Shape, tags } from "./random-schema.ts";

/** The same schema with one small change somewhere in it, such as a person makes. */
export function changeShape(random: Random, shape: Shape): Shape {
  const deeper = insideOf(shape);
  if (deeper.length > 0 && chance(random, 0.65)) return pick(random, deeper)((inner) => changeShape(random, inner));
  if (chance(random, 0.08)) return { kind: "nullable", inner: shape };
  if (chance(random, 0.06)) return { kind: "union", branches: [shape, randomShape(random, 1)] };
  if (chance(random, 0.08)) return randomShape(random, 1);
  return changed(random, shape);
}

type Rewrite = (change: (inner: Shape) => Shape) => Shape;

/** Ways to change what is inside. */
function insideOf(shape: Shape): Rewrite[] {
  switch (shape.kind) {
    case "list":
      return [(change) => ({ ...shape, item: change(shape.item) })];
    case "record":
      return [(change) => ({ ...shape, value: change(shape.value) })];
    case "tree":
      return [(change) => ({ ...shape, leaf: change(shape.leaf) })];
    case "nullable":
    case "readonly":
      return [(change) => ({ ...shape, inner: change(shape.inner) })];
    case "tuple":
      return shape.items.map((_, index) => (change) => ({
        ...shape,
        items: shape.items.map((each, at) => (at === index ? change(each) : each)),
      }));
    case "union":
    case "xor":
      return shape.branches.map((_, index) => (change) => ({
        ...shape,
        branches: shape.branches.map((each, at) => (at === index ? change(each) : each)),
      }));
    case "object":
      return shape.fields.map((_, index) => (change) => ({
        ...shape,
        fields: shape.fields.map((field, at) => (at === index ? { ...field, shape: change(field.shape) } : field)),
      }));
    case "tagged":
      return shape.branches.map((_, index) => (change) => ({
        ...shape,
        branches: shape.branches.map((each, at) => (at === index ? keptObject(each, change(each)) : each)),
      }));
    case "both":
      return [(change) => ({ ...shape, left: keptObject(shape.left, change(shape.left)) })];
    default:
      return [];
  }
}

const keptObject = (before: ObjectShape, after: Shape): ObjectShape => (after.kind === "object" ? after : before);

function changed(random: Random, shape: Shape): Shape {
  switch (shape.kind) {
    case "text":
      return pick<() => Shape>(random, [
        () => withBounds(random, shape),
        () => ({ ...shape, pattern: below(random, patterns.length) }),
        () => without(shape, pick(random, ["min", "max", "pattern", "trim", "refined"])),
        () => ({ ...shape, trim: true }),
        () => ({ ...shape, refined: true }),
      ])();
    case "number":
      return pick<() => Shape>(random, [
        () => withBounds(random, shape),
        () => ({ ...shape, whole: !shape.whole }),
        () => ({ ...shape, outside: shape.outside !== true }),
        () => ({ ...shape, step: pick(random, [1, 2, 4, 0.5, 3]) }),
        () => without(shape, pick(random, ["min", "max", "step"])),
      ])();
    case "enum":
      return chance(random, 0.5)
        ? { ...shape, values: tags.filter((tag) => shape.values.includes(tag) || chance(random, 0.5)) }
        : { kind: "enum", values: shape.values.length > 1 ? shape.values.slice(1) : tags };
    case "literal":
      return chance(random, 0.5) && typeof shape.value === "string" ? { kind: "text" } : { kind: "enum", values: ["a", "c"] };
    case "list":
      return withBounds(random, shape);
    case "tuple":
      if (chance(random, 0.3)) return shape.rest === undefined ? { ...shape, rest: randomShape(random, 1) } : without(shape, "rest");
      return { ...shape, items: chance(random, 0.5) ? [...shape.items, randomShape(random, 1)] : shape.items.slice(1) };
    case "record":
      return { ...shape, names: pick(random, ["any", "some", "all", "pattern"] as const) };
    case "object":
      return changedObject(random, shape);
    case "tagged":
    case "union":
    case "xor":
      return shape.branches.length > 1 && chance(random, 0.5)
        ? ({ ...shape, branches: shape.branches.slice(1) } as Shape)
        : more(random, shape);
    case "tree":
      return chance(random, 0.5) ? without(shape, "most") : { ...shape, most: 1 + below(random, 3) };
    case "nullable":
    case "readonly":
      return shape.inner;
    default:
      return randomShape(random, 1);
  }
}

function changedObject(random: Random, shape: ObjectShape): ObjectShape {
  const name = freeName(random, shape);
  const one = below(random, shape.fields.length);
  const ways: (() => ObjectShape)[] = [() => ({ ...shape, others: pick(random, ["drop", "refuse", "keep", "numbers"] as const) })];
  if (name !== undefined) ways.push(() => ({ ...shape, fields: [...shape.fields, randomField(random, name, 1)] }));
  if (shape.fields.length > 0)
    ways.push(
      () => ({ ...shape, fields: shape.fields.filter((_, index) => index !== one) }),
      () => ({
        ...shape,
        fields: shape.fields.map((field, index) =>
          index === one ? { ...field, presence: pick(random, ["required", "optional", "default"] as const) } : field,
        ),
      }),
    );
  return pick(random, ways)();
}

function more(random: Random, shape: Shape & { readonly kind: "union" | "xor" | "tagged" }): Shape {
  if (shape.kind === "tagged") return { ...shape, branches: [...shape.branches, shape.branches[0]!].slice(0, 4) };
  return { ...shape, branches: [...shape.branches, randomShape(random, 1)] };
}

function withBounds<Bounded extends { readonly min?: number; readonly max?: number }>(random: Random, shape: Bounded): Bounded {
  const min = shape.min ?? below(random, 3);
  const step = pick(random, [-1, 1, 2]);
  return chance(random, 0.5) ? { ...shape, min: Math.max(0, min + step) } : { ...shape, max: Math.max(min, (shape.max ?? min + 3) + step) };
}

function without<Whole extends object>(shape: Whole, key: string): Whole {
  return Object.fromEntries(Object.entries(shape).filter(([name]) => name !== key)) as Whole;
}
