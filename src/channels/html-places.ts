import type { HoleProblem } from "./holes.ts";
import { type Block, type Hole, isBlock, isContent, isHole, type Node, type Path, type Program } from "./template-syntax.ts";

/** The helper that checks a whole URL, and the one that percent-encodes a part of one. Authors cannot write these names. */
export const urlHelper = "busbar whole url";
export const urlPartHelper = "busbar url part";

/** Where in HTML a text ends. */
type At =
  | "text"
  | "comment"
  | "declaration"
  | "tag-name"
  | "tag"
  | "attribute"
  | "after-attribute"
  | "before-value"
  | "double"
  | "single"
  | "unquoted"
  | "raw";

interface Spot {
  readonly at: At;
  /** The tag that is open, or whose raw text (`style`, `script`) it is. */
  readonly tag: string;
  readonly attribute: string;
  /** Nothing of the attribute's value has been written yet. */
  readonly empty: boolean;
}

const urlAttributes = new Set(["href", "src", "action", "formaction", "background", "cite", "poster", "data", "longdesc", "xlink:href"]);
const refusedAttributes = /^(style|srcset|srcdoc|on.*)$/;
const rawTags = new Set(["style", "script"]);

/**
 * Finds the place of every hole in compiled HTML, and gives those in URLs to the helper that makes them safe there. Everywhere else
 * Handlebars' own escaping is right: in text and in quoted attributes. What no escaping makes safe is reported.
 * Changes the program.
 */
export function secureHoles(program: Program): HoleProblem[] {
  const problems: HoleProblem[] = [];
  through(program, { at: "text", tag: "", attribute: "", empty: true }, problems);
  return problems;
}

function through(program: Program | undefined, start: Spot, problems: HoleProblem[]): Spot {
  let spot = start;
  for (const statement of program?.body ?? []) {
    if (isContent(statement)) spot = advance(spot, statement.value);
    else if (isBlock(statement)) spot = throughBlock(statement, spot, problems);
    else if (isHole(statement)) {
      const problem = secure(statement, spot);
      if (problem !== undefined) problems.push({ line: statement.loc.start.line, message: problem });
      spot = { ...spot, empty: false };
    }
  }
  return spot;
}

function throughBlock(block: Node & Block, spot: Spot, problems: HoleProblem[]): Spot {
  const name = block.path.original;
  const first = through(block.program, spot, problems);
  const second = through(block.inverse, spot, problems);
  const ends = name === "each" ? [first, second, spot] : [first, second];
  if (ends.some((end) => end.at !== first.at || end.tag !== first.tag || end.attribute !== first.attribute))
    problems.push({ line: block.loc.start.line, message: `{{#${name}}} must end where it began: in the same tag, attribute or text` });
  return { ...first, empty: ends.some(({ empty }) => empty) };
}

function secure(hole: Hole, { at, tag, attribute, empty }: Spot): string | undefined {
  const path = hole.path as Path;
  const refuse = (where: string): string => `{{${path.original}}} stands in ${where}, where no value can be made safe`;
  if (at === "text" || at === "comment") return undefined;
  if (at === "raw") return refuse(`<${tag}>`);
  if (at !== "double" && at !== "single")
    return refuse(at === "unquoted" || at === "before-value" ? "an attribute without quotes" : "a tag's own marks");
  if (refusedAttributes.test(attribute)) return refuse(`the attribute ${attribute}`);
  if (!urlAttributes.has(attribute)) return undefined;
  const helper = empty ? urlHelper : urlPartHelper;
  hole.params = [path];
  hole.path = { ...path, data: false, depth: 0, parts: [helper], original: helper };
  return undefined;
}

/** Where a text ends that begins at `spot`: the part of HTML's tokenizer (WHATWG, section 13.2.5) that tells places apart. */
function advance(spot: Spot, text: string): Spot {
  let { at, tag, attribute, empty } = spot;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const space = /\s/.test(c);
    switch (at) {
      case "text":
        if (c !== "<") break;
        // Outlook reads what its conditional comments hold, so it is HTML like the rest: only the marks around it are skipped.
        if (/^<!--\[if|^<!(?!--)/i.test(text.slice(i, i + 7))) at = "declaration";
        else if (text.startsWith("<!-->", i)) i += 4;
        else if (text.startsWith("<!--", i)) at = "comment";
        else if (/^<\/?[a-z]/i.test(text.slice(i, i + 3))) [at, tag] = ["tag-name", ""];
        break;
      case "comment":
        if (text.startsWith("-->", i)) [at, i] = ["text", i + 2];
        break;
      case "declaration":
        if (c === ">") at = "text";
        break;
      case "tag-name":
        if (c === ">") at = afterTag(tag);
        else if (space) at = "tag";
        else tag += c.toLowerCase();
        break;
      case "tag":
        if (c === ">") at = afterTag(tag);
        else if (c !== "/" && !space) [at, attribute] = ["attribute", c.toLowerCase()];
        break;
      case "attribute":
        if (c === ">") at = afterTag(tag);
        else if (c === "=") at = "before-value";
        else if (space) at = "after-attribute";
        else if (c === "/") at = "tag";
        else attribute += c.toLowerCase();
        break;
      case "after-attribute":
        if (c === ">") at = afterTag(tag);
        else if (c === "=") at = "before-value";
        else if (c === "/") at = "tag";
        else if (!space) [at, attribute] = ["attribute", c.toLowerCase()];
        break;
      case "before-value":
        if (space) break;
        empty = true;
        at = c === '"' ? "double" : c === "'" ? "single" : c === ">" ? afterTag(tag) : "unquoted";
        break;
      case "double":
      case "single":
        if (c === (at === "double" ? '"' : "'")) [at, attribute] = ["tag", ""];
        else if (!space) empty = false;
        break;
      case "unquoted":
        if (c === ">") at = afterTag(tag);
        else if (space) [at, attribute] = ["tag", ""];
        break;
      case "raw":
        if (text.slice(i, i + tag.length + 2).toLowerCase() === `</${tag}`) [at, tag] = ["tag-name", ""];
        break;
    }
  }
  const outside = at === "text" || at === "comment" || at === "declaration";
  return { at, tag: outside ? "" : tag, attribute: outside || at === "tag" ? "" : attribute, empty };
}

function afterTag(tag: string): At {
  return rawTags.has(tag) ? "raw" : "text";
}
