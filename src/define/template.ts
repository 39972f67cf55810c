import * as z from "zod";
import { BusbarError } from "../base/errors.ts";
import { pathText } from "./payload.ts";
import { namePattern } from "./topic.ts";

/** What a message says, with holes for its data. `Data` is what a route's `data` must return. */
export interface Template<Channel extends string = string, Data = unknown> {
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
}

/** Handlebars in all three parts: `{{name}}`, `{{#if}}`, `{{#each}}`. Values are escaped for their place. */
export interface EmailTemplate<Data = unknown> extends Template<"email", Data> {
  readonly subject: string;
  /** MJML, compiled once. */
  readonly mjml: string;
  /** The same message for those who read no HTML. */
  readonly text: string;
}

export interface EmailTemplateOptions<S extends z.ZodObject> {
  readonly name: string;
  /** From 1. */
  readonly version?: number;
  /** The data that the template takes. Every hole must be a key of it. */
  readonly data: S;
  readonly subject: string;
  readonly mjml: string;
  readonly text: string;
  /** Realistic data, for previews; checked against `data`. */
  readonly example?: z.input<S>;
}

/**
 * Defines an e-mail template.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found. Holes without data and wrong MJML are found by `busbar check` and at boot.
 */
export function emailTemplate<S extends z.ZodObject>(options: EmailTemplateOptions<S>): EmailTemplate<z.input<S>> {
  const { name, version = 1, data, subject, mjml, text, example } = options;
  const problems: string[] = [];
  if (typeof name !== "string" || !namePattern.test(name))
    problems.push(`its name ${JSON.stringify(name)} must be lower case, such as "order-confirmation"`);
  if (!Number.isInteger(version) || version < 1) problems.push(`its version must be a whole number from 1, not ${version}`);
  if (!(data instanceof z.ZodObject)) problems.push("its data must be a z.object({ … })");
  for (const [part, value] of Object.entries({ subject, mjml, text })) {
    if (typeof value !== "string" || value.trim() === "") problems.push(`its ${part} is empty`);
  }
  if (/[\r\n]/.test(subject ?? "")) problems.push("its subject has more than one line");
  if (data instanceof z.ZodObject && example !== undefined)
    problems.push(...templateDataProblems(data, example).map((problem) => `its example: ${problem}`));
  if (problems.length > 0)
    throw new BusbarError("INVALID_DEFINITION", `E-mail template ${JSON.stringify(name)} cannot be used:`, { problems });
  return {
    kind: "template",
    channel: "email",
    name,
    version,
    schema: data as unknown as z.ZodType<unknown, z.input<S>>,
    subject,
    mjml,
    text,
    example,
  };
}

/** Everything wrong with data for a template, one sentence each with its path. */
export function templateDataProblems(schema: z.core.$ZodType, data: unknown): string[] {
  const parsed = z.safeParse(schema, data);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
}
