import * as z from "zod";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { markedPlaces } from "./marks.ts";
import { namePattern, unknownOptions } from "./names.ts";
import { nextMarks, topicMarkProblems, type TopicMarks } from "./topic-marks.ts";
import { pathText, payloadProblems } from "./payload.ts";
import { durationProblems } from "./policy.ts";
import { searchKeyProblems } from "./search-keys.ts";
import type { SearchPath } from "./search-path.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

export interface TopicOptions<S extends z.ZodType> {
  /** The part of the payload that says what the event is about; it chooses the partition. Default: the event's id. */
  readonly key?: (data: z.output<S>) => string;
  /** How long the log keeps an event that every subscriber has read. Default 30 d. */
  readonly retain?: Duration;
  /** The log is trimmed to about this many bytes of memory, never past its slowest subscriber. Default 256 MB. */
  readonly retainBytes?: number;
  /**
   * Search keys: paths to texts and numbers by whose values an event is found as long as `retain`, such as
   * `["orderId", "customer.email", "items.sku"]`. Values are kept hashed. At most 8; default none.
   */
  readonly index?: readonly SearchPath<z.output<S>>[];
  /** One sentence for people. */
  readonly description?: string;
  /** A realistic payload: checked against the schema, shown, and published by the first `busbar dev`. */
  readonly example?: z.input<S>;
}

/** A named kind of fact, with the schema of its payload. Made by {@link defineTopic}. */
export interface Topic<Name extends string = string, S extends z.ZodType = z.ZodType> {
  readonly kind: "topic";
  readonly name: Name;
  readonly schema: S;
  /** The schema's version, from 1. */
  readonly version: number;
  /** The schemas of the versions before this one, from version 1. */
  readonly history: readonly z.ZodType[];
  /** How the payload of each version becomes one of the next: the first is for version 1. */
  readonly upcasts: readonly ((data: never) => unknown)[];
  readonly key: ((data: z.output<S>) => string) | undefined;
  /** Milliseconds. */
  readonly retain: number;
  /** Bytes. */
  readonly retainBytes: number;
  /** Paths of the search keys. */
  readonly index: readonly string[];
  readonly description: string | undefined;
  readonly example: z.input<S> | undefined;
  /** What of its payloads is marked `pii()` or `secret()`; undefined where no version has a mark. */
  readonly marks: TopicMarks | undefined;
  /**
   * The next version of the payload. Versions are only ever added, at the end: what lies in the log is brought up to the newest
   * one when it is read. Options that are not given stay as they were; an example that is not given is brought up too.
   * @param schema what the payload looks like from now on
   * @param upcast makes a payload of the version before into one of this version. Pure
   * @throws BusbarError `INVALID_DEFINITION` with every problem found
   */
  readonly evolve: <Next extends z.ZodType>(
    schema: Next & JsonOutput<Next>,
    upcast: (data: z.output<S>) => z.input<Next>,
    options?: TopicOptions<Next>,
  ) => Topic<Name, Next>;
}

// oxlint-disable-next-line no-explicit-any -- a topic of whatever payload: `key` takes the payload, so no narrower type fits all
export type AnyTopic = Topic<string, any>;

type JsonOutput<S extends z.ZodType> =
  z.output<S> extends Json ? unknown : { "the payload must be JSON: no Date, Map, bigint, unknown or function": never };

/**
 * Defines a topic.
 * @param name `noun.verb` in the past tense, such as `order.placed`
 * @param schema what its payload looks like: JSON in and JSON out, so no transforms
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function defineTopic<const Name extends string, S extends z.ZodType>(
  name: Name,
  schema: S & JsonOutput<S>,
  options: TopicOptions<S> = {},
): Topic<Name, S> {
  return checkedTopic<Name, S>({ name, schema, options, history: [], upcasts: [] });
}

interface TopicParts<Name extends string, S extends z.ZodType> {
  readonly name: Name;
  readonly schema: S;
  readonly options: TopicOptions<S>;
  readonly history: Topic["history"];
  readonly upcasts: Topic["upcasts"];
}

function checkedTopic<Name extends string, S extends z.ZodType>(parts: TopicParts<Name, S>): Topic<Name, S> {
  const { name, schema, options, history, upcasts } = parts;
  const problems = [...nameProblems(name), ...schemaProblems(schema), ...optionProblems(options)];
  if (problems.length === 0) problems.push(...searchKeyProblems(options.index, schema));
  if (schema instanceof z.core.$ZodType) problems.push(...exampleProblems(schema, options));
  const places = problems.length === 0 ? [...history, schema].map(markedPlaces) : [];
  problems.push(...topicMarkProblems(places.at(-1), options));
  const version = upcasts.length + 1;
  if (problems.length > 0) {
    const title = version === 1 ? `Topic ${JSON.stringify(name)}` : `Version ${version} of topic ${JSON.stringify(name)}`;
    throw new BusbarError("INVALID_DEFINITION", `${title} cannot be used:`, { problems });
  }
  const { key, retain = "30d", retainBytes = 256 * 1024 * 1024, index = [], description, example } = options;
  return {
    kind: "topic",
    name,
    schema,
    version,
    history,
    upcasts,
    key,
    retain: milliseconds(retain, `retain of topic ${name}`),
    retainBytes,
    index,
    description,
    example,
    marks: nextMarks(places),
    evolve(next, upcast, changes = {}) {
      const problem = typeof upcast === "function" ? undefined : "the second argument of evolve must be a function that upcasts";
      const brought = problem === undefined && example !== undefined ? { example: upcastExample(upcast, { schema, example }) } : {};
      if (problem !== undefined)
        throw new BusbarError("INVALID_DEFINITION", `Version ${version + 1} of topic ${JSON.stringify(name)} cannot be used:`, {
          problems: [problem],
        });
      const inherited = { ...options, ...brought } as unknown as TopicOptions<typeof next>;
      const before = { history: [...history, schema], upcasts: [...upcasts, upcast] };
      return checkedTopic({ name, schema: next, options: { ...inherited, ...changes }, ...before });
    },
  };
}

/** The example of the version before, as this version would read it. What goes wrong here is found again when the example is checked. */
function upcastExample(upcast: (data: never) => unknown, { schema, example }: { schema: z.ZodType; example: unknown }): unknown {
  try {
    return upcast(schema.parse(example) as never);
  } catch (error) {
    throw new BusbarError("INVALID_DEFINITION", `The upcast threw on the example of the version before: ${messageOf(error)}`);
  }
}

export function isTopic(value: unknown): value is AnyTopic {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "topic";
}

/** The payload as the log will hold it, or every problem with its path. */
export function parsePayload(topic: AnyTopic, payload: unknown): { readonly data: unknown } | { readonly problems: readonly string[] } {
  const unsafe = payloadProblems(payload);
  if (unsafe.length > 0) return { problems: unsafe };
  const parsed = topic.schema.safeParse(payload);
  if (parsed.success) return { data: parsed.data };
  return { problems: parsed.error.issues.map((issue: z.core.$ZodIssue) => `${pathText(issue.path)}: ${issue.message}`) };
}

/** `order.status_changed` → `orderStatusChanged`: the name of a topic's export. */
export function exportName(topicName: string): string {
  return topicName.replace(/[._-]+(.)/g, (_, letter: string) => letter.toUpperCase());
}

function nameProblems(name: string): string[] {
  return typeof name === "string" && namePattern.test(name)
    ? []
    : [`its name may hold lower-case letters, digits, ".", "_" and "-", at most 128, and begins with a letter or digit`];
}

function schemaProblems(schema: unknown): string[] {
  if (!(schema instanceof z.core.$ZodType)) return ["its schema is not a zod schema: pass z.object({ … }) of zod 4"];
  try {
    z.toJSONSchema(schema, { io: "output" });
    return [];
  } catch (error) {
    return [
      `its schema is not JSON in and JSON out (${messageOf(error)}): move transforms into the subscriber's data function, and use z.iso.datetime() for dates`,
    ];
  }
}

function optionProblems(options: TopicOptions<z.ZodType>): string[] {
  const { key, retain, retainBytes, description } = options;
  const problems = unknownOptions(options, ["key", "retain", "retainBytes", "index", "description", "example"]);
  if (key !== undefined && typeof key !== "function") problems.push("key must be a function that returns a part of the payload");
  problems.push(...durationProblems("retain", retain));
  if (retainBytes !== undefined && !(Number.isInteger(retainBytes) && retainBytes > 0))
    problems.push(`retainBytes must be a whole number of bytes, not ${retainBytes}`);
  if (description !== undefined && typeof description !== "string") problems.push("description must be text");
  return problems;
}

function exampleProblems(schema: z.ZodType, { example, key }: TopicOptions<z.ZodType>): string[] {
  if (example === undefined) return [];
  const parsed = z.safeParse(schema, example);
  if (!parsed.success)
    return parsed.error.issues.map((issue) => `its example does not match its schema: ${pathText(issue.path)}: ${issue.message}`);
  if (typeof key !== "function") return [];
  try {
    const value: unknown = key(parsed.data);
    return typeof value === "string" && value !== "" ? [] : [`key must return text, and returns ${JSON.stringify(value)} for the example`];
  } catch (error) {
    return [`key threw on the example: ${messageOf(error)}`];
  }
}
