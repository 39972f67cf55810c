import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { explain } from "../../src/filter/explain.ts";
import { matches } from "../../src/filter/match.ts";
import { type Parsed, parsePattern, parsePatternText } from "../../src/filter/parse.ts";
import { type MessageAttribute, snsAttributes, snsBody } from "../../src/filter/sns.ts";

/** Public cases of EventBridge, SNS and event-ruler. All hold, or stand in `differences`. */
const conformance = process.env["BUSBAR_CONFORMANCE"];

interface Case {
  readonly id: string;
  readonly dialect: "eventbridge" | "ruler" | "sns";
  readonly scope: "Event" | "MessageAttributes" | "MessageBody";
  readonly authority: string;
  readonly expect: "match" | "no-match" | "valid" | "invalid";
  /** The vendor's words where it is invalid. */
  readonly error?: string;
  readonly policy?: unknown;
  /** In place of the values, where they cannot carry it (duplicate keys, syntax errors, numbers). */
  readonly rawPolicy?: string;
  readonly event?: unknown;
  readonly rawEvent?: string;
  readonly rawBody?: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  /** An artefact of an emulator. */
  readonly skip?: string;
}

/** Where this language answers otherwise, and why. */
const differences: readonly { readonly reason: string; readonly ids: readonly string[] }[] = [
  {
    reason: "a field beside `$or` holds besides it; event-ruler lets a branch that names the same field replace it",
    ids: ["ruler-1135"],
  },
];

/** Where it refuses the same for the same reason, and has other words for it. */
const otherWords: readonly { readonly reason: string; readonly ids: readonly string[] }[] = [
  { reason: "an emulator's failure; that numbers end at 10^9 is what SNS documents, and contested", ids: ["sns-0568"] },
  { reason: "the vendor's words could be either: the policy nests, and what is nested is wrong too", ids: ["sns-0579"] },
];

describe.skipIf(conformance === undefined)(
  "the public cases of filter policies (needs BUSBAR_CONFORMANCE, the folder of the conformance material)",
  () => {
    let cases: readonly Case[];
    beforeAll(() => {
      const file = readFileSync(join(conformance!, "filter-cases.json"), "utf8");
      cases = (JSON.parse(file) as { cases: readonly Case[] }).cases.filter(({ skip }) => skip === undefined);
    });

    it("all hold, apart from the chosen differences; of those recorded against AWS, all 258", () => {
      const otherwise = cases.filter((one) => !holds(one)).map(({ id }) => id);
      expect(otherwise).toEqual(differences.flatMap(({ ids }) => ids));
      const counts = new Map<string, number>();
      for (const one of cases.filter(holds)) {
        const kind = `${one.dialect}, ${one.authority}`;
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
      console.log([...counts].map(([kind, count]) => `${String(count).padStart(4)}  ${kind}`).join("\n"));
      expect(Object.fromEntries(counts)).toEqual({
        "eventbridge, aws-validated": 155,
        "eventbridge, emulator-unit-test": 118,
        "sns, aws-validated": 103,
        "sns, emulator-unit-test": 313,
        "sns, aws-docs-example/emulator-unit-test": 4,
        "ruler, event-ruler-test": 637,
        "ruler, event-ruler-oracle": 51,
      });
    });

    it("what is refused is refused in the vendor's words too: 190", () => {
      const invalid = cases.filter((one) => one.expect === "invalid");
      const otherwise = invalid.filter((one) => !wordsOf(parsedOf(one)).includes(vendorWords(one.error!)));
      expect(otherwise.map(({ id }) => id)).toEqual(otherWords.flatMap(({ ids }) => ids));
      expect(invalid).toHaveLength(190);
    });

    it("a payload that does not match has a reason, and one that does has none", () => {
      for (const one of cases) {
        const parsed = parsedOf(one);
        if ("faults" in parsed || payloadOf(one) === undefined) continue;
        const payload = payloadOf(one);
        expect([one.id, explain(parsed.matcher, payload) === undefined]).toEqual([one.id, matches(parsed.matcher, payload)]);
      }
    });
  },
);

function holds(one: Case): boolean {
  const got = answer(one);
  return one.expect === "valid" ? got !== "invalid" : got === one.expect;
}

function answer(one: Case): Case["expect"] {
  const parsed = parsedOf(one);
  if ("faults" in parsed) return "invalid";
  if ([one.event, one.rawEvent, one.rawBody, one.attributes].every((given) => given === undefined)) return "valid";
  return matches(parsed.matcher, payloadOf(one)) ? "match" : "no-match";
}

function parsedOf({ policy, rawPolicy, dialect, scope }: Case): Parsed {
  const language = dialect === "sns" ? ({ dialect, scope: scope as "MessageBody" | "MessageAttributes" } as const) : {};
  return rawPolicy === undefined ? parsePattern(policy, language) : parsePatternText(rawPolicy, language);
}

function payloadOf({ event, rawEvent, rawBody, attributes }: Case): unknown {
  if (attributes !== undefined) return snsAttributes(attributes);
  if (rawBody !== undefined) return snsBody(rawBody);
  return rawEvent === undefined ? event : (JSON.parse(rawEvent) as unknown);
}

function wordsOf(parsed: Parsed): (string | undefined)[] {
  return "faults" in parsed ? parsed.faults.map(({ vendor }) => vendor) : [];
}

/** Without what the service says around it, and where in the text. */
function vendorWords(error: string): string {
  return error
    .replace(/\s*(\(for (Array|Object) starting )?at \[Source.*$/s, "")
    .replace(/^Event pattern is not valid\. Reason: |^Invalid parameter: (Attributes Reason: )?(FilterPolicy: )?/, "");
}
