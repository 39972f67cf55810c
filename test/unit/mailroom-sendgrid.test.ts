import { describe, expect, it } from "vitest";
import { sendgridParts } from "../../src/mailroom/sendgrid-parts.ts";
import { mailSendErrors } from "../../src/mailroom/sendgrid-rules.ts";

const right = {
  personalizations: [{ to: [{ email: "asha@example.in", name: "Asha" }] }],
  from: { email: "shop@example.in", name: "Kirana" },
  subject: "Order A-1001",
  content: [
    { type: "text/plain", value: "Thank you" },
    { type: "text/html", value: "<p>Thank you</p>" },
  ],
};
const now = Date.UTC(2026, 0, 1);
const in72Hours = now / 1_000 + 72 * 3_600;
const person = (changes: object): object => ({ ...right, personalizations: [{ ...right.personalizations[0], ...changes }] });
const people = (count: number): object[] => Array.from({ length: count }, (_, index) => ({ email: `p${index}@example.in` }));
const [text, html] = right.content;

describe("mailSendErrors", () => {
  it.each<[string, unknown]>([
    ["the plain case", right],
    ["a subject in every personalization", { ...person({ subject: "hi" }), subject: undefined }],
    ["a template without subject and content", { ...right, template_id: "d-1", subject: undefined, content: undefined }],
    ["other contents behind the two", { ...right, content: [text, html, { type: "text/calendar", value: "BEGIN" }] }],
    ["HTML alone", { ...right, content: [html] }],
    ["1,000 recipients in all", person({ to: people(600), cc: people(1_000).slice(600) })],
    ["1,000 personalizations", { ...right, personalizations: people(1_000).map((one) => ({ to: [one] })) }],
    ["one address in two personalizations", { ...right, personalizations: [right.personalizations[0], right.personalizations[0]] }],
    ["send_at 72 hours ahead, and in the past", { ...person({ send_at: 1 }), send_at: in72Hours }],
    ["headers of one's own", { ...right, headers: { "X-Busbar-Delivery": "d_1", "List-Unsubscribe": "<mailto:a@example.in>" } }],
    ["custom_args of 10,000 bytes", { ...right, custom_args: { k: "x".repeat(10_000 - '{"k":""}'.length) } }],
    ["an attachment in base64 with line breaks", { ...right, attachments: [{ content: "YWJj\r\nZGVm\r\nZw==\r\n", filename: "a.txt" }] }],
  ])("accepts %s", (_name, body) => {
    expect(mailSendErrors(structuredClone(body), now)).toEqual([]);
  });

  it.each<[string, unknown, string | null]>([
    ["nothing", null, null],
    ["a list", [], null],
    ["no personalizations", { ...right, personalizations: [] }, "personalizations"],
    ["1,001 personalizations", { ...right, personalizations: people(1_001).map((one) => ({ to: [one] })) }, "personalizations"],
    ["a personalization without to", { ...right, personalizations: [{}] }, "personalizations.0.to"],
    ["an empty to", person({ to: [] }), "personalizations.0.to"],
    ["a wrong address", person({ to: [{ email: "asha@" }] }), "personalizations.0.to.0.email"],
    [
      "an address over 320 characters",
      person({ to: [{ email: `${"a".repeat(60)}@${"b.".repeat(140)}example.in` }] }),
      "personalizations.0.to.0.email",
    ],
    ["1,001 recipients in all", person({ to: people(600), cc: people(1_001).slice(600) }), "personalizations"],
    ["one address twice, in other letters", person({ cc: [{ email: "ASHA@example.in" }] }), "personalizations.0.cc"],
    ["no sender", { ...right, from: undefined }, "from"],
    ["a wrong sender", { ...right, from: { email: "Kirana <shop@example.in>" } }, "from.email"],
    ["no subject", { ...right, subject: undefined }, "subject"],
    ["an empty subject", { ...right, subject: "" }, "subject"],
    [
      "a subject in one personalization of two",
      { ...right, subject: undefined, personalizations: [{ to: people(1), subject: "hi" }, { to: people(1) }] },
      "subject",
    ],
    ["no content", { ...right, content: undefined }, "content"],
    ["an empty content value", { ...right, content: [{ type: "text/plain", value: "" }] }, "content.0.value"],
    ["HTML before text", { ...right, content: [html, text] }, "content"],
    ["another content before text", { ...right, content: [{ type: "text/calendar", value: "BEGIN" }, text] }, "content"],
    ["text twice", { ...right, content: [text, text] }, "content"],
    ["a line break in a content type", { ...right, content: [{ type: "text/plain\r\nX: y", value: "hi" }] }, "content.0.type"],
    ["a reserved header", { ...right, headers: { "Reply-To": "a@example.in" } }, "headers.Reply-To"],
    ["a reserved header of a personalization", person({ headers: { "X-SG-ID": "1" } }), "personalizations.0.headers.X-SG-ID"],
    ["a header name with a blank", { ...right, headers: { "X Y": "1" } }, "headers.X Y"],
    ["one header twice", { ...right, headers: { "X-A": "1", "x-a": "2" } }, "headers"],
    ["a header that is no text", { ...right, headers: { "X-A": 1 } }, "headers.X-A"],
    ["custom_args that are no text", { ...right, custom_args: { order: 1 } }, "custom_args.order"],
    [
      "custom_args over 10,000 bytes together",
      { ...person({ custom_args: { a: "x".repeat(6_000) } }), custom_args: { b: "x".repeat(6_000) } },
      "personalizations.0.custom_args",
    ],
    ["eleven categories", { ...right, categories: Array.from({ length: 11 }, (_, index) => `c${index}`) }, "categories"],
    ["a category twice", { ...right, categories: ["a", "a"] }, "categories"],
    ["a category beyond ASCII", { ...right, categories: ["धन्यवाद"] }, "categories.0"],
    ["send_at over 72 hours ahead", { ...right, send_at: in72Hours + 1 }, "send_at"],
    ["send_at over 72 hours ahead in a personalization", person({ send_at: in72Hours + 1 }), "personalizations.0.send_at"],
    ["reply_to and reply_to_list", { ...right, reply_to: people(1)[0], reply_to_list: people(1) }, "reply_to_list"],
    ["an attachment that is no base64", { ...right, attachments: [{ content: "a*b", filename: "a.txt" }] }, "attachments.0.content"],
    ["a line break in a file name", { ...right, attachments: [{ content: "YWJj", filename: "a\r\nb" }] }, "attachments.0.filename"],
  ])("refuses %s, naming the field", (_name, body, field) => {
    const errors = mailSendErrors(body, now);
    expect(errors.map((error) => error.field)).toEqual([field]);
    expect(errors[0]).toEqual({ message: expect.stringMatching(/./), field, help: null });
  });

  it("reports several errors at once", () => {
    const body = { ...right, from: { email: "x" }, subject: "", content: [{ type: "text/plain", value: "" }] };
    expect(mailSendErrors(body, now).map(({ field }) => field)).toEqual(["from.email", "subject", "content.0.value"]);
  });
});

describe("sendgridParts", () => {
  it("reads what people look at, and keeps the rest of the request", () => {
    const body = {
      ...right,
      custom_args: { delivery: "d_1" },
      headers: { "X-A": "1" },
      categories: ["orders"],
      attachments: [{ content: "YWJj", filename: "a.txt", type: "text/plain" }],
    };
    expect(sendgridParts(body)).toEqual({
      from: "Kirana <shop@example.in>",
      to: ["asha@example.in"],
      subject: "Order A-1001",
      text: "Thank you",
      html: "<p>Thank you</p>",
      headers: [["X-A", "1"]],
      attachments: [{ filename: "a.txt", type: "text/plain", bytes: 3 }],
      deliveryId: "d_1",
      request: {
        personalizations: right.personalizations,
        from: right.from,
        subject: right.subject,
        custom_args: { delivery: "d_1" },
        headers: { "X-A": "1" },
        categories: ["orders"],
      },
    });
  });

  it("names every recipient of every personalization, and takes subject and delivery from the first", () => {
    const body = {
      ...right,
      personalizations: [
        {
          to: [{ email: "a@example.in" }],
          cc: [{ email: "b@example.in" }],
          bcc: [{ email: "c@example.in" }],
          subject: "first",
          custom_args: { delivery: "d_2" },
        },
        { to: [{ email: "d@example.in" }] },
      ],
    };
    expect(sendgridParts(body)).toMatchObject({
      to: ["a@example.in", "b@example.in", "c@example.in", "d@example.in"],
      subject: "first",
      deliveryId: "d_2",
    });
  });

  it("takes the delivery from a header where no custom argument says it", () => {
    expect(sendgridParts({ ...right, headers: { "x-busbar-delivery": "d_3" } }).deliveryId).toBe("d_3");
  });

  it("reads what it can of a wrong request", () => {
    const body = {
      personalizations: [null, { to: [{ email: 5 }, { email: "a@example.in" }], custom_args: { delivery: "d_4" } }],
      from: "x",
      content: "y",
    };
    expect(sendgridParts(body)).toMatchObject({ from: "", to: ["a@example.in"], subject: "", deliveryId: "d_4" });
    expect(sendgridParts("text")).toMatchObject({ to: [], request: "text" });
  });
});
