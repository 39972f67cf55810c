import { secretText } from "../../define/mask.ts";
import { pathText } from "../../define/payload.ts";
import { holdsStandIn } from "../../define/sealed.ts";

export interface EditedData {
  /** What is to be held from now on: where nothing was changed, just what was held before. */
  readonly data: unknown;
  /** The paths of what was changed, added or left out. */
  readonly changed: readonly string[];
  readonly problems: readonly string[];
}

/** One piece of data as it is held and as people saw it. */
export interface HeldData {
  /** With whatever stands for its secrets. */
  readonly held: unknown;
  /** The same with `[secret]` in their place. */
  readonly clear: unknown;
  /** The same with personal values masked. */
  readonly masked: unknown;
}

/**
 * Puts data that a person edited in the place of what is held. A value that is given back as it was shown, masked or not, stays what it was; a
 * masked value, or what stands for a secret, in any other place is refused, and so is another value for a secret: what is sealed stays sealed.
 * Pure.
 */
export function editedData(before: HeldData, edited: unknown): EditedData {
  const masks = masksIn(before.clear, before.masked);
  const changed: string[] = [];
  const problems: string[] = [];
  const data = placed(before, edited, []);
  return { data, changed, problems };

  function placed({ held, clear, masked }: HeldData, given: unknown, path: readonly (string | number)[]): unknown {
    if (Array.isArray(given)) {
      if (Array.isArray(held) && held.length > given.length) note([...path, given.length]);
      if (!Array.isArray(held)) note(path);
      return given.map((element, index) => placed(below({ held, clear, masked }, index), element, [...path, index]));
    }
    if (typeof given === "object" && given !== null) {
      if (!isObject(held)) note(path);
      const kept = Object.entries(given).map(([key, value]) => [key, placed(below({ held, clear, masked }, key), value, [...path, key])]);
      if (isObject(held)) for (const key of Object.keys(held)) if (!Object.hasOwn(given, key)) note([...path, key]);
      return Object.fromEntries(kept);
    }
    if (given === held || (held !== undefined && (given === clear || given === masked))) return held;
    const isSecret = typeof held === "string" && held !== clear;
    if (isSecret) refuse(path, `holds a secret, which cannot be edited: leave ${secretText} as it is, or publish the event again`);
    else if (typeof given === "string" && (given.includes(secretText) || holdsStandIn(given)))
      refuse(path, `${JSON.stringify(given)} stands for a secret and is none: leave secrets where they were`);
    else if (typeof given === "string" && masks.has(given))
      refuse(path, `${JSON.stringify(given)} is a masked value, not the value itself: write the value, or leave it where it was`);
    note(path);
    return given;
  }

  function note(path: readonly (string | number)[]): void {
    changed.push(pathText(path));
  }

  function refuse(path: readonly (string | number)[], problem: string): void {
    problems.push(`${pathText(path)}: ${problem}`);
  }
}

function below({ held, clear, masked }: HeldData, key: string | number): HeldData {
  const at = (value: unknown): unknown =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
  return { held: at(held), clear: at(clear), masked: at(masked) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every text that stands, masked, for another one. */
function masksIn(clear: unknown, masked: unknown, found = new Set<string>()): Set<string> {
  if (typeof masked === "string" && masked !== clear && masked !== secretText) found.add(masked);
  if (typeof masked === "object" && masked !== null)
    for (const key of Object.keys(masked)) {
      const of = below({ held: undefined, clear, masked }, key);
      masksIn(of.clear, of.masked, found);
    }
  return found;
}
