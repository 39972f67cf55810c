import { describe, expect, it } from "vitest";
import * as z from "zod";
import { BusbarError, defineSubscriber, defineTopic, pushTemplate, smsTemplate, whatsappTemplate } from "../../src/index.ts";
import { eventOf, plan } from "../../src/testing/index.ts";

const paid = defineTopic(
  "payout.made",
  z.object({ amount: z.number(), devices: z.array(z.string()).default([]), whatsapp: z.e164().optional(), phone: z.e164() }),
);
const data = z.object({ amount: z.number() });
const note = pushTemplate({ name: "paid", data, title: "Paid", body: "{{amount}}" });
const chat = whatsappTemplate({ name: "paid", approvedAs: "paid", data, body: "{{amount}}" });
const text = smsTemplate({ name: "paid", data, text: "{{amount}}" });
const token = "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]";
const full = { amount: 500, devices: [token], whatsapp: "+919845012346", phone: "+919845012345" };
const anyone = () => "+919845012345";
const amountOf = { data: ({ data: { amount } }: { data: { amount: number } }) => ({ amount }) };

type Deliver = Parameters<typeof defineSubscriber<typeof paid>>[1]["deliver"];
const subscriber = (deliver: Deliver) => defineSubscriber(paid, { name: "told", deliver });
const told = subscriber(({ push, whatsapp, sms, firstOf }) => [
  firstOf(
    push({ to: (event) => event.data.devices, template: note, ...amountOf, within: "30s" }),
    whatsapp({ to: (event) => event.data.whatsapp, template: chat, ...amountOf }),
    sms({ to: (event) => event.data.phone, template: text, ...amountOf, delay: "20m", expiresIn: "1h" }),
    { within: "10m" },
  ),
]);
const at = Date.parse("2026-01-01T00:00:00.000Z");
const planned = (of = told, payload: Partial<typeof full> = full) =>
  plan(of, eventOf(paid, { amount: 500, phone: full.phone, ...payload }, { id: "evt_1", time: "2026-01-01T00:00:00.000Z" }));

function problemsOf(deliver: (channels: never) => unknown): readonly string[] {
  try {
    subscriber(deliver as unknown as Deliver);
  } catch (error) {
    return (error as BusbarError).problems;
  }
  return [];
}

describe("the plan of a firstOf", () => {
  it("has all of its steps, each with an id of its own, and each knows all of them", () => {
    const { deliveries, skipped } = planned();
    expect(skipped).toEqual([]);
    expect(deliveries.map(({ channel, to }) => [channel, to])).toEqual([
      ["push", token],
      ["whatsapp", full.whatsapp],
      ["sms", full.phone],
    ]);
    const [push, whatsapp, sms] = deliveries;
    const steps = [
      { route: "push", channel: "push", ids: [push!.id], within: 30_000 },
      { route: "whatsapp", channel: "whatsapp", ids: [whatsapp!.id], within: 600_000 },
      { route: "sms", channel: "sms", ids: [sms!.id] },
    ];
    expect(push!.firstOf).toEqual({ until: "delivered", steps, step: 0, since: at });
    expect(whatsapp!.firstOf).toEqual({ until: "delivered", steps, step: 1, since: at });
    // Its own delay is kept: it is not sent before.
    expect(sms!.firstOf).toEqual({ until: "delivered", steps, step: 2, since: at, due: at + 1_200_000 });
    expect(planned().deliveries).toEqual(deliveries);
    const alone = subscriber(({ sms: route }) => [route({ to: (event) => event.data.phone, template: text, ...amountOf })]);
    expect(planned(alone).deliveries[0]!.id).toBe(sms!.id);
  });

  it("queues the later steps for a look at those before, a minute after the first was due, or as soon as one's time can be over", () => {
    const { deliveries } = planned();
    expect(deliveries.map(({ notBefore }) => notBefore)).toEqual([undefined, at + 30_000, at + 1_200_000]);
    const patient = subscriber(({ push, sms, firstOf }) => [
      firstOf(
        push({ to: (event) => event.data.devices, template: note, ...amountOf, delay: "1h" }),
        sms({ to: (event) => event.data.phone, template: text, ...amountOf }),
      ),
    ]);
    const [push, sms] = planned(patient).deliveries;
    expect([push!.notBefore, sms!.notBefore]).toEqual([at + 3_600_000, at + 3_660_000]);
    expect(sms!.firstOf).toMatchObject({ since: at + 3_600_000, steps: [{ route: "push" }, { route: "sms" }] });
    expect(push!.firstOf).not.toHaveProperty("due");
  });

  it("begins with the first step that is taken; one that is left alone is a delivery like any other", () => {
    const { deliveries, skipped } = planned(told, { ...full, devices: [] });
    expect(skipped).toEqual([{ route: "push", reason: "no recipient" }]);
    expect(deliveries.map(({ firstOf }) => firstOf?.steps.map(({ route }) => route))).toEqual([
      ["whatsapp", "sms"],
      ["whatsapp", "sms"],
    ]);
    expect(deliveries[0]).not.toHaveProperty("notBefore");
    expect(planned(told, {}).deliveries).toMatchObject([{ channel: "sms", notBefore: at + 1_200_000 }]);
    expect(planned(told, {}).deliveries[0]).not.toHaveProperty("firstOf");
  });

  it("keeps a step's recipients together, and takes no list of people for one reader's addresses", () => {
    const devices = Array.from({ length: 3 }, (_, index) => `ExponentPushToken[xxxxxxxxxxxxxxxxxxxxx${index}]`);
    const { deliveries } = planned(told, { ...full, devices });
    expect(deliveries).toHaveLength(5);
    expect(deliveries[4]!.firstOf!.steps[0]!.ids).toEqual(deliveries.slice(0, 3).map(({ id }) => id));
    const many = Array.from({ length: 21 }, (_, index) => `ExponentPushToken[xxxxxxxxxxxxxxxxxxxx${index + 10}]`);
    expect(() => planned(told, { ...full, devices: many })).toThrow(
      'subscriber "told", route "push": to returned 21 recipients: a firstOf is for the addresses of one reader, at most 20',
    );
  });

  it("stands beside other routes, and its steps are routes of the subscriber", () => {
    const both = subscriber(({ push, sms, firstOf }) => [
      sms({ name: "first", to: (event) => event.data.phone, template: text, ...amountOf }),
      firstOf(
        push({ to: (event) => event.data.devices, template: note, ...amountOf }),
        sms({ to: (event) => event.data.phone, template: text, ...amountOf }),
      ),
    ]);
    expect(both.routes.map(({ name }) => name)).toEqual(["first", "push", "sms"]);
    expect(planned(both).deliveries.map(({ route, firstOf }) => [route, firstOf?.step])).toEqual([
      ["first", undefined],
      ["push", 0],
      ["sms", 1],
    ]);
    expect(JSON.parse(JSON.stringify(both))).toMatchObject({ branches: [{ kind: "route" }, { kind: "firstOf", until: "delivered" }] });
  });
});

describe("a firstOf is refused at definition, with all that is wrong with it,", () => {
  interface Channels {
    readonly push: (options: object) => { readonly name: string };
    readonly sms: (options: object) => { readonly name: string };
    readonly firstOf: (...parts: readonly unknown[]) => unknown;
  }
  const smsOptions = { to: anyone, template: text, data: () => ({ amount: 1 }) };
  const pushOptions = { to: anyone, template: note, data: () => ({ amount: 1 }) };
  const of = (make: (channels: Channels) => unknown) => problemsOf(((channels: Channels) => [make(channels)]) as never);

  it("where it has fewer than two routes, or something else among them", () => {
    expect(of(({ firstOf }) => firstOf())).toEqual(["firstOf(): it takes at least two routes, such as firstOf(push({ … }), sms({ … }))"]);
    const stray = "firstOf(push, sms): it takes routes that channel builders made, and perhaps options at the end";
    expect(of(({ push, sms, firstOf }) => firstOf(push(pushOptions), undefined, sms(smsOptions)))).toEqual([stray]);
    expect(of(({ push, sms, firstOf }) => firstOf(push(pushOptions), { within: "1m" }, sms(smsOptions)))).toEqual([stray]);
  });

  it("where an audience stands in it", () => {
    const audience = { ...pushOptions, to: undefined, audience: async () => ({ recipients: [] }) };
    expect(of(({ push, sms, firstOf }) => firstOf(push(audience), sms(smsOptions)))).toEqual([
      "firstOf(push, sms): its route push has an audience: a firstOf is for the addresses of one reader, which to names",
    ]);
  });

  it("where a step's time says nothing, is none, or is longer than is known what became of a message", () => {
    expect(of(({ push, sms, firstOf }) => firstOf(push(pushOptions), sms({ ...smsOptions, within: "1m" })))).toEqual([
      "firstOf(push, sms): its last route has within, and nothing comes after it: leave it away",
    ]);
    expect(of(({ push, sms, firstOf }) => firstOf(push({ ...pushOptions, within: "soon" }), sms(smsOptions)))).toEqual([
      expect.stringContaining('route push: within: "soon" is not a length of time'),
    ]);
    const long = "firstOf(push, sms): its steps wait longer than 72 h in all: what became of a message is not known for much longer";
    expect(of(({ push, sms, firstOf }) => firstOf(push(pushOptions), sms(smsOptions), { within: "73h" }))).toEqual([long]);
    expect(of(({ push, sms, firstOf }) => firstOf(push(pushOptions), sms(smsOptions), { until: "read" }))).toEqual([
      'firstOf(push, sms): until "read" needs within: nobody reports that a message was not read',
    ]);
  });

  it("and within is for its routes alone", () => {
    expect(of(({ sms }) => sms({ ...smsOptions, within: "1m" }))).toEqual([
      "route sms: within is for routes in a firstOf: say expiresIn to drop what comes too late",
    ]);
  });

  it("and two of its routes have names of their own", () => {
    expect(of(({ sms, firstOf }) => firstOf(sms(smsOptions), sms(smsOptions)))).toEqual([
      'two routes are called "sms": give each a name of its own',
    ]);
  });
});
