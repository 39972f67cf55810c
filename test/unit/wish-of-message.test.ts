import { expect, it } from "vitest";
import type { ConsentNotice } from "../../src/define/notice.ts";
import { deliveryReference } from "../../src/define/reference.ts";
import type { Receipt } from "../../src/workers/statuses.ts";
import { wishOfMessage } from "../../src/workers/wish-of-message.ts";

const reference = deliveryReference({ id: `d_${"a".repeat(32)}`, event: { id: "e", type: "t", time: "2026-01-01T10:20:00.000Z" } });
const wish: ConsentNotice = {
  kind: "consent",
  eventId: "sg-1",
  channel: "email",
  provider: "sendgrid",
  address: "asha@example.in",
  wish: "out",
  category: "marketing",
  said: "SendGrid's unsubscribe link",
};

/** The category that a wish is applied to, of a message with this receipt. */
async function categoryOf(notice: ConsentNotice, receipt: Partial<Receipt> | undefined): Promise<string | undefined> {
  const ledger = { receipts: async (asked: readonly unknown[]) => asked.map(() => receipt as Receipt | undefined) };
  return wishOfMessage(ledger, async ({ category }) => category)(notice);
}

it("an unsubscribe that a provider calls marketing is about the category of its message", async () => {
  expect(await categoryOf({ ...wish, reference }, { category: "supporter-updates" })).toBe("supporter-updates");
});

it("such a wish stays one of marketing where its message has no category, is not known any more, or is not named", async () => {
  expect(await categoryOf({ ...wish, reference }, {})).toBe("marketing");
  expect(await categoryOf({ ...wish, reference }, undefined)).toBe("marketing");
  expect(await categoryOf({ ...wish, reference: "nonsense" }, { category: "supporter-updates" })).toBe("marketing");
  expect(await categoryOf(wish, { category: "supporter-updates" })).toBe("marketing");
});

it("what is said of all messages is never narrowed", async () => {
  const { category: _, ...all } = wish;
  expect(await categoryOf({ ...all, reference }, { category: "supporter-updates" })).toBeUndefined();
});
