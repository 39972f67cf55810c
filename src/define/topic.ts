import * as z from "zod";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { pathText, payloadProblems } from "./payload.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

export interface TopicOptions<S extends z.ZodType> {
  /** The part of the payload that says what the event is about; it chooses the partition. Default: the event's id. */
  readonly key?: (data: z.output<S>) => string;
  /** How long the log keeps an event that every subscriber has read. Default 30 d. */
  readonly retain?: Duration;
  /** The log is trimmed to about this many bytes of memory, never past its slowest subscriber. Default 256 MB. */
  readonly retainBytes?: number;
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
  readonly key: ((data: z.output<S>) => string) | undefined;
  /** Milliseconds. */
  readonly retain: number;
  /** Bytes. */
  readonly retainBytes: number;
  readonly description: string | undefined;
  readonly example: z.input<S> | undefined;
}

// oxlint-disable-next-line no-explicit-any -- a topic of whatever payload: `key` takes the payload, so no narrower type fits all
export type AnyTopic = Topic<string, any>;

type JsonOutput<S extends z.ZodType> =
  z.output<S> extends Json ? unknown : { "the payload must be JSON: no Date, Map, bigint, unknown or function": never };

/** What topics, subscribers and routes may be called. */
export const namePattern = /^[a-z0-9][a-z0-9._-]{0,127}$/;

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
  const problems = [...nameProblems(name), ...schemaProblems(schema), ...exampleProblems(schema, options.example)];
  if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", `Topic ${JSON.stringify(name)} cannot be used:`, { problems });
  return {
    kind: "topic",
    name,
    schema,
    version: 1,
    key: options.key,
    retain: milliseconds(options.retain ?? "30d", `retain of topic ${name}`),
    retainBytes: options.retainBytes ?? 256 * 1024 * 1024,
    description: options.description,
    example: options.example,
  };
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
  return namePattern.test(name)
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

function exampleProblems(schema: unknown, example: unknown): string[] {
  if (example === undefined || !(schema instanceof z.core.$ZodType)) return [];
  const parsed = z.safeParse(schema, example);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `its example does not match its schema: ${pathText(issue.path)}: ${issue.message}`);
}
