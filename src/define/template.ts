import * as z from "zod";
import { BusbarError } from "../base/errors.ts";
import type { TemplateChannel } from "./channel-name.ts";
import { categoryProblems, namePattern } from "./names.ts";
import { pathText } from "./payload.ts";
import { issuesBesideSecrets } from "./sealed-issues.ts";

/** What a message says, with holes for its data. `Data` is what a route's `data` must return. */
export interface Template<Channel extends TemplateChannel = TemplateChannel, Data = unknown> {
  readonly kind: "template";
  readonly channel: Channel;
  readonly name: string;
  /**
   * Raise it when the data that the template needs changes. A worker that knows only an older version leaves the delivery to a
   * newer worker (rolling deploys); a newer one takes older data as long as it fits the schema.
   */
  readonly version: number;
  readonly schema: z.ZodType<unknown, Data>;
  readonly example: unknown;
  /** Which kind of message it makes, where its route says nothing else. */
  readonly category?: string;
  /** The same message in other languages, by their codes. */
  readonly locales?: Readonly<Record<string, Template<Channel, Data>>>;
}

/** What every kind of template takes. */
export interface TemplateOptions<S extends z.ZodObject> {
  readonly name: string;
  /** From 1. */
  readonly version?: number;
  /** The data that the template takes. Every hole must be a key of it. */
  readonly data: S;
  /** Realistic data, for previews; checked against `data`. */
  readonly example?: z.input<S>;
  /**
   * Which kind of message it makes, such as `updates`: who has opted out of a category gets no more of it, and all other messages as
   * before. A route's own word wins. Default `transactional`.
   */
  readonly category?: string;
}

export interface TemplateParts<Channel extends TemplateChannel> {
  readonly channel: Channel;
  /** What the kind of template is called in errors. */
  readonly title: string;
  /** The texts with holes, by their names: none may be empty. */
  readonly texts: Readonly<Record<string, unknown>>;
  /** More that is wrong with it. */
  readonly problems?: readonly string[];
}

/**
 * The part that all kinds of template share, checked.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function checkedTemplate<Channel extends TemplateChannel, S extends z.ZodObject>(
  options: TemplateOptions<S>,
  { channel, title, texts, problems: more = [] }: TemplateParts<Channel>,
): Template<Channel, z.input<S>> {
  const { name, version = 1, data, example, category } = options ?? {};
  const problems: string[] = [];
  if (typeof name !== "string" || !namePattern.test(name))
    problems.push(`its name ${JSON.stringify(name)} must be lower case, such as "order-confirmation"`);
  if (!Number.isInteger(version) || version < 1) problems.push(`its version must be a whole number from 1, not ${version}`);
  if (!(data instanceof z.ZodObject)) problems.push("its data must be a z.object({ … })");
  for (const [part, value] of Object.entries(texts)) {
    if (typeof value !== "string" || value.trim() === "") problems.push(`its ${part} is empty`);
  }
  problems.push(...categoryProblems(category), ...more);
  if (data instanceof z.ZodObject && example !== undefined)
    problems.push(...templateDataProblems(data, example).map((problem) => `its example: ${problem}`));
  if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", `${title} ${JSON.stringify(name)} cannot be used:`, { problems });
  const schema = data as unknown as z.ZodType<unknown, z.input<S>>;
  return { kind: "template", channel, name, version, schema, example, ...(category === undefined ? {} : { category }) };
}

/** Everything wrong with data for a template, one sentence each with its path. A key that the template does not take is a slip. */
export function templateDataProblems(schema: z.core.$ZodType, data: unknown): string[] {
  const parsed = z.safeParse(schema, data);
  const issues = parsed.success ? [] : issuesBesideSecrets(parsed.error.issues, data);
  if (issues.length > 0) return issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
  if (!(schema instanceof z.ZodObject) || schema.def.catchall !== undefined || typeof data !== "object" || data === null) return [];
  return Object.keys(data)
    .filter((key) => !Object.hasOwn(schema.shape, key))
    .map((key) => `${key}: the template takes no such key`);
}

export function isTemplate(value: unknown): value is Template {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "template";
}
