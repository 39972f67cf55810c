import type * as z from "zod";
import { localTemplates } from "./locale.ts";
import { checkedTemplate, type Template, type TemplateOptions } from "./template.ts";

/** A message that WhatsApp has approved: its name there, its language, and the body whose holes are the parameters, in their order. */
export interface WhatsappTemplate<Data = unknown> extends Template<"whatsapp", Data> {
  /** The template's name at WhatsApp: lower-case letters, digits and `_`. */
  readonly approvedAs: string;
  /** The code of its language there, such as `en` or `en_IN`. */
  readonly language: string;
  /** The approved text: each `{{hole}}` is a parameter, numbered as it appears. */
  readonly body: string;
}

export interface WhatsappTemplateOptions<S extends z.ZodObject> extends TemplateOptions<S> {
  readonly approvedAs: string;
  /** Default `en`. */
  readonly language?: string;
  readonly body: string;
  /**
   * The same in other languages, by their codes (`hi`, `en-IN`): a route's `locale` chooses. Each was approved under the same name,
   * or its own. Default: only in its own.
   */
  readonly locales?: Readonly<Record<string, { readonly body: string; readonly approvedAs?: string }>>;
}

/**
 * Declares a template that WhatsApp has approved.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function whatsappTemplate<S extends z.ZodObject>(options: WhatsappTemplateOptions<S>): WhatsappTemplate<z.input<S>> {
  const { approvedAs, language = "en", body } = options ?? {};
  const problems: string[] = [];
  if (!/^[a-z0-9_]{1,512}$/.test(approvedAs ?? ""))
    problems.push(`its approvedAs ${JSON.stringify(approvedAs)} may hold a-z, 0-9 and _ only`);
  if (!/^[a-z]{2,3}(_[A-Z]{2})?$/.test(language))
    problems.push(`its language ${JSON.stringify(language)} is no code such as "en" or "en_IN"`);
  const shared = checkedTemplate(options, { channel: "whatsapp", title: "WhatsApp template", texts: { body }, problems });
  const others = localTemplates(options, (own, locale) =>
    whatsappTemplate({ ...options, ...own, language: locale.replace("-", "_"), locales: {} }),
  );
  return { ...shared, approvedAs, language, body, ...others };
}
