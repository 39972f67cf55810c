import * as z from "zod";
import type { BusEvent } from "../define/event.ts";
import { pathText } from "../define/payload.ts";
import type { AnyTopic } from "../define/topic.ts";
import { newerVersion } from "../define/upcast.ts";
import { publishedSchema } from "./published.ts";
import { issuesBesideSecrets } from "../define/sealed-issues.ts";

/** What today's code makes of an event that lies in a log. */
export interface EventTrial {
  readonly version: number;
  /** Written by a newer build: it is not tried. */
  readonly newer: boolean;
  /** Where, and what was expected there. What is there is never said: a log holds what people may not see. */
  readonly problems: readonly string[];
}

/**
 * Brings an event up to the newest version and holds it against the schema, one of the newest version as well, which a router
 * would take unparsed. Pure.
 */
export function tryEvent(topic: AnyTopic, event: BusEvent): EventTrial {
  const version = event.dataversion ?? 1;
  if (newerVersion([topic], event) !== undefined) return { version, newer: true, problems: [] };
  const brought = upcast(topic, version, event.data);
  return { version, newer: false, problems: "problem" in brought ? [brought.problem] : masked(topic, brought.data) };
}

function upcast({ upcasts }: AnyTopic, version: number, data: unknown): { readonly data: unknown } | { readonly problem: string } {
  if (!Number.isInteger(version) || version < 1) return { problem: `its version ${JSON.stringify(version)} is none` };
  let now = data;
  for (const [index, step] of upcasts.slice(version - 1).entries()) {
    try {
      now = step(now as never);
    } catch (error) {
      // Its message may quote the payload.
      return { problem: `the upcast from version ${version + index} threw ${error instanceof Error ? error.name : "something"}` };
    }
  }
  return { data: now };
}

function masked({ schema }: AnyTopic, data: unknown): string[] {
  try {
    const parsed = z.safeParse(schema as z.ZodType, data);
    if (parsed.success) return [];
    // A name that the schema does not give may say as much as a value: `{ "asha@example.in": 1 }`.
    const names = fieldNames(publishedSchema(schema as z.ZodType, "input"), new Set());
    const shown = (step: PropertyKey): PropertyKey => (typeof step === "number" || names.has(String(step)) ? step : "*");
    return issuesBesideSecrets(parsed.error.issues, data).map((issue) => `${pathText(issue.path.map(shown))}: ${expected(issue)}`);
  } catch (error) {
    return [`the schema threw ${error instanceof Error ? error.name : "something"}`];
  }
}

/** All names of fields that stand in a schema. */
function fieldNames(schema: unknown, found: Set<string>): Set<string> {
  if (typeof schema !== "object" || schema === null) return found;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "properties") for (const name of Object.keys(value as object)) found.add(name);
    fieldNames(value, found);
  }
  return found;
}

/** Words of our own: those of a schema may quote what they were given. */
function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "invalid_format":
      return issue.format === "regex" ? `expected what matches ${issue.pattern}` : `expected the format ${issue.format}`;
    case "too_small":
      return `expected ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `expected ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "not_multiple_of":
      return `expected a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return `holds ${issue.keys.length === 1 ? "a field" : `${issue.keys.length} fields`} that the schema does not name`;
    case "invalid_union":
      return "fits none of its forms, or more than the one that may fit";
    case "invalid_key":
    case "invalid_element":
      return "holds a name or an item that does not fit";
    default:
      return "is refused by a refinement";
  }
}
