import { describe, expect, it } from "vitest";
import type { MailRecord } from "../../src/mailroom/record.ts";
import { messageView } from "../../src/server/message-view.ts";

function mail(changes: Partial<MailRecord>): MailRecord {
  return {
    id: "m1",
    at: "2026-01-01T00:00:00.000Z",
    provider: "sendgrid",
    channel: "email",
    verdict: "accepted",
    answer: 202,
    from: "shop@example.in",
    to: ["asha@example.in"],
    headers: [],
    attachments: [],
    size: 10,
    ...changes,
  };
}

describe("messageView", () => {
  it("keeps the HTML for its own address, and says whether it wants pictures from the internet", () => {
    expect(messageView(mail({ html: "<p>hi</p>" }))).toMatchObject({ hasHtml: true, remotePictures: false });
    expect(messageView(mail({ html: '<img alt="" src="https://example.in/x.png">' }))).toMatchObject({ remotePictures: true });
    expect(messageView(mail({ html: "<p>hi</p>" }))).not.toHaveProperty("html");
    expect(messageView(mail({}))).toMatchObject({ hasHtml: false });
  });

  it.each(["twilio", "msg91"] as const)("counts what an SMS of %s costs", (provider) => {
    expect(messageView(mail({ provider, channel: "sms", text: "Your code is 1234" }))).toMatchObject({
      cost: { segments: 1, encoding: "GSM-7", units: 17 },
    });
  });

  it("a WhatsApp message is no SMS, although the same vendor carries both", () => {
    expect(messageView(mail({ provider: "twilio", channel: "whatsapp", text: "Hello" }))).not.toHaveProperty("cost");
  });

  it("shows the template, language and parameters of Meta's request, those of a button with its type", () => {
    const components = [
      {
        type: "body",
        parameters: [
          { type: "text", text: "Asha" },
          { type: "text", parameter_name: "order", text: "A-1" },
        ],
      },
      { type: "button", sub_type: "url", index: "0", parameters: [{ type: "payload", payload: "A-1" }] },
    ];
    const request = { template: { name: "cod_confirmation", language: { code: "en_IN" }, components } };
    expect(messageView(mail({ provider: "meta", channel: "whatsapp", request })).whatsapp).toEqual({
      template: "cod_confirmation",
      language: "en_IN",
      parameters: [
        { name: "1", value: "Asha" },
        { name: "order", value: "A-1" },
        { name: "button 1", value: "A-1" },
      ],
    });
  });

  it("shows the content and variables of Twilio's request", () => {
    const request = { ContentSid: "HX0123", ContentVariables: '{"1":"Asha","2":"A-1"}' };
    expect(messageView(mail({ provider: "twilio", channel: "whatsapp", request })).whatsapp).toEqual({
      template: "HX0123",
      parameters: [
        { name: "1", value: "Asha" },
        { name: "2", value: "A-1" },
      ],
    });
  });

  it.each([
    ["fcm", { message: { notification: { title: "Rank 12" }, data: { link: "https://example.in/r" } } }],
    ["fcm", { message: { webpush: { fcm_options: { link: "https://example.in/r" } } } }],
    ["expo", { to: "ExponentPushToken[x]", data: { link: "https://example.in/r" } }],
    ["webpush", { title: "Rank 12", body: "You passed Meera", link: "https://example.in/r" }],
  ] as const)("shows title, body and link of a push of %s: %j", (provider, request) => {
    expect(messageView(mail({ provider, channel: "push", subject: "Rank 12", text: "You passed Meera", request })).push).toEqual({
      title: "Rank 12",
      body: "You passed Meera",
      link: "https://example.in/r",
    });
  });

  it.each([undefined, null, "not JSON", [], { template: null, data: 1, ContentVariables: "{" }, { ContentVariables: "null" }])(
    "stands whatever a stranger has sent: %j",
    (request) => {
      expect(messageView(mail({ provider: "meta", channel: "whatsapp", request })).whatsapp).toEqual({ parameters: [] });
      expect(messageView(mail({ provider: "expo", channel: "push", request })).push).toEqual({});
    },
  );
});
