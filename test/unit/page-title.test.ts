import { expect, it } from "vitest";
import { type SmsSegments, smsSegments } from "../../src/channels/sms-segments.ts";

interface Title {
  titleOf(message: Readonly<Record<string, unknown>>): string;
  headingOf(message: Readonly<Record<string, unknown>>): string;
  segmentsText(cost: SmsSegments): string;
  indented(text: string): string;
}
const { titleOf, headingOf, segmentsText, indented } = (await import(
  new URL("../../src/dashboard/page/title.js", import.meta.url).href
)) as Title;

it.each([
  [{ provider: "sendgrid", subject: "Order A-1", excerpt: "Hello" }, "Order A-1"],
  [{ provider: "twilio", excerpt: "Your code is 1234" }, "Your code is 1234"],
  [{ provider: "twilio", text: "x".repeat(200) }, "x".repeat(160)],
  [{ provider: "smtp", subject: "" }, "(no subject)"],
  [
    { provider: "webhook", excerpt: "{}", to: ["https://ops.example.in:8443/hooks/low-stock?token=1#x"] },
    "ops.example.in:8443/hooks/low-stock",
  ],
  [{ provider: "webhook", to: ["no address"] }, "no address"],
  [{ provider: "webhook", to: [] }, ""],
])("a message is called by its subject, by how it begins, or by where it goes: %j", (message, title) => {
  expect(titleOf({ to: ["asha@example.in"], ...message })).toBe(title);
});

it("JSON gets a line a value, and what is none stays as it is", () => {
  expect(indented('{"sku":"TEA","stock":{"left":8}}')).toBe('{\n  "sku": "TEA",\n  "stock": {\n    "left": 8\n  }\n}');
  expect(indented("{not json")).toBe("{not json");
});

it("the reader is headed with whom an SMS went to, and says below its text what it costs", () => {
  expect(headingOf({ provider: "twilio", text: "Your code is 1234", to: ["+919845012345"] })).toBe("SMS to +919845012345");
  expect(headingOf({ provider: "smtp", subject: "Order A-1", to: ["asha@example.in"] })).toBe("Order A-1");
  expect(segmentsText(smsSegments("Your code is 1234"))).toBe("1 segment of GSM-7: 17 units, room for 143 more");
  expect(segmentsText(smsSegments("न".repeat(71)))).toBe("2 segments of UCS-2: 71 units, room for 63 more");
});
