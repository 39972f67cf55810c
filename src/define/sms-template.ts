import type * as z from "zod";
import { checkedTemplate, type Template, type TemplateOptions } from "./template.ts";

/** A text with holes: `{{code}}`. What it costs is counted in segments: `busbar preview` shows them. */
export interface SmsTemplate<Data = unknown> extends Template<"sms", Data> {
  readonly text: string;
}

export interface SmsTemplateOptions<S extends z.ZodObject> extends TemplateOptions<S> {
  readonly text: string;
}

/**
 * Defines the template of an SMS.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function smsTemplate<S extends z.ZodObject>(options: SmsTemplateOptions<S>): SmsTemplate<z.input<S>> {
  const { text } = options ?? {};
  return { ...checkedTemplate(options, { channel: "sms", title: "SMS template", texts: { text } }), text };
}
