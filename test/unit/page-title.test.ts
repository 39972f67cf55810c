import { expect, it } from "vitest";

interface Title {
  titleOf(message: Readonly<Record<string, unknown>>): string;
  indented(text: string): string;
}
const { titleOf, indented } = (await import(new URL("../../src/dashboard/page/title.js", import.meta.url).href)) as Title;

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
