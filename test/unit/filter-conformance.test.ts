import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { matches } from "../../src/filter/match.ts";
import { operatorNames } from "../../src/filter/operators.ts";
import { parsePattern } from "../../src/filter/parse.ts";

/** Public cases of EventBridge, SNS and event-ruler. All that use only operators that are known here must hold, or stand in `differences`. */
const conformance = process.env["BUSBAR_CONFORMANCE"];

interface Case {
  readonly id: string;
  readonly expect: "match" | "no-match" | "valid" | "invalid";
  /** Absent where only its text is given, because JSON values cannot carry it (duplicate keys, syntax errors). */
  readonly policy?: unknown;
  readonly event?: unknown;
  readonly rawBody?: string;
  readonly attributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
  /** An artefact of an emulator. */
  readonly skip?: string;
}

/** Where this language answers otherwise, and why. */
const differences: readonly { readonly reason: string; readonly ids: readonly string[] }[] = [
  {
    reason: "a key is one key, in the pattern and in the payload: its type comes from the payload's, and `a.b` is no path to `b` in `a`",
    ids: ["eventbridge-0125", "eventbridge-0127", "eventbridge-0695", "sns-0338", "sns-0341", "sns-0343", "sns-0344"],
  },
  {
    reason: "a field beside `$or` holds besides it; event-ruler lets a branch that names the same field replace it",
    ids: ["ruler-1135"],
  },
  {
    reason: "a filter that asks for nothing is left out, not written as {}: SNS accepts all with it, event-ruler refuses it",
    ids: ["sns-0156", "sns-0157", "sns-0550", "sns-0551"],
  },
  {
    reason: "quotas of the SNS service: 150 combinations, 5 keys, no nesting for attributes, numbers up to 1e9",
    ids: [
      "sns-0272",
      "sns-0273",
      "sns-0274",
      "sns-0316",
      "sns-0317",
      "sns-0318",
      "sns-0375",
      "sns-0376",
      "sns-0564",
      "sns-0568",
      "sns-0580",
    ],
  },
  {
    reason: "numbers are compared as they are; SNS cuts them to five decimals",
    ids: ["sns-0410", "sns-0412", "sns-0430", "sns-0432"],
  },
];

describe.skipIf(conformance === undefined)(
  "the public cases of filter policies (needs BUSBAR_CONFORMANCE, the folder of the conformance material)",
  () => {
    let values: readonly Case[];
    beforeAll(() => {
      const file = readFileSync(join(conformance!, "filter-cases.json"), "utf8");
      const { cases } = JSON.parse(file) as { cases: readonly Case[] };
      values = cases.filter(({ policy, skip }) => policy !== undefined && skip === undefined);
    });
    const isKnown = ({ policy }: Case): boolean => operatorsIn(policy).every((name) => operatorNames.includes(name));

    it("all that use only known operators hold, apart from the chosen differences: 935 are judged", () => {
      const judged = values.filter(isKnown);
      const otherwise = judged.filter((one) => !holds(one)).map(({ id }) => id);
      expect(otherwise.toSorted()).toEqual(differences.flatMap(({ ids }) => ids).toSorted());
      expect(judged).toHaveLength(935);
    });

    it("all that use another operator are refused: 419", () => {
      const others = values.filter((one) => !isKnown(one));
      expect(others.filter((one) => answer(one) !== "invalid")).toEqual([]);
      expect(others).toHaveLength(419);
    });
  },
);

function holds(one: Case): boolean {
  const got = answer(one);
  return one.expect === "valid" ? got !== "invalid" : got === one.expect;
}

function answer({ policy, event, rawBody, attributes }: Case): Case["expect"] {
  const parsed = parsePattern(policy);
  if ("problems" in parsed) return "invalid";
  const payload = event ?? (attributes && payloadOf(attributes)) ?? (rawBody === undefined ? undefined : jsonOrText(rawBody));
  if (payload === undefined) return "valid";
  return matches(parsed.matcher, payload) ? "match" : "no-match";
}

/** The attributes of an SNS message as a payload. */
function payloadOf(attributes: NonNullable<Case["attributes"]>): unknown {
  const valueOf = { String: (text: string) => text, Number, "String.Array": jsonOrText } as Record<string, (text: string) => unknown>;
  return Object.fromEntries(Object.entries(attributes).map(([name, { DataType, StringValue }]) => [name, valueOf[DataType]!(StringValue)]));
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The operators that the lists of a policy use, those within operators included. */
function operatorsIn(policy: unknown): string[] {
  if (Array.isArray(policy)) return policy.flatMap((entry) => (isObject(entry) ? operatorsOf(entry) : []));
  if (!isObject(policy)) return [];
  return Object.entries(policy).flatMap(([key, value]) =>
    key === "$or" && Array.isArray(value) ? value.flatMap(operatorsIn) : operatorsIn(value),
  );
}

function operatorsOf(entry: object): string[] {
  return Object.entries(entry).flatMap(([name, operand]) => [name, ...(isObject(operand) ? operatorsOf(operand) : [])]);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
