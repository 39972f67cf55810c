import * as z from "zod";
import { busbarVersion } from "../../base/version.ts";
import type { Catalog } from "../../define/catalog.ts";
import type { AnyTopic } from "../../define/topic.ts";
import type { Operation } from "../operation.ts";
import { bodyLimits } from "../publish-request.ts";
import { type DescribedPayload, describedPayload } from "./payload.ts";
import { problemSchema, publishedSchema, batchSchema, cloudEventSchema } from "./schemas.ts";

export interface DocumentOptions {
  readonly application: string;
  readonly topics: Catalog["topics"];
  readonly operations: readonly Operation[];
  /** Requests without a key are taken too. */
  readonly open: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const problem = (description: string): Json => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});
const json = (schema: Json, more: Json = {}): Json => ({ "application/json": { schema, ...more } });

/** What can go wrong at every address. */
const always = {
  401: problem("No valid API key"),
  403: problem("The key lacks a scope, which is named"),
  429: problem("Too many requests, of this key, of this address without a key, or at once; `Retry-After` says when to come back"),
  503: problem("Redis does not answer; try again with the same id or idempotency key"),
} as const;

/**
 * The API as an OpenAPI 3.1 document, made from the same objects as the routes: an address for each topic, with the schema and the
 * example of its payload. Pure.
 */
export function openApiDocument({ application, topics, operations, open }: DocumentOptions): Json {
  const paths: Record<string, Record<string, unknown>> = { "/v1/events": { post: publishAnything() }, ...probes };
  const payloads = topics.map(describedPayload);
  for (const [index, topic] of topics.entries()) paths[`/v1/topics/${topic.name}/events`] = { post: publishTopic(topic, payloads[index]!) };
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: `busbar: ${application}`,
      version: busbarVersion(),
      description: `Publish events, and look after what becomes of them. At-least-once from an acknowledged publish.${
        open ? " On this machine, requests without a key are taken." : ""
      }`,
    },
    // An empty requirement means that none will do.
    security: open ? [{ key: [] }, {}] : [{ key: [] }],
    tags: [{ name: "Publish" }, { name: "Probes" }, ...[...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name }))],
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key: `busbar keys create --name … --scope …` makes one." },
      },
      schemas: {
        Problem: problemSchema,
        Published: publishedSchema,
        Batch: batchSchema,
        CloudEvent: cloudEventSchema,
        ...(Object.assign({}, ...payloads.map(({ schemas }) => schemas)) as Json),
      },
    },
  };
}

const ok = (description: string, content: Json): Json => ({ 200: { description, content } });
/** What needs no key, but for the figures where other machines reach the server. */
const probes: Record<string, Record<string, unknown>> = {
  "/healthz": {
    get: {
      tags: ["Probes"],
      operationId: "healthz",
      summary: "The process answers",
      security: [],
      responses: ok("It does", json({ type: "object" })),
    },
  },
  "/readyz": {
    get: {
      tags: ["Probes"],
      operationId: "readyz",
      summary: "The roles of the process work, and Redis answers",
      security: [],
      responses: {
        ...ok("They do", json({ type: "object" })),
        503: { description: "Not now; `reason` says why", content: json({ type: "object" }) },
      },
    },
  },
  "/metrics": {
    get: {
      tags: ["Probes"],
      operationId: "metrics",
      summary: "Figures in Prometheus' text format",
      description: "On loopback without a key; elsewhere it needs the scope `read`.",
      responses: { ...ok("The figures", { "text/plain": { schema: { type: "string" } } }), ...always },
    },
  },
};

const idempotency = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key and payload within 24 h: one event. Of a batch, each event has a key of its own made from it.",
  schema: { type: "string", maxLength: 512 },
} as const;
const options = [
  idempotency,
  ...[
    ["X-Partition-Key", "What the event is about; it chooses the partition."],
    ["X-Correlation-Id", "The id that the whole conversation shares."],
    ["X-Causation-Id", "The id of the event that caused this one."],
    ["X-Event-Id", "The event's id. Default: one is made. Not for a batch."],
  ].map(([name, description]) => ({ name, in: "header", description, schema: { type: "string" } })),
] as const;
const publishAnswers = {
  202: {
    description: "In the log; of a batch, all of it",
    content: json({ oneOf: [{ $ref: "#/components/schemas/Published" }, { $ref: "#/components/schemas/Batch" }] }),
  },
  207: { description: "Of a batch, some are not in the log: each says why", content: json({ $ref: "#/components/schemas/Batch" }) },
  400: problem("No JSON, or no CloudEvent"),
  409: problem("The idempotency key was used with another payload"),
  413: problem("Too large: an event may have 256 KB"),
  415: problem("Another content type"),
  422: problem("The payload does not match the topic's schema: every problem with its path"),
  ...always,
} as const;
const cloudEvents = {
  "application/cloudevents+json": { schema: { $ref: "#/components/schemas/CloudEvent" } },
  "application/cloudevents-batch+json": {
    schema: { type: "array", items: { $ref: "#/components/schemas/CloudEvent" }, maxItems: bodyLimits.events },
  },
} as const;

function publishTopic(topic: AnyTopic, { schema: payload }: DescribedPayload): Json {
  const example = topic.example === undefined ? {} : { example: topic.example };
  const list = { type: "array", items: payload, minItems: 1, maxItems: bodyLimits.events };
  return {
    tags: ["Publish"],
    operationId: `publish.${topic.name}`,
    summary: `Publish ${topic.name}`,
    ...(topic.description === undefined ? {} : { description: topic.description }),
    parameters: options,
    requestBody: { required: true, content: { ...json({ oneOf: [payload, list] }, example), ...cloudEvents } },
    responses: publishAnswers,
  };
}

function publishAnything(): Json {
  return {
    tags: ["Publish"],
    operationId: "publish",
    summary: "Publish CloudEvents, whose type names the topic",
    requestBody: { required: true, content: cloudEvents },
    responses: { ...publishAnswers, 404: problem("An unknown topic, with the one that was probably meant") },
  };
}

function described({ method, path, scope, summary, tag, query, body, answer, stream }: Operation): Json {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const fields = query === undefined ? {} : (z.toJSONSchema(query, { io: "input" }).properties ?? {});
  const parameters = [
    ...names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...Object.entries(fields).map(([name, schema]) => ({ name, in: "query", schema })),
  ];
  const { $schema: _, ...content } = body === undefined ? {} : (z.toJSONSchema(body, { io: "input" }) as Json);
  return {
    tags: [tag],
    operationId: `${method.toLowerCase()}.${path.slice("/v1/".length).replaceAll("/:", ".by-").replaceAll("/", ".")}`,
    summary,
    description: `Needs the scope \`${scope}\`.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { content: json(content) } }),
    responses: {
      200: {
        description: answer,
        content: stream === true ? { "text/event-stream": { schema: { type: "string" } } } : json({ type: "object" }),
      },
      400: problem("The query or the body is wrong: every problem with its path"),
      ...(method === "GET" ? {} : { 409: problem("It is not in a state that allows this") }),
      ...(names.length === 0 ? {} : { 404: problem("There is no such thing (any more)") }),
      ...(body === undefined ? {} : { 413: problem("The body has more than 512 KB"), 415: problem("The body is no `application/json`") }),
      422: problem("What is named is not to be had, or contradicts itself"),
      ...always,
    },
  };
}
