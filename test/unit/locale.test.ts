import { describe, expect, it } from "vitest";
import * as z from "zod";
import { compileEmails } from "../../src/channels/email-content.ts";
import { inAllLocales, inLocale } from "../../src/define/locale.ts";
import { defineSubscriber, defineTopic, emailTemplate, pushTemplate, smsTemplate, whatsappTemplate } from "../../src/index.ts";
import { eventOf, plan } from "../../src/testing/index.ts";

const schema = z.object({ code: z.string() });
const otp = smsTemplate({
  name: "otp",
  data: schema,
  text: "{{code}} is your code",
  locales: { hi: { text: "{{code}} आपका कोड है" }, "pt-BR": { text: "{{code}} é o seu código" }, pt: { text: "{{code}} é o código" } },
});
const mjml = (text: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`;

const asked = defineTopic("otp.requested", z.object({ phone: z.string(), language: z.unknown().optional() }) as never);
const subscriber = (template = otp) =>
  defineSubscriber(asked, {
    name: "otp",
    deliver: ({ sms }) => [
      sms({
        to: ({ data }) => (data as { phone: string }).phone,
        template,
        data: () => ({ code: "1" }),
        locale: ({ data }) => (data as { language?: string }).language,
      }),
    ],
  });
const planned = (language: unknown, template = otp) =>
  plan(subscriber(template), eventOf(asked, { phone: "+919845012345", ...(language === undefined ? {} : { language }) } as never))
    .deliveries[0]!;

describe("the language of a message", () => {
  it.each([
    ["pt-BR", "otp (pt-BR)"],
    ["pt_br", "otp (pt-BR)"],
    ["pt-PT", "otp (pt)"],
    ["hi-IN", "otp (hi)"],
    ["de", "otp"],
    [undefined, "otp"],
    ["", "otp"],
    ["no such language!", "otp"],
  ])("wanted as %s is that of %s", (wanted, name) => expect(inLocale(otp, wanted).name).toBe(name));

  it("travels with the delivery in its one spelling, and nothing else does", () => {
    expect(planned("PT_br")).toMatchObject({ locale: "pt-BR", template: { name: "otp", version: 1 } });
    expect(planned("no such language!")).not.toHaveProperty("locale");
    expect(planned(undefined)).not.toHaveProperty("locale");
    expect(planned("hi", smsTemplate({ name: "plain", data: schema, text: "{{code}}" }))).not.toHaveProperty("locale");
    expect(() => planned(7)).toThrow('locale must return a language\'s code such as "hi", and returned number');
  });

  it("is checked with all others when the template is defined, and when it is compiled", async () => {
    const wrong = () =>
      smsTemplate({ name: "otp", data: schema, text: "{{code}}", locales: { hi: { text: " " }, "?": { text: "x" }, HI: { text: "y" } } });
    expect(wrong).toThrow(
      expect.objectContaining({
        problems: ["locales: hi: its text is empty", 'locales: "?" is no code of a language such as "hi" or "pt-BR"'],
      }) as Error,
    );
    const email = emailTemplate({
      name: "receipt",
      data: schema,
      subject: "{{code}}",
      mjml: mjml("{{code}}"),
      text: "{{code}}",
      locales: { hi: { subject: "{{cod}}", mjml: mjml("{{code}}"), text: "{{code}}" } },
    });
    const [own, hindi] = await compileEmails(inAllLocales(email));
    expect(own).toHaveProperty("fill");
    expect(hindi).toMatchObject({ problems: [expect.stringContaining("receipt (hi), subject") as string] });
  });

  it("says to WhatsApp in which language its text was approved, and lets a push keep its link", () => {
    const whatsapp = whatsappTemplate({
      name: "cod",
      approvedAs: "cod_confirmation",
      data: schema,
      body: "Your code {{code}} is here",
      locales: { "en-IN": { body: "Code {{code}} ji" }, hi: { body: "कोड {{code}} है", approvedAs: "cod_hi" } },
    });
    expect(inLocale(whatsapp, "en-IN")).toMatchObject({ approvedAs: "cod_confirmation", language: "en_IN", body: "Code {{code}} ji" });
    expect(inLocale(whatsapp, "hi")).toMatchObject({ approvedAs: "cod_hi", language: "hi" });
    const link = "https://example.com/";
    const push = pushTemplate({
      name: "p",
      data: schema,
      title: "T {{code}}",
      body: "B",
      link,
      locales: { hi: { title: "शीर्षक", body: "ब" } },
    });
    expect(inLocale(push, "hi")).toMatchObject({ title: "शीर्षक", link });
  });
});
