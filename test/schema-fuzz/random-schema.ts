import type { Random } from "../chaos/random.ts";
/** Schemas at random, as plain descriptions that can be turned into zod, changed a little, and sampled. */
export type Shape =
  | {
      readonly kind: "text";
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: number;
      readonly trim?: boolean;
      readonly refined?: boolean;
    }
  | { readonly kind: "format"; readonly format: number }
  | {
      readonly kind: "number";
      readonly whole: boolean;
      readonly min?: number;
      readonly max?: number;
      readonly outside?: boolean;
      readonly step?: number;
    }
  | { readonly kind: "boolean" | "null" | "any" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly item: Shape; readonly min?: number; readonly max?: number }
  | { readonly kind: "tuple"; readonly items: readonly Shape[]; readonly rest?: Shape }
  | { readonly kind: "record"; readonly names: "any" | "some" | "all" | "pattern"; readonly value: Shape }
  | ObjectShape
  | { readonly kind: "union" | "xor"; readonly branches: readonly Shape[] }
  | { readonly kind: "tagged"; readonly branches: readonly ObjectShape[] }
  | { readonly kind: "both"; readonly left: ObjectShape; readonly right: ObjectShape }
  | { readonly kind: "nullable" | "readonly"; readonly inner: Shape }
  | { readonly kind: "tree"; readonly leaf: Shape; readonly most?: number };

export interface ObjectShape {
  readonly kind: "object";
  readonly fields: readonly Field[];
  readonly others: "drop" | "refuse" | "keep" | "numbers";
  readonly refined?: boolean;
}

export interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly presence: "required" | "optional" | "default";
}

export const below = (random: Random, most: number): number => Math.floor(random() * most);
export const pick = <Value>(random: Random, values: readonly Value[]): Value => values[below(random, values.length)]!;
export const chance = (random: Random, share: number): boolean => random() < share;

export const patterns = [/^[a-c]+$/, /^x/, /\d$/, /^[A-C]+$/i] as const;
export const tags = ["a", "b", "c", "d"] as const;
const names = ["id", "total", "note", "kind", "user"] as const;

const leaves: readonly ((random: Random) => Shape)[] = [
  (random) => randomText(random),
  (random) => randomNumber(random),
  (random) => ({ kind: "format", format: below(random, 6) }),
  () => ({ kind: "boolean" }),
  () => ({ kind: "null" }),
  (random) => ({ kind: "literal", value: pick(random, ["a", "b", 1, 2, true]) }),
  (random) => ({ kind: "enum", values: tags.filter(() => chance(random, 0.6)).slice(0) }),
];

export function randomShape(random: Random, depth = 2): Shape {
  if (depth === 0 || chance(random, 0.4)) return nonEmpty(pick(random, leaves)(random));
  const inner = (): Shape => randomShape(random, depth - 1);
  const makers: readonly (() => Shape)[] = [
    () => randomObject(random, depth),
    () => randomObject(random, depth),
    () => ({ kind: "list", item: inner(), ...bounds(random, 4) }),
    () => ({ kind: "tuple", items: several(random, 3, inner), ...(chance(random, 0.4) ? { rest: inner() } : {}) }),
    () => ({ kind: "record", names: pick(random, ["any", "some", "all", "pattern"] as const), value: inner() }),
    () => ({ kind: "union", branches: several(random, 3, inner) }),
    () => ({ kind: "xor", branches: several(random, 3, inner) }),
    () => ({ kind: "tagged", branches: several(random, 3, () => randomObject(random, depth)) }),
    () => ({ kind: "both", left: randomObject(random, depth), right: randomObject(random, depth) }),
    () => ({ kind: "nullable", inner: inner() }),
    () => ({ kind: "readonly", inner: inner() }),
    () => ({ kind: "tree", leaf: inner(), ...(chance(random, 0.5) ? { most: 1 + below(random, 2) } : {}) }),
    () => ({ kind: "any" }),
  ];
  return pick(random, makers)();
}

export function randomObject(random: Random, depth: number): ObjectShape {
  const fields = names.filter(() => chance(random, 0.5)).map((name) => randomField(random, name, depth - 1));
  const others = pick(random, ["drop", "drop", "drop", "refuse", "keep", "numbers"] as const);
  return { kind: "object", fields, others, ...(chance(random, 0.05) ? { refined: true } : {}) };
}

export function randomField(random: Random, name: string, depth: number): Field {
  return { name, shape: randomShape(random, depth), presence: pick(random, ["required", "required", "optional", "default"] as const) };
}

export function freeName(random: Random, { fields }: ObjectShape): string | undefined {
  const free = names.filter((name) => fields.every((field) => field.name !== name));
  return free.length === 0 ? undefined : pick(random, free);
}

function randomText(random: Random): Shape {
  return {
    kind: "text",
    ...bounds(random, 5),
    ...(chance(random, 0.25) ? { pattern: below(random, patterns.length) } : {}),
    ...(chance(random, 0.1) ? { trim: true } : {}),
    ...(chance(random, 0.05) ? { refined: true } : {}),
  };
}

function randomNumber(random: Random): Shape {
  return {
    kind: "number",
    whole: chance(random, 0.5),
    ...bounds(random, 10),
    ...(chance(random, 0.3) ? { outside: true } : {}),
    ...(chance(random, 0.2) ? { step: pick(random, [1, 2, 4, 0.5, 3]) } : {}),
  };
}

function bounds(random: Random, most: number): { min?: number; max?: number } {
  const min = below(random, most);
  return { ...(chance(random, 0.4) ? { min } : {}), ...(chance(random, 0.4) ? { max: min + below(random, most) } : {}) };
}

function several<Made>(random: Random, most: number, make: () => Made): Made[] {
  return Array.from({ length: 1 + below(random, most) }, make);
}

function nonEmpty(shape: Shape): Shape {
  return shape.kind === "enum" && shape.values.length === 0 ? { kind: "enum", values: ["a"] } : shape;
}
