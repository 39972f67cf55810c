import { isBlock, isContent, isHole, type Block, type Hole, type Node, type Path, type Program } from "./template-syntax.ts";

/** Makes one text of data. Throws where a value is missing that is to be printed. */
export type Fill = (data: unknown) => string;

/** What a hole may call on its value, by the name that its place in the text was given. */
export type HoleHelpers = Readonly<Record<string, (value: unknown) => string>>;

export interface FillOptions {
  /** What becomes of a value that is printed. Default: the value as text, and nothing for null. */
  readonly escape?: (value: unknown) => string;
  readonly helpers?: HoleHelpers;
}

/** One level of data: that of the template, of an item of `each`, or of `with`. */
interface Scope {
  readonly context: unknown;
  readonly outer: Scope | undefined;
  /** Of an item of `each`. */
  readonly at: { readonly index: number; readonly key: number | string; readonly first: boolean; readonly last: boolean } | undefined;
}

/** What a level is called (`as |item index|`), the innermost first. */
type Names = readonly (readonly string[])[];
type Part = (scope: Scope) => string;
type Value = (scope: Scope) => unknown;

/**
 * Compiles the checked part of Handlebars that templates may use (holes.ts): holes, `if`, `unless`, `each`, `with`, and the holes'
 * helpers. Handlebars itself parses. Its own runtime does the same some five times slower, which is why this is here:
 * docs/decisions/0024.
 */
export function compileFill(program: Program, { escape = printed, helpers = {} }: FillOptions = {}): Fill {
  const part = body(program, [[]]);
  return (data) => part({ context: data, outer: undefined, at: undefined });

  function body({ body: statements }: Program, names: Names): Part {
    const parts = statements.flatMap((statement): (string | Part)[] => {
      if (isContent(statement)) return [statement.value];
      if (isHole(statement)) return [hole(statement, names)];
      return isBlock(statement) ? [block(statement, names)] : [];
    });
    return (scope) => {
      let text = "";
      // oxlint-disable-next-line prefer-for-of -- it runs for each part of each message, and is a third faster so
      for (let index = 0; index < parts.length; index += 1) {
        const each = parts[index]!;
        text += typeof each === "string" ? each : each(scope);
      }
      return text;
    };
  }

  function hole({ path, params }: Hole, names: Names): Part {
    const [subject] = params;
    const helper = subject === undefined ? undefined : helpers[(path as Path).original];
    if (helper !== undefined) {
      const value = lookUp(subject as Path, names);
      return (scope) => helper(value(scope));
    }
    const value = lookUp(path as Path, names, true);
    return (scope) => escape(value(scope));
  }

  function block({ path, params, hash, program: then, inverse }: Node & Block, names: Names): Part {
    const value = lookUp(params[0] as Path, names);
    const inside = (own: Program | undefined, within: Names): Part => (own === undefined ? () => "" : body(own, within));
    if (path.original === "if" || path.original === "unless") {
      const zeroCounts =
        hash?.pairs.some(({ key, value: said }) => key === "includeZero" && (said as { value?: unknown }).value === true) ?? false;
      const [yes, no] = [inside(then, names), inside(inverse, names)];
      const [first, second] = path.original === "if" ? [yes, no] : [no, yes];
      return (scope) => {
        const said = value(scope);
        return isEmpty(said) || (said === 0 && !zeroCounts) ? second(scope) : first(scope);
      };
    }
    const [item, otherwise] = [inside(then, [then?.blockParams ?? [], ...names]), inside(inverse, names)];
    if (path.original === "with")
      return (scope) => {
        const context = value(scope);
        return isEmpty(context) ? otherwise(scope) : item({ context, outer: scope, at: undefined });
      };
    return (scope) => {
      const list = value(scope);
      if (typeof list !== "object" || list === null) return otherwise(scope);
      const keys = Array.isArray(list) ? undefined : Object.keys(list);
      const count = keys?.length ?? (list as unknown[]).length;
      let text = "";
      for (let index = 0; index < count; index += 1) {
        const key = keys?.[index] ?? index;
        const context = (list as Record<number | string, unknown>)[key];
        text += item({ context, outer: scope, at: { index, key, first: index === 0, last: index === count - 1 } });
      }
      return count === 0 ? otherwise(scope) : text;
    };
  }
}

/** @param needed it is printed, and must be there */
function lookUp(path: Path, names: Names, needed = false): Value {
  const { data, depth, parts, original } = path;
  const [first = ""] = parts;
  if (data && first !== "root") return (scope) => loopOf(scope, depth)?.[first as "index"];
  const level = data || depth > 0 || /^\.|^this\b/.test(original) ? -1 : names.findIndex((own) => own.includes(first));
  const isPosition = level >= 0 && names[level]!.indexOf(first) === 1;
  const keys = data || level >= 0 ? parts.slice(1) : parts;
  const start: Value = data
    ? rootOf
    : level < 0
      ? (scope) => climb(scope, depth)?.context
      : (scope) => named(climb(scope, level), isPosition);
  const missing = (key: string): undefined => {
    if (needed) throw new Error(`"${key}" of {{${original}}} is not there`);
    return undefined;
  };
  const [only] = keys;
  // Most holes are the name of a value, and no more.
  if (keys.length === 1 && only !== undefined && !data && level < 0 && depth === 0)
    return ({ context }) => (has(context, only) ? context[only] : missing(only));
  return (scope) => {
    let value = start(scope);
    for (const key of keys) {
      if (!has(value, key)) return missing(key);
      value = value[key];
    }
    return value;
  };
}

function has(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}

function climb(scope: Scope, levels: number): Scope | undefined {
  let at: Scope | undefined = scope;
  for (let left = levels; left > 0; left -= 1) at = at?.outer;
  return at;
}

function rootOf(scope: Scope): unknown {
  let at = scope;
  while (at.outer !== undefined) at = at.outer;
  return at.context;
}

function named(scope: Scope | undefined, isPosition: boolean): unknown {
  return isPosition ? scope?.at?.key : scope?.context;
}

/** Where an `each` around stands: the innermost one, or further out. */
function loopOf(scope: Scope, depth: number): Scope["at"] {
  let left = depth;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) if (at.at !== undefined && left-- === 0) return at.at;
  return undefined;
}

/** Handlebars' own: nothing, false, an empty text or list; not zero. */
function isEmpty(value: unknown): boolean {
  return (!value && value !== 0) || (Array.isArray(value) && value.length === 0);
}

function printed(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}
