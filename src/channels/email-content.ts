import * as z from "zod";
import { messageOf } from "../base/errors.ts";
import { pathText } from "../define/payload.ts";
import type { EmailTemplate } from "../define/email-template.ts";
import { UnrenderableDelivery } from "./channel.ts";
import { compileFill } from "./fill.ts";
import { holeProblems } from "./holes.ts";
import { secureHoles, urlHelper, urlPartHelper } from "./html-places.ts";
import { compileMjml, type MjmlResult } from "./mjml.ts";
import { lostHoles } from "./lost-holes.ts";
import type { HandlebarsModule, Program } from "./template-syntax.ts";
import { escapedUrl, urlPart, wholeUrl } from "./url-helpers.ts";

export interface EmailContent {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** What busbar fills itself, where a template asks for it and its data has nothing of that name. */
export interface EmailLinks {
  /** Where the reader says that they want no more of this category; absent for what is transactional. */
  readonly unsubscribeUrl?: string;
  /** The page where they choose between all categories. */
  readonly preferencesUrl: string;
}

/** For those who look at a template without sending it. */
export const exampleLinks: EmailLinks = {
  unsubscribeUrl: "https://example.com/unsubscribe/token",
  preferencesUrl: "https://example.com/preferences/token",
};

const linkNames = Object.keys(exampleLinks);

/** A template ready to be filled, or every problem that keeps it from being one. */
export type CompiledEmail =
  | {
      /** @throws UnrenderableDelivery when the data does not fit, with every path that does not */
      readonly fill: (data: unknown, links?: EmailLinks) => EmailContent;
    }
  | { readonly problems: readonly string[] };

/** Compiles templates, MJML included, in the order given. Handlebars is loaded here, on first use. */
export async function compileEmails(templates: readonly EmailTemplate<unknown>[]): Promise<CompiledEmail[]> {
  const [{ default: handlebars }, pages] = await Promise.all([import("handlebars"), compileMjml(templates.map(({ mjml }) => mjml))]);
  return templates.map((template, index) => compileEmail(handlebars, template, pages[index]!));
}

type Part = "subject" | "mjml" | "text";

function compileEmail(handlebars: HandlebarsModule, template: EmailTemplate<unknown>, page: MjmlResult): CompiledEmail {
  const problems: string[] = [];
  const report = (part: Part, line: number | undefined, message: string): void =>
    void problems.push(`${template.name}, ${part}${line === undefined ? "" : `, line ${line}`}: ${message}`);
  const parse = (part: Part, source: string): Program | undefined => {
    try {
      return handlebars.parse(source);
    } catch (error) {
      report(
        part,
        undefined,
        messageOf(error)
          .replace(/\n-+\^\n/, " — ")
          .replaceAll("\n", " "),
      );
      return undefined;
    }
  };

  for (const { line, message } of page.problems) report("mjml", line, message);
  const programs = { subject: parse("subject", template.subject), mjml: parse("mjml", template.mjml), text: parse("text", template.text) };
  for (const [part, program] of Object.entries(programs) as [Part, Program | undefined][]) {
    if (program === undefined) continue;
    for (const { line, message } of holeProblems(program, template.schema, linkNames)) report(part, line, message);
  }
  const html = programs.mjml === undefined || page.html === "" ? undefined : parse("mjml", page.html);
  if (programs.mjml !== undefined && html !== undefined) {
    for (const { line, message } of lostHoles(programs.mjml, html)) report("mjml", line, message);
    for (const { message } of secureHoles(html)) report("mjml", undefined, message);
  }
  const { subject, text } = programs;
  if (problems.length > 0 || subject === undefined || text === undefined || html === undefined) return { problems };
  return { fill: filler(handlebars, template, { subject, html, text }) };
}

/** Whether a template has a hole that is ours to fill. */
export function hasHole({ subject, mjml, text, schema }: EmailTemplate<unknown>, name: keyof EmailLinks): boolean {
  const ownData = schema instanceof z.ZodObject && Object.hasOwn(schema.shape, name);
  return !ownData && [subject, mjml, text].some((part) => new RegExp(`\\{\\{[^}]*\\b${name}\\b`).test(part));
}

function filler(
  handlebars: HandlebarsModule,
  { name, schema }: EmailTemplate<unknown>,
  programs: { readonly subject: Program; readonly html: Program; readonly text: Program },
): (data: unknown, links?: EmailLinks) => EmailContent {
  // Handlebars escapes "=" too, which some link trackers do not undo: URLs get just what an attribute needs.
  const helpers = {
    [urlHelper]: (value: unknown) => escapedUrl(wholeUrl(value)),
    [urlPartHelper]: (value: unknown) => escapedUrl(urlPart(value)),
  };
  const parts = {
    subject: compileFill(programs.subject),
    html: compileFill(programs.html, { escape: (value) => handlebars.Utils.escapeExpression(value as string), helpers }),
    text: compileFill(programs.text),
  };
  const fillPart = (part: keyof typeof parts, data: unknown): string => {
    try {
      return parts[part](data);
    } catch (error) {
      throw new UnrenderableDelivery(`Template "${name}", ${part}: ${messageOf(error)}`, { cause: error });
    }
  };
  return (data, links) => {
    const parsed = z.safeParse(schema, data);
    if (!parsed.success) {
      const paths = parsed.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
      throw new UnrenderableDelivery(`Template "${name}" cannot take the delivery's data: ${paths.join("; ")}`);
    }
    const values = { ...links, ...(parsed.data as object) };
    const subject = fillPart("subject", values).trim();
    if (subject === "" || /[\r\n\0]/.test(subject))
      throw new UnrenderableDelivery(
        `Template "${name}": the filled subject ${subject === "" ? "is empty" : "holds a line break or NUL, which could forge a header"}`,
      );
    return { subject, html: fillPart("html", values), text: fillPart("text", values) };
  };
}
