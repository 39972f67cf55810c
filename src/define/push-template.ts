import type * as z from "zod";
import { localTemplates } from "./locale.ts";
import { checkedTemplate, type Template, type TemplateOptions } from "./template.ts";

/** A notification on a device. All three parts may have holes. */
export interface PushTemplate<Data = unknown> extends Template<"push", Data> {
  readonly title: string;
  readonly body: string;
  /** What a tap opens. */
  readonly link: string | undefined;
}

export interface PushTemplateOptions<S extends z.ZodObject> extends TemplateOptions<S> {
  readonly title: string;
  readonly body: string;
  readonly link?: string;
  /** The same in other languages, by their codes (`hi`, `pt-BR`): a route's `locale` chooses. Default: only in its own. */
  readonly locales?: Readonly<Record<string, { readonly title: string; readonly body: string; readonly link?: string }>>;
}

/**
 * Defines the template of a push notification.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function pushTemplate<S extends z.ZodObject>(options: PushTemplateOptions<S>): PushTemplate<z.input<S>> {
  const { title, body, link } = options ?? {};
  const texts = { title, body, ...(link === undefined ? {} : { link }) };
  const shared = checkedTemplate(options, { channel: "push", title: "Push template", texts });
  const others = localTemplates(options, (own) => pushTemplate({ ...options, ...own, locales: {} }));
  return { ...shared, title, body, link, ...others };
}
