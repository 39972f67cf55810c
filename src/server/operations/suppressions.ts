import * as z from "zod";
import type { Duration } from "../../base/duration.ts";
import { HttpProblem } from "../problem.ts";
import { type Operation, operation, paging, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Suppressed addresses";
const nothingThere = "Nothing keeps messages of this channel from this address.";
const address = z
  .string()
  .max(4_096)
  .describe("A mailbox, a phone number such as `+919845012345` (`%2B919845012345` in an address), a device or a URL.");
const category = z.string().max(128).optional();

/** An address stands in the query and never in the path, which may come into logs. */
export function suppressionOperations(bus: ServedBus): readonly Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/suppressions",
      scope: "read",
      summary: "Addresses that are not sent to, by page",
      tag,
      personal: true,
      query: z.strictObject({
        channel: z.string().max(128).optional().describe("Default: all."),
        search: z.string().max(254).optional().describe("Only addresses that contain this text in what is shown of them, or are it."),
        ...paging(),
      }),
      answer:
        "`suppressions`, the newest first, `total`: how many there are in the chosen channels, and `next`, the `cursor` of the next page, where there is one",
      handle: ({ query: { channel, search, count, cursor }, view }) => bus.suppressions.list({ channel, search, count, cursor, ...view }),
    }),
    operation({
      method: "GET",
      path: "/v1/suppressions/:channel",
      scope: "read",
      summary: "What keeps messages of a channel from one address, and what its reader has said",
      tag,
      query: z.strictObject({ address }),
      answer:
        "`suppressions`: that of all messages, then those of single categories; `consents`: what its reader has said, the newest first. 404 where there is neither",
      async handle({ params, query }) {
        const place = placeOf(params, query);
        const [suppressions, consents] = await Promise.all([bus.suppressions.find(place), bus.suppressions.consents(place)]);
        if (suppressions.length + consents.length === 0) throw new HttpProblem("NOT_FOUND", nothingThere);
        return { suppressions, consents };
      },
    }),
    operation({
      method: "POST",
      path: "/v1/suppressions",
      scope: "operate",
      summary: "Send no more messages of a channel to an address, or none of one category",
      tag,
      body: z.strictObject({
        channel: z.string().max(128),
        address,
        category: category.describe("Only messages of this category, such as `marketing`. Default: all of the channel."),
        keep: z
          .string()
          .regex(/^\d+(ms|s|m|h|d)$/, 'must be a length of time such as "12h" or "30d"')
          .optional()
          .describe("For how long, such as `30d`. Default: until it is released."),
        reason: z.string().min(1).max(200).describe("Why; whoever looks at a delivery that was not sent reads it."),
      }),
      answer: "what holds from now on: this, or what was there and holds at least as long",
      handle: ({ body: { keep, category: scope, reason: why, ...place }, by: { actor } }) =>
        bus.suppressions.add({
          ...place,
          reason: why,
          ...(scope === undefined ? {} : { category: scope }),
          ...(keep === undefined ? {} : { keep: keep as Duration }),
          ...(actor === undefined ? {} : { by: actor }),
        }),
    }),
    operation({
      method: "DELETE",
      path: "/v1/suppressions/:channel",
      scope: "operate",
      summary: "Send to an address again, from the next message on",
      tag,
      query: z.strictObject({
        address,
        category: category.describe("Only what holds for this category. Default: what holds for all messages."),
        all: z.literal("true").optional().describe("Everything that holds for the address."),
      }),
      body: z.strictObject({ reason }),
      answer: "`released`: what was taken away. What was not sent before is sent by a replay",
      async handle({ params, query: { category: scope, all, ...query }, by }) {
        const chosen = { ...(scope === undefined ? {} : { category: scope }), ...(all === undefined ? {} : { all: true }) };
        const released = await bus.suppressions.release({ ...placeOf(params, query), ...chosen }, by);
        if (released.length === 0) throw new HttpProblem("NOT_FOUND", nothingThere);
        return { released };
      },
    }),
  ];
}

/** A plus that nobody has encoded comes as a blank. */
function placeOf(params: Readonly<Record<string, string>>, query: { readonly address: string }): { channel: string; address: string } {
  return { channel: params["channel"]!, address: query.address.replace(/^ (?=\d)/, "+") };
}
