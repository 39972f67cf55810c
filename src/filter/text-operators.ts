import { folded } from "./folded.ts";
import { patternLimits } from "./limits.ts";
import type { Condition, Likeness } from "./parsed-pattern.ts";
import { type Report, within } from "./report.ts";
import { shown } from "./shown.ts";
import { wildcardParts } from "./wildcard.ts";

/** The operators on texts. */

export function parseExactly(operand: unknown, report: Report): Condition | undefined {
  if (typeof operand === "string") return { is: "equal", value: operand };
  return void report(`${shown(operand)} is no string`, { vendor: "exact match pattern must be a string" });
}

export function parsePrefix(operand: unknown, report: Report): Likeness | undefined {
  return parseEnd(operand, report, "prefix");
}

export function parseSuffix(operand: unknown, report: Report): Likeness | undefined {
  return parseEnd(operand, report, "suffix");
}

export function parseEqualsIgnoreCase(operand: unknown, report: Report): Likeness | undefined {
  if (typeof operand === "string") return { is: "equal-ignoring-case", folded: folded(operand) };
  return void report(`${shown(operand)} is no string; for several write several entries`, mustBeString("equals-ignore-case"));
}

export function parseWildcard(operand: unknown, report: Report): Likeness | undefined {
  if (typeof operand !== "string")
    return void report(`${shown(operand)} is no string; for several wildcards write several entries`, mustBeString("wildcard"));
  const cut = wildcardParts(operand);
  if ("problem" in cut) {
    const { problem, at } = cut;
    return problem === "consecutive"
      ? void report(`${shown(operand)} has two stars in a row: one says the same`, {
          vendor: `Consecutive wildcard characters at pos ${at}`,
        })
      : void report(`${shown(operand)} has a backslash before what needs none: write \\* for a star and \\\\ for a backslash`, {
          vendor: `Invalid escape character at pos ${at}`,
        });
  }
  if (cut.parts.length - 1 > patternLimits.stars)
    return void report(`${shown(operand)} has ${cut.parts.length - 1} stars: at most ${patternLimits.stars}`, { vendor: tooComplex });
  const longest = Math.max(0, ...cut.parts.slice(1, -1).map(({ length }) => length));
  if (longest > patternLimits.part)
    return void report(`${shown(operand)} has ${longest} characters between two stars: at most ${patternLimits.part}`, {
      vendor: tooComplex,
    });
  return { is: "wildcard", wildcard: operand, parts: cut.parts };
}

export const tooComplex =
  "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character";

function parseEnd(operand: unknown, report: Report, name: "prefix" | "suffix"): Likeness | undefined {
  if (typeof operand === "string") return name === "prefix" ? { is: name, prefix: operand } : { is: name, suffix: operand };
  if (typeof operand !== "object" || operand === null || Array.isArray(operand))
    return void report(
      `${shown(operand)} is no string; for several ${name === "prefix" ? "prefixes" : "suffixes"} write several entries`,
      mustBeString(name),
    );
  const [inner, ...others] = Object.keys(operand);
  if (inner !== "equals-ignore-case")
    return void report(`${shown(operand)} is neither a string nor { "equals-ignore-case": … }`, {
      vendor: `Unsupported ${name} pattern: ${inner ?? ""}`,
    });
  const text = (operand as Record<string, unknown>)[inner];
  if (typeof text !== "string")
    return void within(report, `.${inner}`)(`${shown(text)} is no string; for several write several entries`, mustBeString(inner));
  if (others.length > 0)
    return void report(`${shown(operand)} must have nothing but "equals-ignore-case"`, {
      vendor: "Only one key allowed in match expression",
    });
  return { is: `${name}-ignoring-case`, folded: folded(text) };
}

function mustBeString(name: string): { readonly vendor: string } {
  return { vendor: `${name} match pattern must be a string` };
}
