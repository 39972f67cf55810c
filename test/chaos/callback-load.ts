import { setTimeout as pause } from "node:timers/promises";
import { deliveryId } from "../../src/define/delivery.ts";
import type { DeliveryStatus } from "../../src/define/status.ts";
import { timeOfId } from "../../src/base/ids.ts";
import { sendgridRequest } from "../support/sendgrid-events.ts";
import type { ChaosBus } from "./domain.ts";
import type { Intent } from "./load.ts";
import { pick, type Random, shuffled } from "./random.ts";
import { sendKey } from "./sends.ts";
import type { Stage } from "./stage.ts";

/** What SendGrid may say of a message from its acceptance on, in that order, and the status that it must end with. */
const stories: readonly { readonly events: readonly string[]; readonly end: DeliveryStatus }[] = [
  { events: ["processed", "deferred", "delivered", "open", "click"], end: "read" },
  { events: ["processed", "delivered", "open", "open", "click"], end: "read" },
  { events: ["processed", "deferred", "delivered"], end: "delivered" },
  { events: ["processed", "delivered", "open", "spamreport"], end: "opted out" },
  { events: ["processed", "delivered", "bounce"], end: "bounced" },
  { events: ["processed", "deferred", "dropped"], end: "failed" },
  { events: ["processed"], end: "accepted" },
];

export interface CallbackLoadOptions {
  readonly bus: ChaosBus;
  readonly random: Random;
  readonly stage: Pick<Stage, "sends">;
  readonly intents: () => readonly Intent[];
  /** Messages in all. */
  readonly messages: number;
  /** Callbacks a second, at most. */
  readonly perSecond: number;
}

export interface CallbackLoad {
  /** Genuine callbacks that were taken, with their doubles. */
  readonly taken: () => number;
  readonly doubled: () => number;
  readonly disordered: () => number;
  /** Forged ones, and how many of them were refused. */
  readonly forged: () => number;
  readonly refused: () => number;
  /** Milliseconds that each took until it was answered. */
  readonly delays: readonly number[];
  /** By the delivery's id: what it must end with. */
  readonly ends: ReadonlyMap<string, { readonly event: { readonly time: string }; readonly end: DeliveryStatus }>;
  /** Resolves when so many were taken. */
  reached(count: number): Promise<void>;
  readonly done: Promise<void>;
}

interface Call {
  readonly event: string;
  readonly id: string;
  readonly time: string;
  readonly number: number;
  readonly forged?: true;
  readonly again?: true;
}

/** Calls are answered at the same time, as those of a provider. */
const atOnce = 32;

/**
 * Calls back as SendGrid does for every message that the mailroom accepted, one event a callback: one in ten is sent twice, the events of one
 * message in ten are out of order, and for one message in a hundred somebody forges that its reader complained.
 */
export function startCallbackLoad({ bus, random, stage, intents, messages, perSecond }: CallbackLoadOptions): CallbackLoad {
  const ends = new Map<string, { readonly event: { readonly time: string }; readonly end: DeliveryStatus }>();
  const [calls, delays]: [Call[], number[]] = [[], []];
  const seen = new Set<string>();
  const tally = { taken: 0, doubled: 0, disordered: 0, forged: 0, refused: 0 };

  const byKey = new Map<string, Intent>();
  let looked = 0;
  const plan = (): void => {
    for (const intent of intents().slice(byKey.size)) byKey.set(sendKey("mailer", intent.number), intent);
    const sends = stage.sends();
    for (const { key } of sends.slice(looked)) {
      const intent = byKey.get(key);
      if (seen.has(key) || intent === undefined) continue;
      seen.add(key);
      planFor(intent);
    }
    looked = sends.length;
  };

  const planFor = ({ id: eventId, number }: Intent): void => {
    const recipient = `order-${number}@example.com`;
    const id = deliveryId({ application: "chaos", eventId, subscriber: "mailer", route: "email", channel: "email", recipient, epoch: 0 });
    const time = new Date(timeOfId(eventId)!).toISOString();
    const story = pick(random, stories);
    const disordered = random() < 0.1 && story.events.length > 1;
    if (disordered) tally.disordered += 1;
    const events = disordered ? shuffled(random, story.events) : story.events;
    ends.set(id, { event: { time }, end: story.end });
    const own: Call[] = events.map((event) => ({ event, id, time, number }));
    const doubles = own.filter(() => random() < 0.1).map((call): Call => ({ ...call, again: true }));
    tally.doubled += doubles.length;
    const forged: Call[] = random() < 0.01 ? [{ event: "spamreport", id, time, number, forged: true }] : [];
    calls.push(...own, ...doubles, ...forged);
  };

  const call = async ({ event, id, time, number, forged, again }: Call): Promise<void> => {
    const delivery = { id, event: { id: "", type: "", time } };
    const more = { email: `order-${number}@example.com` };
    const request = sendgridRequest([{ event, delivery, message: `m-${number}`, more }], Date.now());
    // Some doubles are the same request once more, others say the same in a request of their own.
    const path = again === true && number % 2 === 0 ? `${request.path}?again=1` : request.path;
    const body = forged === true ? Buffer.from(request.body.toString().replace("{", "{ ")) : request.body;
    const started = performance.now();
    const answer = await bus.callbacks.receive({ ...request, path, body });
    delays.push(performance.now() - started);
    if (forged === true) tally.forged += 1;
    if (answer.kind === "refused") tally.refused += 1;
    else tally.taken += 1;
  };

  const run = async (): Promise<void> => {
    const started = performance.now();
    let next = 0;
    const planning = (async () => {
      for (; seen.size < messages; await pause(50)) plan();
    })();
    const sender = async (): Promise<void> => {
      while (next < calls.length || seen.size < messages) {
        const due = ((performance.now() - started) / 1_000) * perSecond;
        if (next >= calls.length || next >= due) await pause(5);
        else await call(calls[next++]!);
      }
    };
    await Promise.all([planning, ...Array.from({ length: atOnce }, sender)]);
  };

  return {
    taken: () => tally.taken,
    doubled: () => tally.doubled,
    disordered: () => tally.disordered,
    forged: () => tally.forged,
    refused: () => tally.refused,
    delays,
    ends,
    async reached(wanted) {
      while (tally.taken < wanted) await pause(20);
    },
    done: run(),
  };
}
