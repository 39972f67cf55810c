import type { FilterProblem } from "./filter-error.ts";
import { patternLimits } from "./limits.ts";
import { tooLarge } from "./plain-copy.ts";
import { below, shown } from "./shown.ts";

/**
 * Reads JSON as `JSON.parse` does, and adds to `faults` what that passes over: keys that stand twice, and numbers that it would round. After a mistake
 * in the syntax, which is the last fault, `value` is what stood before it; undefined where there was nothing.
 */
export function readJson(text: string, faults: FilterProblem[]): { readonly value: unknown } {
  if (text.length > patternLimits.bytes) {
    faults.push({ path: "", problem: `the pattern is larger than ${patternLimits.bytes / 1_024} KB` });
    return { value: undefined };
  }
  const reader: Reader = { text, at: 0, faults, depth: 0, broken: false };
  const value = readValue(reader, "");
  if (!reader.broken && peek(reader) !== "") fail(reader, "was expecting nothing more");
  return { value };
}

interface Reader {
  readonly text: string;
  at: number;
  readonly faults: FilterProblem[];
  depth: number;
  /** Set at the first mistake: nothing more is read. */
  broken: boolean;
}

/** The next character that is no space; "" at the end. */
function peek(reader: Reader): string {
  while (" \t\n\r".includes(reader.text[reader.at] ?? "x")) reader.at += 1;
  return reader.text[reader.at] ?? "";
}

function readValue(reader: Reader, path: string): unknown {
  const next = peek(reader);
  if (next === "{" || next === "[") {
    reader.depth += 1;
    if (reader.depth > patternLimits.depth + 1) return void fail(reader, `is nested deeper than ${patternLimits.depth} levels`);
    const value = next === "{" ? readObject(reader, path) : readList(reader, path);
    reader.depth -= 1;
    return value;
  }
  if (next === '"') return readString(reader);
  const [word] = /^[-+.\w]+/.exec(reader.text.slice(reader.at, reader.at + 400)) ?? [];
  if (word === undefined) return void fail(reader, "was expecting a value");
  if (word === "true" || word === "false" || word === "null" || /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(word)) {
    reader.at += word.length;
    const value: unknown = JSON.parse(word);
    if (typeof value === "number") checkNumber(reader, { word, value, path });
    return value;
  }
  return void fail(reader, "was expecting a value");
}

interface ReadNumber {
  readonly word: string;
  readonly value: number;
  readonly path: string;
}

function checkNumber({ faults }: Reader, { word, value, path }: ReadNumber): void {
  const vendor = `Cannot compare number : ${word}`;
  // Whole numbers of the size of 2^53 are told of by their digits; what is larger, `plainCopy` finds.
  const rounded = Math.abs(value) === patternLimits.number && /^-?\d+$/.test(word) && BigInt(word) !== BigInt(value);
  if (!Number.isFinite(value) || rounded) faults.push({ path, problem: `${shown(word)} ${tooLarge}`, vendor });
  else if (value === 0 && /[1-9]/.test(word.split(/e/i)[0]!))
    faults.push({ path, problem: `${shown(word)} is too small: it would be read as 0`, vendor });
}

function readObject(reader: Reader, path: string): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null);
  reader.at += 1;
  if (closes(reader, "}")) return object;
  for (;;) {
    if (peek(reader) !== '"') return (fail(reader, "was expecting double-quote to start field name"), object);
    const key = readString(reader);
    if (key === undefined) return object;
    const at = below(path, key);
    if (Object.hasOwn(object, key))
      reader.faults.push({
        path: at,
        problem: "the key stands twice in one object",
        vendor: `Path \`${at}\` cannot be allowed multiple times`,
      });
    if (peek(reader) !== ":") return (fail(reader, "was expecting a colon to separate field name and value"), object);
    reader.at += 1;
    const value = readValue(reader, at);
    if (value !== undefined) object[key] = value;
    if (reader.broken || closes(reader, "}")) return object;
    if (!passesComma(reader, { within: "Object", wrong: "]", right: "}" })) return object;
  }
}

function readList(reader: Reader, path: string): unknown[] {
  const list: unknown[] = [];
  reader.at += 1;
  if (closes(reader, "]")) return list;
  for (;;) {
    const value = readValue(reader, `${path}[${list.length}]`);
    if (value !== undefined) list.push(value);
    if (reader.broken || closes(reader, "]")) return list;
    if (!passesComma(reader, { within: "Array", wrong: "}", right: "]" })) return list;
  }
}

function closes(reader: Reader, bracket: string): boolean {
  if (peek(reader) !== bracket) return false;
  reader.at += 1;
  return true;
}

interface Separated {
  readonly within: "Object" | "Array";
  readonly wrong: string;
  readonly right: string;
}

function passesComma(reader: Reader, { within, wrong, right }: Separated): boolean {
  if (peek(reader) === ",") {
    reader.at += 1;
    return true;
  }
  if (peek(reader) === wrong) fail(reader, `expected '${right}'`, `Unexpected close marker '${wrong}': expected '${right}'`);
  else fail(reader, `was expecting comma to separate ${within} entries`);
  return false;
}

function readString(reader: Reader): string | undefined {
  const { text, at } = reader;
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  if (end >= text.length) {
    reader.at = text.length;
    return void fail(reader, "was expecting closing quote for a string value");
  }
  try {
    const value = JSON.parse(text.slice(at, end + 1)) as string;
    reader.at = end + 1;
    return value;
  } catch {
    return void fail(reader, "begins a string with a character or an escape that JSON does not have");
  }
}

/** The first mistake ends the reading. */
function fail(reader: Reader, expected: string, vendor?: string): void {
  if (reader.broken) return;
  reader.broken = true;
  const before = reader.text.slice(0, reader.at).split("\n");
  const character = reader.text[reader.at];
  const what = character === undefined ? "the text ends" : `${shown(character)}`;
  const unexpected =
    character === undefined
      ? `Unexpected end-of-input: ${expected}`
      : `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): ${expected}`;
  reader.faults.push({
    path: "",
    problem: `no JSON at line ${before.length}, column ${before.at(-1)!.length + 1}: ${what}: ${expected}`,
    vendor: vendor ?? unexpected,
  });
}
