import type * as z from "zod";
import { nearestName } from "../define/names.ts";
import { isComposite, keysOf, type Place, placeOfItems, placeOfKey, placeWithTexts, plainPlace, rootPlace } from "./schema-place.ts";
import { type Block, type Hole, isBlock, isHole, isPath, type Node, type Path, type Program } from "./template-syntax.ts";

/** What is wrong with one hole of a template. */
export interface HoleProblem {
  readonly line: number;
  readonly message: string;
}

/** One level of data: `each` and `with` go one down, `../` goes one up. */
interface Frame {
  readonly place: Place;
  /** Paths of this level that an `{{#if}}` around has found to be there. */
  readonly present: ReadonlySet<string>;
  /** `as |item index|` */
  readonly names: ReadonlyMap<string, Place>;
  readonly inEach: boolean;
}

const blocks = ["if", "unless", "each", "with"];

/**
 * Every hole that the template's data does not fill, and everything of Handlebars that templates may not use.
 * @param filledByUs texts that are there besides the data
 */
export function holeProblems(program: Program, schema: z.core.$ZodType, filledByUs: readonly string[] = []): HoleProblem[] {
  const problems: HoleProblem[] = [];
  const root: Frame = { place: placeWithTexts(rootPlace(schema), filledByUs), present: new Set(), names: new Map(), inEach: false };
  walk(program, [root], (node, message) => problems.push({ line: node.loc.start.line, message }));
  return problems;
}

type Report = (node: Node, message: string) => void;

function walk(program: Program, frames: readonly Frame[], report: Report): void {
  for (const statement of program.body) {
    if (isHole(statement)) hole(statement, frames, report);
    else if (isBlock(statement)) block(statement, frames, report);
    else if (statement.type !== "ContentStatement" && statement.type !== "CommentStatement")
      report(statement, "partials and decorators are not part of templates: build the text with a function instead");
  }
}

function hole(at: Hole, frames: readonly Frame[], report: Report): void {
  const { path, params, hash, escaped } = at;
  if (!isPath(path)) return report(at, "a hole holds the name of a value, no text or number");
  const { original } = path;
  if (params.length > 0 || hash !== undefined)
    return report(at, `{{${original} …}}: there is no helper "${original}"; do the work in the route's data function`);
  if (!escaped) return report(at, `{{{${original}}}} would not be escaped: write {{${original}}}`);
  const place = resolve(path, frames, { printed: true }, report);
  if (place !== undefined && isComposite(place))
    report(at, `{{${original}}} is an object or a list, which cannot be printed: name a part of it`);
}

function block(at: Node & Block, frames: readonly Frame[], report: Report): void {
  const { path, params, hash, program, inverse } = at;
  const name = path.original;
  const [subject] = params;
  const inner = (body: Program | undefined, within: readonly Frame[]): void => {
    if (body !== undefined) walk(body, within, report);
  };
  if (!blocks.includes(name)) return report(at, `{{#${name}}}: there is no helper "${name}"; templates have ${blocks.join(", ")}`);
  if (params.length !== 1 || !isPath(subject) || hash?.pairs.some(({ key }) => key !== "includeZero"))
    return report(at, `{{#${name}}} takes the name of one value`);
  const place = resolve(subject, frames, { printed: false }, report);
  if (name === "if" || name === "unless") {
    const sure = withPresent(frames, subject);
    inner(program, name === "if" ? sure : frames);
    inner(inverse, name === "if" ? frames : sure);
    return;
  }
  inner(inverse, frames);
  if (place === undefined) return;
  const next = name === "each" ? placeOfItems(place) : { ...place, optional: false };
  if (next === undefined) return report(at, `{{#each ${subject.original}}}: "${subject.original}" is no list`);
  const [item, position] = program?.blockParams ?? [];
  const names = new Map<string, Place>();
  if (item !== undefined) names.set(item, next);
  if (position !== undefined) names.set(position, plainPlace(next));
  inner(program, [...frames, { place: next, present: new Set(), names, inEach: name === "each" }]);
}

/** The place that a path leads to; `undefined` when it leads nowhere, which has then been reported. */
function resolve(path: Path, frames: readonly Frame[], { printed }: { printed: boolean }, report: Report): Place | undefined {
  const start = startOf(path, frames, report);
  if (start === undefined) return undefined;
  const { frame, parts, from } = start;
  let place = start.place;
  for (const [index, part] of parts.entries()) {
    const next: Place | undefined = placeOfKey(place, part);
    if (next === undefined) {
      const near = nearestName(part, keysOf(place));
      const owner = parts.slice(0, index).join(".") || from;
      report(path, `{{${path.original}}}: ${owner} has no "${part}"${near === undefined ? "" : `; did you mean "${near}"?`}`);
      return undefined;
    }
    place = { ...next, optional: false };
    const last = index === parts.length - 1;
    const known = parts.slice(0, index + 1).join(".");
    if (next.optional && (printed || !last) && !isPresent(frame, known))
      report(path, `{{${path.original}}}: "${known}" may be missing: put it inside {{#if ${known}}} … {{/if}}`);
  }
  return place;
}

interface Start {
  readonly frame: Frame;
  readonly place: Place;
  readonly parts: readonly string[];
  readonly from: string;
}

function startOf(path: Path, frames: readonly Frame[], report: Report): Start | undefined {
  const { parts } = path;
  const root = frames[0]!;
  const frame = frames[frames.length - 1 - path.depth];
  if (path.data) {
    const [variable] = parts;
    if (variable === "root") return { frame: root, place: root.place, parts: parts.slice(1), from: "the data" };
    if (["index", "key", "first", "last"].includes(variable ?? "") && frames.some(({ inEach }) => inEach))
      return { frame: root, place: plainPlace(root.place), parts: [], from: "the data" };
    report(path, `{{${path.original}}} exists only inside {{#each}}, as @index, @key, @first and @last`);
    return undefined;
  }
  if (frame === undefined) {
    report(path, `{{${path.original}}} goes above the data: there are ${frames.length - 1} levels around it`);
    return undefined;
  }
  const owner = path.depth === 0 ? frames.findLast(({ names }) => names.has(parts[0] ?? "")) : undefined;
  const named = owner?.names.get(parts[0] ?? "");
  if (owner !== undefined && named !== undefined) return { frame: owner, place: named, parts: parts.slice(1), from: parts[0] ?? "" };
  return { frame, place: frame.place, parts, from: frame === root ? "the data" : "the item" };
}

function isPresent({ present }: Frame, path: string): boolean {
  return [...present].some((known) => known === path || known.startsWith(`${path}.`));
}

function withPresent(frames: readonly Frame[], { data, depth, parts }: Path): readonly Frame[] {
  const root = data && parts[0] === "root";
  if (data && !root) return frames;
  const index = root ? 0 : frames.length - 1 - depth;
  const known = (root ? parts.slice(1) : parts).join(".");
  return frames.map((frame, at) => (at === index ? { ...frame, present: new Set([...frame.present, known]) } : frame));
}
