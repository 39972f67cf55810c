/** RFC 9457, with what busbar adds. */
export const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string", description: "`urn:busbar:problem:` and the code in lower case" },
    title: { type: "string", description: "What the code means" },
    status: { type: "integer" },
    detail: { type: "string", description: "What happened here, and what to do" },
    code: { type: "string", examples: ["INVALID_EVENT"] },
    problems: { type: "array", items: { type: "string" }, description: "Everything that is wrong, one sentence each" },
    eventId: { type: "string", description: "Publish again with this id, and the event is there once" },
  },
} as const;

const published = {
  id: { type: "string", description: "The event's id" },
  topic: { type: "string" },
  repeated: { type: "boolean", description: "It was in the log before: the same id, or the same idempotency key" },
  durability: {
    enum: ["memory", "fsync", "replicated", "spooled"],
    description:
      "What it survives: a crash of any process, a power cut too, or the loss of Redis' master too; spooled: Redis is away, and it is on the server's disk until Redis is back",
  },
} as const;

export const publishedSchema = { type: "object", required: ["id", "topic", "repeated"], properties: published } as const;

export const batchSchema = {
  type: "object",
  required: ["accepted", "failed", "results"],
  properties: {
    accepted: { type: "integer" },
    failed: { type: "integer" },
    results: {
      type: "array",
      items: {
        type: "object",
        required: ["index"],
        properties: { index: { type: "integer" }, ...published, problem: { $ref: "#/components/schemas/Problem" } },
      },
    },
  },
} as const;

export const cloudEventSchema = {
  type: "object",
  required: ["specversion", "id", "source", "type", "data"],
  properties: {
    specversion: { const: "1.0" },
    id: { type: "string" },
    source: { type: "string" },
    type: { type: "string", description: "The topic" },
    time: { type: "string", format: "date-time" },
    datacontenttype: { const: "application/json" },
    data: { description: "The payload, as the topic's schema says" },
    partitionkey: { type: "string" },
    correlationid: { type: "string" },
    causationid: { type: "string" },
    idempotencykey: { type: "string" },
  },
} as const;
