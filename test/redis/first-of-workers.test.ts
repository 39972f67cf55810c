import { describe, expect, it } from "vitest";
import type { EmailMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { defineSubscriber } from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";
import { orderPlaced, receiptEmail, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();

/** By the number of the order: its e-mail is refused, carried by a provider that says no more, or taken by one that then says nothing. */
type Kind = "refused" | "carried" | "unheard";
const kinds: readonly Kind[] = ["refused", "carried", "unheard"];
const kindOf = (orderId: string): Kind => kinds[Number(orderId.slice(2)) % 3]!;

const timesOf = (list: readonly string[], orderId: string): number => list.filter((each) => each === orderId).length;

describe("a firstOf in two processes that share the work", () => {
  it("asks each step at most once, and the second exactly where the first did not arrive", { timeout: 60_000 }, async () => {
    const mailed: string[] = [];
    const called: string[] = [];
    const provider = (name: string, answer: (kind: Kind) => Outcome): Provider<EmailMessage> => ({
      name,
      async send({ text }) {
        const orderId = /A-\d+/.exec(text)![0];
        const outcome = answer(kindOf(orderId));
        if (outcome.kind !== "retry") mailed.push(orderId);
        return outcome;
      },
      close: async () => undefined,
    });
    const answers: Readonly<Record<Kind, Outcome>> = {
      refused: { kind: "reject", reason: "no" },
      carried: { kind: "retry", reason: "503" },
      unheard: { kind: "sent" },
    };
    const providers = [provider("reporting", (kind) => answers[kind]), provider("none", () => ({ kind: "sent" }))];
    const told = defineSubscriber(orderPlaced, {
      name: "told",
      deliver: ({ email, handler, firstOf }) => [
        firstOf(
          email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data: { orderId } }) => ({ orderId }) }),
          handler({ handle: async ({ data: { orderId } }) => void called.push(orderId) }),
          { within: "1s" },
        ),
      ],
    });
    const buses = [1, 2].map(() => line.bus({ url, prefix, subscribers: [told], live: true, email: { providers, circuit: false } }));
    const orders = Array.from({ length: 150 }, (_, index) => `A-${index}`);
    const ends = { sent: 0, dead: 0, cancelled: 0 };
    const atRest = new Promise<void>((resolve) => {
      for (const bus of buses)
        for (const end of ["sent", "dead", "cancelled"] as const)
          bus.on(end, () => {
            ends[end] += 1;
            if (ends.sent + ends.dead + ends.cancelled === 2 * orders.length) resolve();
          });
    });

    await Promise.all(buses.map((bus) => bus.start()));
    await Promise.all(orders.map((orderId, index) => buses[index % 2]!.publishEvent.orderPlaced({ orderId, email: "asha@example.com" })));
    await atRest;
    const seen = orders.map((orderId) => ({ orderId, mails: timesOf(mailed, orderId), calls: timesOf(called, orderId) }));
    // On a slow day the first step has not left the queue in its second, and the other goes in its place.
    expect(seen.filter(({ mails }) => mails > 1)).toEqual([]);
    expect(seen.filter(({ orderId, calls }) => kindOf(orderId) !== "carried" && calls !== 1)).toEqual([]);
    expect(seen.filter(({ orderId, mails, calls }) => kindOf(orderId) === "carried" && mails + calls !== 1)).toEqual([]);
    expect(ends.sent + ends.dead + ends.cancelled).toBe(300);
    const { handler } = await buses[0]!.inspect.queues();
    expect(handler).toMatchObject({ waiting: 0, delayed: 0, active: 0 });
  });
});
