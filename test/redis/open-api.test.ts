import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineTopic } from "../../src/index.ts";
import { openApiDocument } from "../../src/server/open-api/document.ts";
import { allOperations } from "../../src/server/operations.ts";
import * as topics from "../../topics/index.ts";
import { ask, httpDoor } from "../support/http.ts";
import { testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const bus = line.bus({ url, prefix });
const door = httpDoor({ redis: url, prefix, application: "test" });
// oxlint-disable-next-line no-explicit-any -- a document is looked into here and there
type Document = any;

describe("the OpenAPI document", () => {
  const operations = allOperations(bus as never, { live: false, keys: {} as never });
  const document = openApiDocument({ application: "shop", topics: Object.values(topics), operations, open: false }) as Document;

  it("has an address for each topic, with the schema and the example of its payload", () => {
    const { post } = document.paths["/v1/topics/order.placed/events"];
    const { schema, example } = post.requestBody.content["application/json"];
    expect(example).toEqual(topics.orderPlaced.example);
    expect(schema.oneOf[0].properties).toHaveProperty("orderId");
    expect(schema.oneOf[1]).toMatchObject({ type: "array", maxItems: 1_000 });
    const publishing = Object.keys(document.paths).filter((path) => path.startsWith("/v1/topics/") && path.endsWith("/events"));
    expect(publishing).toHaveLength(Object.keys(topics).length);
  });

  it("has every operation, its parameters, its scope and what can go wrong", () => {
    for (const { method, path, scope } of operations) {
      const described = document.paths[path.replaceAll(/:(\w+)/g, "{$1}")][method.toLowerCase()];
      expect(described.description).toContain(`\`${scope}\``);
      expect(Object.keys(described.responses)).toEqual(expect.arrayContaining(["200", "400", "401", "403", "429", "503"]));
    }
    const list = document.paths["/v1/dead-letters"].get;
    expect(list.parameters.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["queue", "recipient", "cursor", "count", "pii", "reason"]),
    );
  });

  it("is whole: ids are unique, every reference leads somewhere, every parameter of a path is declared", () => {
    const all = Object.entries<Document>(document.paths).flatMap(([path, methods]) =>
      Object.values<Document>(methods).map((one) => ({ path, one })),
    );
    const ids = all.map(({ one }) => one.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas).toHaveProperty(name!);
    for (const { path, one } of all) {
      const declared = (one.parameters ?? []).filter((each: Document) => each.in === "path").map((each: Document) => each.name);
      expect([path, declared]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
    }
  });
});

it("a payload that holds itself, as a whole or in a part, refers to places that are in the document", () => {
  const comment = z.object({
    text: z.string(),
    get answers() {
      return z.array(comment);
    },
  });
  const recursive = [defineTopic("comment.written", comment), defineTopic("thread.closed", z.object({ first: comment, last: comment }))];
  const document = openApiDocument({ application: "shop", topics: recursive, operations: [], open: false }) as Document;
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
  const found = (reference: string): Document =>
    reference.split("/").reduce((at: Document, part) => (part === "#" ? document : at?.[part.replaceAll("~1", "/")]), undefined);
  expect(references.filter((reference) => found(reference) === undefined)).toEqual([]);
  const schemaOf = (topic: string): Document =>
    document.paths[`/v1/topics/${topic}/events`].post.requestBody.content["application/json"].schema.oneOf[0];
  expect(found(schemaOf("comment.written").$ref).properties.answers.items.$ref).toBe(schemaOf("comment.written").$ref);
  expect(found(schemaOf("thread.closed").properties.first.$ref).properties).toHaveProperty("text");
});

describe("the document on the server", () => {
  it("is at /openapi.json, answered with 304 where nothing has changed, and shown at /docs without a script of another place", async () => {
    const server = await door.serve({ bus, open: true });
    const { status, body, headers } = await ask(`${server.url}/openapi.json`);
    expect([status, body.openapi, body.security]).toEqual([200, "3.1.0", [{ key: [] }, {}]]);
    expect(Object.keys(body.paths)).toContain("/v1/topics/order.placed/events");
    expect((await ask(`${server.url}/openapi.json`, { headers: { "if-none-match": headers.etag! } })).status).toBe(304);

    const page = await ask(`${server.url}/docs`);
    expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
    const files = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(files.every((path) => path.startsWith("/"))).toBe(true);
    expect(page.body).not.toMatch(/<script>|\bon\w+=/);
    for (const path of files) expect([path, (await ask(`${server.url}${path}`)).status]).toEqual([path, 200]);
  });
});

describe("the registry on the server", () => {
  it("has each topic with its versions and who listens, tells of a name that is none, and has the AsyncAPI document", async () => {
    const server = await door.serve({ bus, open: true });
    const { status, body } = await ask(`${server.url}/v1/topics/order.placed`);
    expect([status, body.version, body.versions.length]).toEqual([200, 1, 1]);
    expect(body.versions[0].event.required).toEqual(["orderId", "email"]);
    expect(body.listeners).toEqual([{ subscriber: "receipt", channels: ["email"] }]);
    expect(await ask(`${server.url}/v1/topics/order.place`)).toMatchObject({
      status: 404,
      body: { code: "UNKNOWN_TOPIC", detail: expect.stringContaining("order.placed") },
    });
    const document = await ask(`${server.url}/asyncapi.json`);
    expect([document.status, document.body.asyncapi, Object.keys(document.body.channels)]).toEqual([200, "3.1.0", ["order.placed"]]);
    expect((await ask(`${server.url}/asyncapi.json`, { headers: { "if-none-match": document.headers.etag! } })).status).toBe(304);
  });
});
