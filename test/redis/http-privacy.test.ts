import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Bus, createBus, defineSubscriber, defineTopic, pii } from "../../src/index.ts";
import type { Server } from "../../src/server/server.ts";
import { busesOf } from "../support/buses.ts";
import { ask, httpDoor } from "../support/http.ts";
import { observed } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const keep = busesOf();
const door = httpDoor({ redis: url, prefix, application: "test" });
const topic = defineTopic("card.lost", z.object({ card: z.string(), holder: z.object({ name: pii(z.string()), email: pii(z.email()) }) }), {
  index: ["card", "holder.email"],
});
const failing = defineSubscriber(topic, {
  name: "failing",
  deliver: ({ handler }) => [
    handler({
      handle: async ({ data }) => {
        throw new Error(`no account for ${data.holder.email}`);
      },
      retry: { attempts: 1 },
    }),
  ],
});
const bus = keep(() => createBus({ application: "test", topics: { cardLost: topic }, subscribers: [failing], redis: url, prefix }));
const keys = { reader: "", privileged: "" };
let server: Server;
let event: string;
let letter: string;

beforeAll(async () => {
  await bus.start();
  server = await door.serve({ bus: bus as unknown as Bus });
  keys.reader = await door.key({ name: "reader", scopes: ["read"] });
  keys.privileged = await door.key({ name: "privileged", scopes: ["read", "pii"] });
  const dead = observed(bus, "dead");
  event = (await bus.publishEvent.cardLost({ card: "C-1", holder: { name: "Asha Iyer", email: "asha.iyer@example.in" } })).id;
  letter = (await dead)[0]!.delivery.id;
});

const paths = (): string[] => [
  "/v1/events?count=5",
  `/v1/events/${event}?`,
  "/v1/traces?value=asha.iyer@example.in",
  "/v1/dead-letters?",
  `/v1/dead-letters/${letter}?`,
  `/v1/deliveries/${letter}?`,
];

describe("C11: personal data over HTTP", () => {
  it("is masked for everybody, also where an error of the team's own says it, and in the page's feed", async () => {
    for (const path of [...paths(), "/feed"]) {
      const { status, body } = await ask(`${server.url}${path}`, { key: keys.privileged });
      expect([path, status]).toEqual([path, 200]);
      expect(JSON.stringify(body), path).not.toMatch(/asha\.iyer|Asha/);
    }
    const { body } = await ask(`${server.url}/v1/dead-letters/${letter}`, { key: keys.reader });
    expect(body).toMatchObject({
      reason: "handler: no account for as…@example.in (try 1 of 1)",
      data: { data: { card: "C-1", holder: { name: "A…", email: "as…@example.in" } } },
    });
  });

  it("is shown to a key with the scope pii that asks for it, and each time is recorded with who, what and why", async () => {
    for (const path of paths()) {
      expect((await ask(`${server.url}${path}&pii=show`, { key: keys.reader })).body).toMatchObject({ status: 403, code: "FORBIDDEN" });
      const before = (await bus.audit()).entries.length;
      const { status } = await ask(`${server.url}${path}&pii=show&reason=ticket+7`, { key: keys.privileged });
      expect([path, status]).toEqual([path, 200]);
      const { entries: audit } = await bus.audit();
      expect(audit).toHaveLength(before + 1);
      expect(audit[0]).toMatchObject({ by: "privileged", what: "show-pii", reason: "ticket 7" });
    }
    const { body } = await ask(`${server.url}/v1/events/${event}?pii=show`, { key: keys.privileged });
    expect(body.event.data.holder).toEqual({ name: "Asha Iyer", email: "asha.iyer@example.in" });
  });

  it("is not guessed by the filter of a stream either, which sees what its reader sees", async () => {
    await bus.publishEvent.cardLost({ card: "C-2", holder: { name: "Nobody", email: "nobody@example.in" } });
    const filters = [{ holder: { email: [{ prefix: "asha.iyer@" }] } }, { card: ["C-2"] }];
    const query = filters.map((filter) => `filter=${encodeURIComponent(JSON.stringify(filter))}`).join("&");
    const first = async (key: string, more = ""): Promise<string> => {
      const ending = new AbortController();
      const address = `${server.url}/v1/events/stream?last=10&${query}${more}`;
      const answer = await fetch(address, { headers: { authorization: `Bearer ${key}` }, signal: ending.signal });
      let text = "";
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) if (/data:.*\n/.test((text += chunk))) break;
      ending.abort();
      return /"card":"(.*?)"/.exec(text)![1]!;
    };
    expect(await first(keys.reader)).toBe("C-2");
    expect(await first(keys.privileged)).toBe("C-2");
    expect(await first(keys.privileged, "&pii=show")).toBe("C-1");
  });

  it("is not guessed by the counts of a replay either: its filter asks about personal data for those alone who may see it", async () => {
    const [operator, trusted] = [
      await door.key({ name: "operator", scopes: ["read", "operate"] }),
      await door.key({ name: "trusted", scopes: ["operate", "pii"] }),
    ];
    const post = (path: string, key: string, filter: object) =>
      ask(`${server.url}${path}`, {
        method: "POST",
        key,
        body: { topics: ["card.lost"], subscribers: ["failing"], filter, reason: "ticket 8" },
      });
    const personal = { $or: [{ holder: { email: [{ prefix: "asha.iyer@" }] } }, { "holder.name": ["Asha Iyer"] }] };
    for (const path of ["/v1/replays/preview", "/v1/replays"])
      expect(await post(path, operator, personal)).toMatchObject({
        status: 403,
        body: {
          detail:
            'Its filter asks about personal data (holder.email, holder.name). This needs the scope "pii"; the API key "operator" has read, operate.',
        },
      });
    for (const filter of [{ card: ["C-1"] }, { holder: { email: [{ exists: true }] } }])
      expect((await post("/v1/replays/preview", operator, filter)).status).toBe(200);
    expect(await post("/v1/replays/preview", operator, { card: [] })).toMatchObject({ status: 422, body: { code: "INVALID_FILTER" } });
    expect((await post("/v1/replays/preview", trusted, personal)).body).toMatchObject({ selected: 1 });
    const of = "past events of card.lost, by a filter on holder.email, holder.name";
    expect((await bus.audit()).entries[0]).toMatchObject({ by: "trusted", what: "show-pii", of, reason: "ticket 8" });
    const begun = await post("/v1/replays", trusted, personal);
    const shown = await ask(`${server.url}/v1/replays/${begun.body.id}`, { key: operator });
    expect(JSON.parse(shown.body.filter)).toEqual({
      $or: [{ holder: { email: [{ prefix: "as…@" }] } }, { "holder.name": ["A…"] }],
    });
  });
});
