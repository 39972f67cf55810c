import * as z from "zod";
import { isAuditWord } from "../../bus/audit.ts";
import { type Operation, operation, paging } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date(), z.string().regex(/^\d{1,15}$/)])
  .transform((text) => (/^\d{5,15}$/.test(text) ? Number(text) : Date.parse(text)));

/** Who may look may also see who did what: the record holds no secret and nothing personal, and nobody can change it. */
export function auditOperations(bus: ServedBus): readonly Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/audit",
      scope: "read",
      summary: "Who did what: operators' verbs, and who saw personal data in the clear. Kept 400 days",
      tag: "System",
      query: z.strictObject({
        by: z.string().max(128).optional().describe("Only what this person, or the API key of this name, did."),
        what: z
          .string()
          .max(64)
          .refine(isAuditWord, "is no verb of the audit record, such as `channel.pause`, and no noun of one, such as `channel`")
          .optional()
          .describe("Only this verb, such as `channel.pause`, or all of a noun, such as `channel`."),
        of: z.string().max(200).optional().describe("Only what was done to what contains this text."),
        since: time.optional().describe("From then on: RFC 3339, or milliseconds since 1970."),
        until: time.optional().describe("Until then."),
        ...paging({ count: 100 }),
      }),
      answer:
        "`entries`, the newest first, each with `at`, `by`, `what`, `of` and `reason`, and `next`, the `cursor` of the next page, where there is one; a page may be short and have a next one",
      handle: ({ query }) => bus.audit(query),
    }),
  ];
}
