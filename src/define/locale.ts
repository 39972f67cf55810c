import { BusbarError } from "../base/errors.ts";
import type { Template } from "./template.ts";

/** A language's code in its one spelling, such as `pt-BR` for `pt_br` (BCP 47); undefined for what is none. */
export function canonicalLocale(code: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(code.trim().replaceAll("_", "-"))[0];
  } catch {
    return undefined;
  }
}

/**
 * A template in the language that is nearest to the one wanted: in that very one, else without its last parts (`pt-BR`, `pt`), else
 * as the template itself is written. Pure.
 */
export function inLocale<T extends Template>(template: T, wanted: string | undefined): T {
  const parts = (wanted === undefined ? undefined : canonicalLocale(wanted))?.split("-") ?? [];
  for (let length = parts.length; length > 0; length -= 1) {
    const found = template.locales?.[parts.slice(0, length).join("-")];
    if (found !== undefined) return found as T;
  }
  return template;
}

/** A template and the same in its other languages. */
export function inAllLocales<T extends Template>(template: T): T[] {
  return [template, ...(Object.values(template.locales ?? {}) as T[])];
}

/**
 * The same template in other languages, by their codes in one spelling. Each is called after the template and its language, such as
 * `otp (hi)`.
 * @param make a template of one language's texts
 * @throws BusbarError `INVALID_DEFINITION` with every problem of all of them
 */
export function localTemplates<Texts, T extends Template>(
  { name, locales = {} }: { readonly name: string; readonly locales?: Readonly<Record<string, Texts>> | undefined },
  make: (texts: Texts, locale: string) => T,
): { readonly locales?: Readonly<Record<string, T>> } {
  const problems: string[] = [];
  const made: Record<string, T> = {};
  for (const [code, texts] of Object.entries(locales)) {
    const locale = canonicalLocale(code);
    if (locale === undefined) problems.push(`locales: ${JSON.stringify(code)} is no code of a language such as "hi" or "pt-BR"`);
    else if (made[locale] !== undefined) problems.push(`locales: ${locale} is given twice`);
    else
      try {
        made[locale] = { ...make(texts, locale), name: `${name} (${locale})` };
      } catch (error) {
        if (!(error instanceof BusbarError)) throw error;
        problems.push(...error.problems.map((problem) => `locales: ${locale}: ${problem}`));
      }
  }
  if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", `Template ${JSON.stringify(name)} cannot be used:`, { problems });
  return Object.keys(made).length === 0 ? {} : { locales: made };
}
