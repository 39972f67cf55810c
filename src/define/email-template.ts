import type * as z from "zod";
import { localTemplates } from "./locale.ts";
import { checkedTemplate, type Template, type TemplateOptions } from "./template.ts";

/** Handlebars in all three parts: `{{name}}`, `{{#if}}`, `{{#each}}`. Values are escaped for their place. */
export interface EmailTemplate<Data = unknown> extends Template<"email", Data> {
  readonly subject: string;
  /** MJML, compiled once. */
  readonly mjml: string;
  /** The same message for those who read no HTML. */
  readonly text: string;
}

export interface EmailTexts {
  readonly subject: string;
  readonly mjml: string;
  readonly text: string;
}

export interface EmailTemplateOptions<S extends z.ZodObject> extends TemplateOptions<S>, EmailTexts {
  /** The same in other languages, by their codes (`hi`, `pt-BR`): a route's `locale` chooses. Default: only in its own. */
  readonly locales?: Readonly<Record<string, EmailTexts>>;
}

/**
 * Defines an e-mail template.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found. Holes without data and wrong MJML are found by `busbar check` and at boot.
 */
export function emailTemplate<S extends z.ZodObject>(options: EmailTemplateOptions<S>): EmailTemplate<z.input<S>> {
  const { subject, mjml, text } = options ?? {};
  const problems = /[\r\n]/.test(subject ?? "") ? ["its subject has more than one line"] : [];
  const shared = checkedTemplate(options, { channel: "email", title: "E-mail template", texts: { subject, mjml, text }, problems });
  const others = localTemplates(options, (own) =>
    emailTemplate({ ...options, subject: own.subject, mjml: own.mjml, text: own.text, locales: {} }),
  );
  return { ...shared, subject, mjml, text, ...others };
}
