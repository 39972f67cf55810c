import { FilterError, type FilterProblem, sentenceOf } from "./filter-error.ts";
import { readJson } from "./json-reader.ts";
import { limitFaults } from "./limit-faults.ts";
import { programOf } from "./match.ts";
import { operatorNames, parseCondition } from "./operators.ts";
import type { Condition, ParsedField, ParsedPattern } from "./parsed-pattern.ts";
import { NotPlain, plainCopy } from "./plain-copy.ts";
import { type Dialect, within } from "./report.ts";
import { below, shown } from "./shown.ts";
import { snsDecimals, snsFaults } from "./sns-limits.ts";

export type { ParsedPattern } from "./parsed-pattern.ts";

/** Keys that change prototypes. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/** From how many characters on, in its parsed form, a pattern is made ready to be matched when it is read. */
const large = 2_000;

/** A pattern that can be matched, or everything that is wrong with it: `problems` as sentences, each with its path, `faults` in parts. */
export type Parsed =
  | { readonly matcher: ParsedPattern }
  | {
      readonly problems: readonly string[];
      readonly faults: readonly FilterProblem[];
      /** As much of it as could be read, for those who look for more that is wrong. It is never matched. */
      readonly readable?: ParsedPattern;
    };

/**
 * Checks a pattern of whatever origin and turns it into what `matches` and `explain` read. It does not throw. A dot in a key is a step of a path, as
 * in EventBridge: `{ "a.b": … }` and `{ "a": { "b": … } }` are the same.
 */
export function parsePattern(pattern: unknown, dialect: Dialect = {}): Parsed {
  const result = parsedOrNot(pattern, dialect);
  // Now and not when the first event comes: of a large pattern it takes longer than a match. Of small ones there may be many that are never tried.
  if ("matcher" in result && JSON.stringify(result.matcher).length > large) programOf(result.matcher);
  return result;
}

function parsedOrNot(pattern: unknown, dialect: Dialect): Parsed {
  const faults: FilterProblem[] = [];
  try {
    return parsed(plainCopy(pattern, faults), { dialect, faults });
  } catch (error) {
    if (error instanceof NotPlain) return failed([{ path: error.path, problem: error.message }]);
    return failed([{ path: "", problem: "the pattern cannot be read: it must be plain data, as JSON is" }]);
  }
}

/**
 * The same for the text of a pattern. What only a text can have wrong is found too: syntax, with line and column; a key that stands twice in one
 * object; numbers that would be rounded.
 */
export function parsePatternText(text: string, dialect: Dialect = {}): Parsed {
  const misread: FilterProblem[] = [];
  const { value } = readJson(text, misread);
  // What could be read is checked too: a mistake in it is told beside that of the syntax.
  const result = value === undefined ? undefined : parsePattern(value, dialect);
  if (result !== undefined && "faults" in result) return failed([...misread, ...result.faults]);
  return result === undefined || misread.length > 0 ? failed(misread) : result;
}

/** A pattern that is good. @throws FilterError with everything that is wrong with it */
export function goodPattern(result: Parsed): ParsedPattern {
  if ("matcher" in result) return result.matcher;
  throw new FilterError(result.faults);
}

interface Parsing {
  readonly dialect: Dialect;
  readonly faults: FilterProblem[];
}

function parsed(plain: unknown, parsing: Parsing): Parsed {
  const { dialect, faults } = parsing;
  const sns = dialect.dialect === "sns";
  const everything = sns && isObject(plain) && Object.keys(plain).length === 0;
  const pattern = everything ? { fields: [], or: [] } : parseObject(plain, { at: "", path: "", leaves: new Set() }, parsing);
  // Only of what is whole can be said how large it is.
  if (faults.length === 0) faults.push(...(sns ? snsFaults(pattern, dialect) : []), ...limitFaults(pattern));
  if (faults.length > 0) return { ...failed(faults), readable: pattern };
  return { matcher: frozen(sns ? { ...pattern, decimals: snsDecimals } : pattern) };
}

function failed(faults: readonly FilterProblem[]): Exclude<Parsed, { readonly matcher: ParsedPattern }> {
  return { problems: faults.map(sentenceOf), faults };
}

/** Where a part of a pattern stands, and where in a payload it looks: the path without `$or` and indexes. Both are "" at the top. */
interface Place {
  readonly at: string;
  readonly path: string;
  /** The paths that have a list already, apart from those in branches of `$or`. */
  readonly leaves: Set<string>;
  /** What the vendor says where no object stands. */
  readonly vendor?: string;
}

/** What it returns is whole only where it added no problem. */
function parseObject(pattern: unknown, place: Place, parsing: Parsing): ParsedPattern {
  const report = (problem: string, vendor: string): void => void parsing.faults.push({ path: place.at || "the pattern", problem, vendor });
  const fields: ParsedField[] = [];
  let or: readonly ParsedPattern[] = [];
  if (!isObject(pattern))
    report(`${shown(pattern)} is no object of fields such as { "total": [1] }`, place.vendor ?? "Filter is not an object");
  else if (Object.keys(pattern).length === 0)
    report("an empty object says nothing: name at least one field", "Empty objects are not allowed");
  else {
    for (const [key, value] of Object.entries(pattern)) {
      if (key === "$or") or = parseOr(value, place, parsing);
      else fields.push(...parseField(key, value, { place, parsing }));
    }
  }
  return { fields, or };
}

function parseOr(value: unknown, place: Place, parsing: Parsing): ParsedPattern[] {
  const at = below(place.at, "$or");
  // event-ruler takes what is no such list for a field of that name, and finds no operator in it.
  const [first] = Array.isArray(value) && isObject(value[0]) ? Object.keys(value[0]) : [];
  const vendor = first === undefined ? "It must be an Array followed with $or." : `Unrecognized match type ${first}`;
  if (!Array.isArray(value) || value.length < 2) {
    parsing.faults.push({ path: at, problem: `${shown(value)} is no list of at least two patterns`, vendor });
    return [];
  }
  return value.map((pattern, index) => {
    const branch = { at: `${at}[${index}]`, path: place.path, leaves: new Set<string>(), vendor };
    return parseObject(pattern, branch, parsing);
  });
}

/** A field for each step of the key; none where it is wrong. */
function parseField(
  key: string,
  value: unknown,
  { place, parsing }: { readonly place: Place; readonly parsing: Parsing },
): readonly ParsedField[] {
  const { faults, dialect } = parsing;
  const at = below(place.at, key);
  const steps = key.split(".");
  const forbidden = steps.find((step) => forbiddenKeys.has(step));
  if (forbidden !== undefined) {
    faults.push({ path: at, problem: `the key "${forbidden}" is not allowed` });
    return [];
  }
  const paths = steps.map((_, index) => steps.slice(0, index + 1).reduce(below, place.path));
  const path = paths.at(-1)!;
  const end = { key: steps.at(-1)!, path };
  let field: ParsedField;
  if (isObject(value)) field = { ...end, nested: parseObject(value, { at, path, leaves: place.leaves }, parsing) };
  else {
    if (place.leaves.has(path))
      faults.push({
        path: at,
        problem: `${path} is named twice: put everything into one list`,
        vendor: `Path \`${path}\` cannot be allowed multiple times`,
      });
    place.leaves.add(path);
    field = { ...end, oneOf: parseLeaf(value, { at, key: end.key }, { faults, dialect }) };
  }
  for (let index = steps.length - 2; index >= 0; index--)
    field = { key: steps[index]!, path: paths[index]!, nested: { fields: [field], or: [] } };
  return [field];
}

interface LeafPlace {
  readonly at: string;
  readonly key: string;
}

function parseLeaf(value: unknown, { at, key }: LeafPlace, { faults, dialect }: Parsing): Condition[] {
  const report = (problem: string, vendor: string): void => void faults.push({ path: at, problem, vendor });
  if (!Array.isArray(value)) {
    const advice = operatorNames.includes(key)
      ? `an operator stands in a list: [{ ${JSON.stringify(key)}: … }]`
      : `write [${shown(value)}]`;
    report(`${shown(value)} must stand in a list; ${advice}`, `"${key}" must be an object or an array`);
    return [];
  }
  if (value.length === 0)
    report("an empty list matches nothing: name at least one value, or leave the field out", "Empty arrays are not allowed");
  return value.flatMap((entry, index) => {
    const tell = within((problem, { at: rest = "", vendor } = {}) => {
      faults.push({ path: `${at}${rest}`, problem, ...(vendor === undefined ? {} : { vendor }) });
    }, `[${index}]`);
    return parseCondition(entry, tell, dialect) ?? [];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
