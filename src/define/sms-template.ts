import type * as z from "zod";
import { localTemplates } from "./locale.ts";
import { checkedTemplate, type Template, type TemplateOptions } from "./template.ts";

/** A text with holes: `{{code}}`. What it costs is counted in segments: `busbar preview` shows them. */
export interface SmsTemplate<Data = unknown> extends Template<"sms", Data> {
  readonly text: string;
}

export interface SmsTemplateOptions<S extends z.ZodObject> extends TemplateOptions<S> {
  readonly text: string;
  /** The same in other languages, by their codes (`hi`, `pt-BR`): a route's `locale` chooses. Default: only in its own. */
  readonly locales?: Readonly<Record<string, { readonly text: string }>>;
}

/**
 * Defines the template of an SMS.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function smsTemplate<S extends z.ZodObject>(options: SmsTemplateOptions<S>): SmsTemplate<z.input<S>> {
  const { text } = options ?? {};
  const shared = checkedTemplate(options, { channel: "sms", title: "SMS template", texts: { text } });
  const others = localTemplates(options, (texts) => smsTemplate({ ...options, text: texts.text, locales: {} }));
  return { ...shared, text, ...others };
}
