import { type Alternative, isAnything } from "./alternatives.ts";
import { alters, breaks, type Change, under, widens } from "./change.ts";
import type { Comparison } from "./comparison.ts";
import { at, type JsonSchema, marks } from "./json-schema.ts";
import { accepts } from "./values.ts";

interface Fields {
  readonly named: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  /** Of the fields that are not named. `dropped`: they do not stay in the payload. False: they are refused. */
  readonly others: JsonSchema | "dropped";
  /** What a field that is not named may be called. */
  readonly names: JsonSchema;
}

/** Changes of an object or a record: each field, those that must be there, and those that are not named. */
export function compareObjects({ side, places }: Comparison, old: Alternative, now: Alternative): Change[] {
  const [before, after] = [fieldsOf(old), fieldsOf(now)];
  const compare = (was: JsonSchema, is: JsonSchema): readonly Change[] => places(at(old.place, was), at(now.place, is));
  const names = new Set([...Object.keys(before.named), ...Object.keys(after.named), ...before.required, ...after.required]);

  /** What the field may have been; undefined: it was never there. */
  const was = (name: string): JsonSchema | undefined => {
    if (Object.hasOwn(before.named, name)) return before.named[name];
    if (before.others === "dropped" || before.others === false) return undefined;
    return before.names === true || accepts(at(old.place, before.names), name) || !isList(before.names) ? before.others : undefined;
  };

  const fieldChanges = (name: string): readonly Change[] => {
    const [earlier, must] = [was(name), after.required.includes(name)];
    const always = before.required.includes(name);
    if (earlier === undefined) return addition(name, { must, schema: after.named[name] });
    const changes: Change[] = [];
    if (must && !always) changes.push(breaks("became required", name));
    if (Object.hasOwn(after.named, name)) {
      if (!must && always) changes.push(widens("became optional", name));
      return [...changes, ...under(name, compare(earlier, after.named[name]!))];
    }
    if (after.others === false) return [breaks("was removed, and fields that are not named are refused", name)];
    if (after.others === "dropped") {
      // What publishers send on is dropped.
      if (side === "publish" || !Object.hasOwn(before.named, name)) return [...changes, alters("is dropped from now on", name)];
      return [always ? breaks("was removed: readers were promised it", name) : alters("was removed; it was optional", name)];
    }
    if (after.names !== true && !accepts(at(now.place, after.names), name)) return [breaks("may no longer be the name of a field", name)];
    return [...changes, ...under(name, compare(earlier, after.others))];
  };

  return [...[...names].flatMap(fieldChanges), ...otherFields()];

  function otherFields(): readonly Change[] {
    const { others } = before;
    if (others === "dropped" || others === false) {
      // Publishers may have sent more than is named; it never came into the log.
      if (side === "publish" && others === "dropped" && after.others === false) return [breaks("refuses fields that it does not name")];
      if (
        side === "publish" &&
        others === "dropped" &&
        after.others !== "dropped" &&
        !isAnything(at(now.place, after.others as JsonSchema))
      )
        return [breaks("no longer takes whatever fields it does not name")];
      if (others === false && after.others === "dropped") return [alters("takes fields that it does not name, and drops them")];
      return after.others === "dropped" || after.others === false ? [] : [widens("may have fields that it does not name")];
    }
    if (after.others === "dropped") return [alters("need not hold what is not named any more")];
    if (after.others === false) return [breaks("refuses fields that it does not name")];
    return [...under("*", compare(others, after.others)), ...under("*", namesChanges(before.names, after.names))];
  }

  function namesChanges(earlier: JsonSchema, later: JsonSchema): readonly Change[] {
    if (later === true) return [];
    const text = { type: "string" };
    return compare(earlier === true ? text : earlier, later).map(({ what, ...rest }) => ({ ...rest, what: `(its name) ${what}` }));
  }
}

/** A field that old payloads never have. */
function addition(name: string, { must, schema }: { readonly must: boolean; readonly schema: JsonSchema | undefined }): Change[] {
  const filled = typeof schema === "object" && schema["default"] !== undefined;
  if (!must) return schema === undefined ? [] : [filled ? alters("is new and has a default", name) : widens("is new and optional", name)];
  return [breaks(filled ? "is new, and events in the log do not have its default" : "is new and required", name)];
}

/** Only some names are allowed: another one was never there. */
function isList(names: JsonSchema): boolean {
  return typeof names === "object" && (names["enum"] !== undefined || names["const"] !== undefined);
}

function fieldsOf({ words }: Alternative): Fields {
  const others = words["additionalProperties"] as JsonSchema | undefined;
  return {
    named: (words["properties"] as Record<string, JsonSchema> | undefined) ?? {},
    required: (words["required"] as readonly string[] | undefined) ?? [],
    others: others ?? (words[marks.unknownKeys] === "kept" ? true : "dropped"),
    names: (words["propertyNames"] as JsonSchema | undefined) ?? true,
  };
}
