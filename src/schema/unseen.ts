import type * as z from "zod";

type Schema = z.core.$ZodTypes;
type CheckDef = z.core.$ZodCheckDef & Readonly<Record<string, unknown>>;

/** Checks that JSON Schema has words for, unless `unseenCheck` finds more in them. */
const shown: ReadonlySet<string> = new Set(
  "greater_than less_than multiple_of number_format min_length max_length length_equals string_format overwrite".split(" "),
);

/** Of `.trim()` and the like before all checks: what comes in may be wider than what is checked. */
export const rewrittenFirst = "rewritten first";

/** What a schema checks that its JSON Schema does not show, a short text each, in a fixed order. Two functions are taken to check the same. */
export function unseenOf(schema: Schema): string[] {
  const checks = checksOf(schema);
  const first = checks.findIndex(({ check }) => check !== "overwrite");
  const leading = first < 0 ? checks.length : first;
  // Only what comes before all other checks: those are then made of what it has left.
  const rewritten =
    leading > 0 && checks.slice(leading).every(({ check }) => check !== "overwrite") ? [`${rewrittenFirst} ${leading} times`] : [];
  return [...rewritten, ...checks.flatMap(unseenCheck)].toSorted();
}

/** What changes a value in between, so that its JSON Schema says too little of what comes in or goes out. */
export function rewritesOf(schema: Schema): string[] {
  const { def } = schema._zod;
  const checks = checksOf(schema);
  const first = checks.findIndex(({ check }) => check !== "overwrite");
  const late = first >= 0 && checks.slice(first).some(({ check }) => check === "overwrite");
  const { coerce, mode, keyType } = def as { coerce?: boolean; mode?: string; keyType?: Schema };
  return [
    ...(def.type === "pipe" || def.type === "catch" || def.type === "transform" ? [def.type] : []),
    ...(coerce === true ? ["coerce"] : []),
    ...(late ? checks.map(({ check }) => check) : []),
    ...(def.type === "tuple" && checks.length > 0 ? checks.map(({ check }) => check) : []),
    // Names that are numbers, or of which only some are looked at, are written in a wider form.
    ...(def.type === "record" && (mode === "loose" || keyType?._zod.def.type === "number") ? ["names"] : []),
  ];
}

/** A schema of a format is its own first check. */
function checksOf(schema: Schema): CheckDef[] {
  const own = schema._zod.traits.has("$ZodCheck") ? [schema._zod.def as unknown as CheckDef] : [];
  return [...own, ...(schema._zod.def.checks ?? []).map((each) => each._zod.def as CheckDef)];
}

function unseenCheck({ check, ...def }: CheckDef): string[] {
  if (check === "overwrite") return [];
  if (check === "custom") return ["a refinement"];
  if (!shown.has(check)) return [`the check ${check}`];
  if (check !== "string_format") return [];
  const { pattern, fn, hostname, protocol, alg, format } = def as Readonly<Record<string, unknown>>;
  const flags = pattern instanceof RegExp ? pattern.flags.replaceAll(/[gu]/g, "") : "";
  return [
    ...(flags === "" ? [] : [`flags ${flags} of ${(pattern as RegExp).source}`]),
    ...(fn === undefined ? [] : [`the format ${String(format)}, by a function`]),
    ...Object.entries({ hostname, protocol, alg }).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${String(value)}`])),
  ];
}
