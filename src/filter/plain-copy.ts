import { below } from "./shown.ts";

/** What no pattern may exceed: levels of objects and lists, and values of any kind, objects and lists included. */
export const patternLimits = { depth: 32, nodes: 10_000 } as const;

/** Why a value is no plain data within the limits. */
export class NotPlain extends Error {}

/**
 * A copy of plain data within the limits. It reads the same each time: its objects have no prototype, and getters were called once.
 * @throws NotPlain with the path and the reason, and whatever reading the value throws
 */
export function plainCopy(value: unknown): unknown {
  return copyOf(value, "", { nodes: 0, ancestors: new Set() });
}

interface Walk {
  nodes: number;
  readonly ancestors: Set<object>;
}

function copyOf(value: unknown, path: string, walk: Walk): unknown {
  const { ancestors } = walk;
  walk.nodes += 1;
  if (walk.nodes > patternLimits.nodes) throw new NotPlain(`the pattern has more than ${patternLimits.nodes} values`);
  if (typeof value !== "object" || value === null) return value;
  if (ancestors.has(value)) throw new NotPlain(`${path}: the pattern must not contain itself`);
  if (ancestors.size >= patternLimits.depth) throw new NotPlain(`${path}: nested deeper than ${patternLimits.depth} levels`);
  ancestors.add(value);
  const copy = Array.isArray(value) ? copyOfList(value, path, walk) : copyOfObject(value, path, walk);
  ancestors.delete(value);
  return copy;
}

function copyOfList(list: readonly unknown[], path: string, walk: Walk): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < list.length; index++) copy.push(copyOf(list[index], `${path}[${index}]`, walk));
  return copy;
}

function copyOfObject(object: object, path: string, walk: Walk): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(object)) copy[key] = copyOf((object as Record<string, unknown>)[key], below(path, key), walk);
  return copy;
}
