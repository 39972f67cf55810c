import * as z from "zod";
import type { Duration } from "../../base/duration.ts";
import { BusbarError } from "../../base/errors.ts";
import type { KeyControl } from "../key-control.ts";
import { found, type Operation, operation, paging, reason } from "../operation.ts";
import { HttpProblem } from "../problem.ts";

const tag = "API keys";
const unknown = "No API key has this id.";
const time = z.string().regex(/^\d{1,6}(s|m|h|d)$/, 'must be a length of time such as "12h" or "90d"');

/** Keys for those who may everything. The text of a key is in the answer that makes it, and nowhere else. */
export function keyOperations(keys: KeyControl): readonly Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/keys",
      scope: "admin",
      summary: "The API keys, the oldest first, without their secrets",
      tag,
      query: z.strictObject(paging()),
      answer:
        "`keys`, each with `scopes`, `rate`, `created`, `expires`, `lastUsed` (to the minute) and `replacedBy`, and `next`, the `cursor` of the next page, where there is one",
      handle: ({ query }) => keys.list(query),
    }),
    operation({
      method: "POST",
      path: "/v1/keys",
      scope: "admin",
      summary: "Make an API key",
      tag,
      body: z.strictObject({
        name: z.string().max(64).describe("Who holds it, such as `shop-backend`."),
        scopes: z.array(z.string().max(200)).min(1).max(50).describe("`publish:<topics>`, `read`, `pii`, `operate`, `admin`."),
        rate: z.string().max(50).optional().describe("At most so many requests in a time, such as `100/1s`. Default: no limit."),
        expires: z.string().max(50).optional().describe("After how long it ends, such as `90d`. Default: never."),
        reason,
      }),
      answer: "`key`: its text, shown this once, beside what the list shows",
      async handle({ body, by }) {
        const { reason: _, ...request } = body;
        try {
          return await keys.create(request, by);
        } catch (error) {
          if (!(error instanceof BusbarError) || error.code !== "INVALID_CONFIGURATION") throw error;
          throw new HttpProblem("INVALID_REQUEST", "The key was not made.", { problems: error.problems });
        }
      },
    }),
    operation({
      method: "POST",
      path: "/v1/keys/:id/rotate",
      scope: "admin",
      summary: "Make the key that takes another one's place; both are valid for a while",
      tag,
      body: z.strictObject({
        overlap: time.optional().describe("For how long the old one stays valid, such as `2h`. Default: 24 h."),
        reason,
      }),
      answer: "`next`: the key with its text, shown this once, and `old`, with its end in `expires`",
      handle: async ({ params: { id }, body: { overlap }, by }) =>
        found(await keys.rotate(id!, { overlap: overlap as Duration | undefined, ...by }), unknown),
    }),
    operation({
      method: "DELETE",
      path: "/v1/keys/:id",
      scope: "admin",
      summary: "Take an API key away for good: it is refused within five seconds",
      tag,
      body: z.strictObject({ reason }),
      answer: "`revoked`: its id",
      async handle({ params: { id }, by }) {
        if (!(await keys.revoke(id!, by))) throw new HttpProblem("NOT_FOUND", unknown);
        return { revoked: id };
      },
    }),
  ];
}
