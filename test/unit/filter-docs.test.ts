import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as filter from "../../src/filter/index.ts";
import { operatorNames } from "../../src/filter/operators.ts";
import { verdictOn } from "../../src/filter/verdict.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "filters.md"), "utf8");
const [author, alone] = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!) as [string, string];

describe("docs/filters.md", () => {
  it("has every operator, and the limits as they are", () => {
    for (const name of operatorNames) expect(page).toMatch(new RegExp(`\\| .*\\{ "?${name}"?: `));
    const { depth, bytes, combinations, wildcards, leftOutLists, stars, part, partUnits, fields, number } = filter.patternLimits;
    expect({ wildcards, leftOutLists, stars, number }).toEqual({ wildcards: 5, leftOutLists: 5, stars: 5, number: 2 ** 53 });
    expect(page).toContain(`deeper than ${depth} levels or larger than ${bytes / 1_024} KB; numbers beyond 2^53`);
    expect(page).toContain(`more than ${combinations} combinations`);
    expect(page).toMatch(/more than five wildcards[^.]*more than five stars[^.]*more than five different lists/);
    expect(page).toContain(`more than ${part} characters between two`);
    expect(page).toContain(`more than ${partUnits} different characters`);
    expect(page).toContain(`more than ${fields} fields`);
  });

  it("shows code whose results are those that stand behind it", () => {
    const code = alone.replace(/import \{ (.*) \} from "busbar\/filter";/, "const { $1 } = filter;").replace("<string>", "");
    const shown = [...code.matchAll(/^(matches|explain|index\.matching)(.*); \/\/ (.*)$/gm)];
    expect(shown).toHaveLength(3);
    const body = code.replace(/^(?:matches|explain|index\.matching).*$/gm, "");
    // oxlint-disable-next-line no-implied-eval -- the code is the page's own
    const run = new Function("filter", `${body}; return [${shown.map(([, name, rest]) => name! + rest!).join(", ")}];`) as (
      given: unknown,
    ) => unknown[];
    expect(run(filter)).toEqual(shown.map(([, , , result]) => JSON.parse(result!)));
  });

  it("shows what busbar filter test says, and a filter that can be read", () => {
    const [, pattern, payload] = /filter test '(.*)' '(.*)'/.exec(page)!;
    const { reason, failures } = verdictOn(filter.parse(pattern), JSON.parse(payload!));
    expect(page).toContain(`    It does not match: ${reason}\n`);
    const [{ path, operators, wanted, seen } = { path: "", operators: [], wanted: "", seen: "" }] = failures!;
    expect(page).toContain(`      ${path} operator ${operators.join(", ")} wanted ${wanted} seen ${seen}\n`);
    expect(author).toContain("$or: [");
  });
});
