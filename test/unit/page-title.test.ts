import { expect, it } from "vitest";
import { type SmsSegments, smsSegments } from "../../src/channels/sms-segments.ts";

interface Title {
  titleOf(message: Readonly<Record<string, unknown>>): string;
  headingOf(message: Readonly<Record<string, unknown>>): string;
  segmentsText(cost: SmsSegments): string;
  indented(text: string): string;
  recipientText(message: Readonly<Record<string, unknown>>): string;
  unsentText(message: Readonly<Record<string, unknown>>, live: boolean): string;
}
const { titleOf, headingOf, segmentsText, indented, recipientText, unsentText } = (await import(
  new URL("../../src/dashboard/page/title.js", import.meta.url).href
)) as Title;

it.each([
  [{ channel: "email", subject: "Order A-1", excerpt: "Hello" }, "Order A-1"],
  [{ channel: "sms", excerpt: "Your code is 1234" }, "Your code is 1234"],
  [{ channel: "sms", text: "x".repeat(200) }, "x".repeat(160)],
  [{ channel: "email", subject: "" }, "(no subject)"],
  [{ channel: "push", subject: "Rank 12", excerpt: "You passed Meera" }, "Rank 12"],
  [{ channel: "push" }, "(no text)"],
  [
    { channel: "webhook", excerpt: "{}", to: ["https://ops.example.in:8443/hooks/low-stock?token=1#x"] },
    "ops.example.in:8443/hooks/low-stock",
  ],
  [{ channel: "webhook", to: ["no address"] }, "no address"],
  [{ channel: "webhook", to: [] }, ""],
])("a message is called by its subject, by how it begins, or by where it goes: %j", (message, title) => {
  expect(titleOf({ to: ["asha@example.in"], ...message })).toBe(title);
});

it("JSON gets a line a value, and what is none stays as it is", () => {
  expect(indented('{"sku":"TEA","stock":{"left":8}}')).toBe('{\n  "sku": "TEA",\n  "stock": {\n    "left": 8\n  }\n}');
  expect(indented("{not json")).toBe("{not json");
});

it("the reader is headed with whom an SMS went to, and says below its text what it costs", () => {
  expect(headingOf({ channel: "sms", text: "Your code is 1234", to: ["+919845012345"] })).toBe("SMS to +919845012345");
  expect(headingOf({ channel: "whatsapp", text: "Hello", to: ["+919845012345"] })).toBe("WhatsApp to +919845012345");
  expect(headingOf({ channel: "email", subject: "Order A-1", to: ["asha@example.in"] })).toBe("Order A-1");
  expect(segmentsText(smsSegments("Your code is 1234"))).toBe("1 segment of GSM-7: 17 units, room for 143 more");
  expect(segmentsText(smsSegments("न".repeat(71)))).toBe("2 segments of UCS-2: 71 units, room for 63 more");
});

it.each([
  ["email", ["asha@example.in", "ravi@example.in"], "asha@example.in, ravi@example.in"],
  ["push", ["ExponentPushToken[abc]"], "ExponentPushToken[abc]"],
  ["push", [`${"x".repeat(150)}0123456789ab`], "device …0123456789ab"],
  ["push", ['{"endpoint":"https://push.example.com/v2/secret","keys":{}}'], "browser at push.example.com"],
  ["push", ['{"endpoint":"no address"}'], 'device …no address"}'],
])("a list names whom a message of %s is for in a few words: %j", (channel, to, text) => {
  expect(recipientText({ channel, to })).toBe(text);
});

it("says why a message was not sent, and who would have got it", () => {
  expect(unsentText({}, false)).toBe("Not sent: real sending is off.");
  expect(unsentText({ insteadOf: "sendgrid" }, false)).toBe("Not sent: real sending is off. SendGrid would have got it.");
  expect(unsentText({ insteadOf: "our-own" }, true)).toBe("Not sent: the mailroom took it. our-own would have got it.");
});
