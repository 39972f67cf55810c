import { createTransport } from "nodemailer";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { checkPushAddress, pushKind } from "../../src/define/push-address.ts";
import { mailProviders } from "../../src/mailroom/record.ts";
import { noMailroom, type RunningMailroom, startTestMailroom } from "../../src/testing/test-mailroom.ts";

let mailroom: RunningMailroom;
beforeEach(async () => {
  mailroom = await startTestMailroom(systemClock);
});
afterEach(() => mailroom.stop());

async function sendMail(to: string): Promise<unknown> {
  const transport = createTransport({ ...mailroom.places.smtp, ignoreTLS: true });
  try {
    return await transport.sendMail({
      from: "shop@example.in",
      to,
      subject: "Thank you",
      text: "Thank you",
      messageId: "<d_1@example.in>",
    });
  } finally {
    transport.close();
  }
}

it("lets one address bounce, and says of what channel each message was", async () => {
  mailroom.fail("smtp", "bounce", { to: "asha@example.in", message: "5.1.1 gone" });
  await expect(sendMail("asha@example.in")).rejects.toMatchObject({ responseCode: 550 });
  await sendMail("ravi@example.in");
  expect(mailroom.messages()).toMatchObject([{ provider: "smtp", channel: "email", to: ["ravi@example.in"], deliveryId: "d_1" }]);
});

it.each(mailProviders.map((provider) => ({ provider })))("lets $provider fail in every way that it can", ({ provider }) => {
  const words = provider === "sendgrid" ? (["timeout", "reset"] as const) : (["timeout", "reset", "bounce"] as const);
  for (const fault of [503, ...words])
    expect(() => mailroom.fail(provider, fault, { to: "+919845012345", times: Infinity })()).not.toThrow();
});

it("says why SendGrid cannot bounce, and what else there is", () => {
  expect(() => mailroom.fail("sendgrid", "bounce")).toThrow(/sendgrid takes what will bounce/);
  expect(() => mailroom.fail("sendgrid", "bounced" as never)).toThrow(/"timeout", "reset", or "bounce"/);
});

it("gives subscriptions of a browser that are addresses of pushes, with and without a mailroom", () => {
  for (const { subscription } of [mailroom, noMailroom()]) {
    const checked = checkPushAddress(JSON.stringify(subscription())) as { readonly address: string };
    expect(pushKind(checked.address)).toBe("webpush");
  }
});
