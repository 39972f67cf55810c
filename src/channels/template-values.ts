import * as z from "zod";
import type { FilledTemplate } from "../define/message.ts";
import type { Template } from "../define/template.ts";

/**
 * A template by its name, and those values of a delivery's data that are a word in a text: what a provider gets that holds the approved
 * text itself. Lists, objects and what is not there are left out. Pure.
 */
export function filledTemplate({ name, schema }: Template, data: unknown): FilledTemplate {
  const checked = z.safeParse(schema, data);
  const words = Object.entries(checked.success ? (checked.data as object) : {}).flatMap(([key, value]: [string, unknown]) =>
    ["string", "number", "boolean"].includes(typeof value) ? [[key, String(value)]] : [],
  );
  return { name, values: Object.fromEntries(words) as Record<string, string> };
}
