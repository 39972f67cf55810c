import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import app from "../../src/app.ts";
import { catalogOf } from "../../src/define/catalog.ts";
import { defineSubscriber, defineTopic, pii, secret } from "../../src/index.ts";
import { asyncApiDocument } from "../../src/schema/async-api.ts";
import { catalogueText } from "../../src/schema/catalogue.ts";
import { judgeTopic } from "../../src/schema/judge.ts";
import { registeredTopic } from "../../src/schema/registry.ts";
import { snapshotOf } from "../../src/schema/snapshot.ts";
import { openApiDocument } from "../../src/server/open-api/document.ts";
import orderConfirmation from "../../subscribers/order-confirmation.ts";
import orderStatus from "../../subscribers/order-status.ts";

const official = createRequire(import.meta.url).resolve("@asyncapi/specs/schemas/3.1.0-without-$id.json");
const ajv = new Ajv({ strict: false });
formats.default(ajv);
const isAsyncApi = ajv.compile(JSON.parse(readFileSync(official, "utf8")) as object);

const comment = z.object({
  text: z.string(),
  get answers() {
    return z.array(comment);
  },
});
const v1 = defineTopic("comment.written", z.object({ comment }), { description: "Somebody wrote | answered." });
const commentWritten = v1.evolve(
  z.object({ comment, mood: z.enum(["calm", "angry"]).nullable().default(null), score: z.int().min(1).max(5).optional() }),
  (old) => old,
  { example: { comment: { text: "Fine.", answers: [{ text: "Yes.", answers: [] }] } }, index: ["mood"], retain: "7d" },
);
const moderation = defineSubscriber(commentWritten, {
  name: "moderation",
  description: "Looks at angry ones.",
  filter: { mood: ["angry"], score: [{ numeric: ["<", 2] }] },
  deliver: ({ handler }) => [handler({ handle: async () => undefined })],
});
const small = catalogOf({ commentWritten }, [moderation]);
// oxlint-disable-next-line no-explicit-any -- a document is looked into here and there
const documentOf = (catalog: typeof small, publicUrl?: string): any => asyncApiDocument({ application: "shop", catalog, publicUrl });

/** The value at a JSON pointer of a document. */
function at(document: unknown, pointer: string): unknown {
  const steps = pointer.slice(2).split("/");
  return steps.reduce<unknown>((found, step) => (found as Record<string, unknown> | undefined)?.[step], document);
}

describe("the AsyncAPI document", () => {
  it("is valid by the official schema of 3.1.0, of a topic that holds itself and of this repository's own", () => {
    const own = catalogOf(app.topics, [orderConfirmation, orderStatus]);
    for (const document of [documentOf(small, "https://shop.example.in/bus"), documentOf(own)]) {
      expect(isAsyncApi(document), JSON.stringify(isAsyncApi.errors?.slice(0, 3))).toBe(true);
      const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, pointer]) => pointer!);
      expect(references.filter((pointer) => at(document, pointer) === undefined)).toEqual([]);
    }
    expect(isAsyncApi({ ...documentOf(small), operations: { x: { action: "listen" } } })).toBe(false);
  });

  it("has a channel for each topic, a message for each version, and says who listens", () => {
    const document = documentOf(small, "https://shop.example.in/bus");
    expect(document.servers).toEqual({ http: { host: "shop.example.in", protocol: "https", pathname: "/bus" } });
    expect(Object.keys(document.channels["comment.written"].messages)).toEqual(["v1", "v2"]);
    expect(document.components.messages["comment.written.v1"]).toMatchObject({ deprecated: true });
    expect(document.operations["moderation.comment.written"]).toMatchObject({
      action: "send",
      summary: "Looks at angry ones.",
      "x-busbar-subscriber": { name: "moderation", channels: ["handler"], filter: 'mood: "angry" and score: < 2' },
    });
    expect(document.operations["publish.comment.written"]).toMatchObject({
      action: "receive",
      description: expect.stringContaining("may be left out"),
    });
  });

  it("describes what the log holds: its own example fits the message's payload", () => {
    const document = documentOf(small);
    const message = document.components.messages["comment.written.v2"];
    const whole = new Ajv({ strict: false });
    formats.default(whole);
    const fits = whole.compile({ ...message.payload, components: document.components });
    const [{ payload }] = message.examples;
    expect(payload.data).toMatchObject({ mood: null });
    expect(fits(payload), JSON.stringify(fits.errors)).toBe(true);
    expect(fits({ ...payload, data: { comment: { text: "Fine.", answers: [{ text: 7, answers: [] }] }, mood: null } })).toBe(false);
  });
});

describe("what is marked in a topic's payloads", () => {
  const subject = "user.id";
  const marked = defineTopic(
    "reset.requested",
    z.object({
      user: z.object({ id: z.string(), name: pii(z.string(), { subject }), email: pii(z.email()).nullable() }),
      link: secret(z.url()).optional(),
      others: z.array(pii(z.string(), { subject: ({ user }) => user.id })).optional(),
    }),
  );
  const catalog = catalogOf({ resetRequested: marked }, []);

  it("stands in the AsyncAPI document, which stays valid", () => {
    const document = documentOf(catalog as never);
    expect(isAsyncApi(document), JSON.stringify(isAsyncApi.errors?.slice(0, 3))).toBe(true);
    const { user, link, others } = document.components.schemas["reset.requested.v1"].properties;
    expect(user.properties.name).toEqual({ type: "string", "x-busbar-pii": true, "x-busbar-subject": "user.id" });
    expect(user.properties.email.anyOf[0]).toMatchObject({ format: "email", "x-busbar-pii": true });
    expect(user.properties.id).toEqual({ type: "string" });
    expect(link).toMatchObject({ "x-busbar-secret": true });
    expect(others.items).toMatchObject({ "x-busbar-pii": true, "x-busbar-subject": "(a function)" });
  });

  it("stands in the catalogue, in the registry and in what publishers read", () => {
    const text = catalogueText({ application: "shop", catalog });
    expect(text).toContain("| `user.name` | a string | always | personal, sealed with a key of `user.id` |");
    expect(text).toContain("| `user.email` | a string or null | always | personal; email |");
    expect(text).toContain("| `link` | a string | may be absent | secret; ");
    expect(registeredTopic(marked, catalog).versions[0]!.event).toMatchObject({ properties: { link: { "x-busbar-secret": true } } });
    const { paths } = openApiDocument({ application: "shop", topics: [marked], operations: [], open: false }) as {
      paths: Record<string, { post: { requestBody: { content: Record<string, { schema: { oneOf: object[] } }> } } }>;
    };
    expect(paths["/v1/topics/reset.requested/events"]!.post.requestBody.content["application/json"]!.schema.oneOf[0]).toMatchObject({
      properties: { link: { "x-busbar-secret": true }, user: { properties: { name: { "x-busbar-subject": "user.id" } } } },
    });
  });

  it("is no change of the schema: events that were published before fit as they did", () => {
    const before = snapshotOf(defineTopic("reset.requested", z.object({ link: z.url() })));
    const after = judgeTopic(defineTopic("reset.requested", z.object({ link: secret(z.url()) })), before);
    expect(after.verdict).toBe("compatible");
  });
});

describe("the catalogue of topics", () => {
  it("tells of each topic its fields, what is inside of them, who listens and an example", () => {
    const text = catalogueText({ application: "shop", catalog: small });
    expect(text).toContain("| [comment.written](#commentwritten) | 2 | Somebody wrote \\| answered. | moderation |");
    expect(text).toContain("Version 2; events of versions 1 to 1 are brought up to it; kept for 7 d; found by `mood`.");
    expect(text).toContain("| `comment.answers[].text` | a string | always |  |");
    expect(text).toContain('| `mood` | one of "calm", "angry" or null | always | default null |');
    expect(text).toContain("| `score` | an integer | may be absent | ≥ 1; ≤ 5 |");
    expect(text).toContain('- **moderation** by handler, where mood: "angry" and score: < 2. Looks at angry ones.');
    expect(text).toContain('"text": "Fine."');
  });
});

describe("a topic of the registry", () => {
  it("has the schemas of all its versions, and what may be sent where that is something else", () => {
    const { versions, listeners, ...facts } = registeredTopic(commentWritten, small);
    expect(facts).toMatchObject({ name: "comment.written", version: 2, index: ["mood"], retain: 7 * 86_400_000 });
    expect(versions.map(({ version, publish }) => [version, publish?.["required"]])).toEqual([
      [1, undefined],
      [2, ["comment"]],
    ]);
    expect(versions[1]!.event["required"]).toEqual(["comment", "mood"]);
    expect(listeners).toMatchObject([{ subscriber: "moderation", channels: ["handler"] }]);
  });
});
