import * as z from "zod";
import { cursorsOf, isText, pageOf } from "../../base/cursor.ts";
import { alreadyAnswer, type Operation, operation, paging, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Subscribers";
const cursors = cursorsOf("subscribers", isText);
const place = z
  .string()
  .min(1)
  .max(64)
  .describe('`now`, `beginning`, or the time since when it reads again, such as `"2026-11-24T10:00:00Z"`.');
/** A request waits at most so long, milliseconds. */
const drainMs = 5_000;

export function subscriberOperations(bus: ServedBus): readonly Operation[] {
  const set = (verb: "pause" | "resume", summary: string): Operation =>
    operation({
      method: "POST",
      path: `/v1/subscribers/:name/${verb}`,
      scope: "operate",
      summary,
      tag,
      body: z.strictObject({ reason }),
      answer: `\`subscriber\`, and its \`state\`${verb === "pause" ? alreadyAnswer : ""}`,
      handle: async ({ params: { name }, by }) => ({
        subscriber: name,
        state: verb === "pause" ? "paused" : "running",
        ...(await bus.subscribers[verb](name!, by)),
      }),
    });

  return [
    operation({
      method: "GET",
      path: "/v1/subscribers",
      scope: "read",
      summary: "Who listens to what, and how far each has read",
      tag,
      query: z.strictObject(paging({ count: 500 })),
      answer:
        "`subscribers` by name, each with `state`, since when and by whom it is held up, `lag`, `oldestAge` (ms), `pending`, `gaps` and when it was last looked after, and `next`, the `cursor` of the next page, where there is one",
      async handle({ query }) {
        const items = await bus.subscribers.list();
        const { page, ...next } = pageOf({ items, keyOf: ({ name }) => name, cursors, ...query });
        return { subscribers: page, ...next };
      },
    }),
    set("pause", "No process reads anything for this subscriber until it is resumed; its logs keep what it has not read"),
    set("resume", "Let a paused or draining subscriber read on where it was"),
    operation({
      method: "POST",
      path: "/v1/subscribers/:name/drain",
      scope: "operate",
      summary: "Pause a subscriber and wait, for 5 s, until all that it has read is routed",
      tag,
      body: z.strictObject({ reason }),
      answer: `\`pending\`: how many events it still has in hand; ask again until there are none${alreadyAnswer}`,
      handle: async ({ params: { name }, by }) => ({
        subscriber: name,
        state: "draining",
        ...(await bus.subscribers.drain(name!, { within: drainMs, ...by })),
      }),
    }),
    operation({
      method: "POST",
      path: "/v1/subscribers/:name/seek",
      scope: "operate",
      summary: "Set where a subscriber reads on; what was sent in the last 95 h is not sent again",
      tag,
      body: z.strictObject({
        to: place,
        preview: z.boolean().default(false).describe("Only look."),
        mayRepeat: z.boolean().default(false).describe("Also where it reads again what is older than it is known what was sent."),
        reason,
      }),
      answer:
        "how many events are routed `again`, `skipped`, and how many of the former are `forgotten`: older than it is known what was sent",
      handle: ({ params: { name }, body: { to, preview, mayRepeat }, by }) =>
        bus.subscribers.seek(name!, { to, preview, mayRepeat, ...by }),
    }),
    operation({
      method: "DELETE",
      path: "/v1/subscribers/:name",
      scope: "operate",
      summary: "Forget for good where a subscriber stood that is gone from the code; 409 where it is in the code or still read for",
      tag,
      body: z.strictObject({ preview: z.boolean().default(false).describe("Only look."), reason }),
      answer: "the `topics` that no longer wait for it, and what it had not read (`unread`) or not finished (`pending`)",
      handle: ({ params: { name }, body: { preview }, by }) => bus.subscribers.remove(name!, { preview, ...by }),
    }),
  ];
}
