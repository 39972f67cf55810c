import { describe, expect, it } from "vitest";
import * as z from "zod";
import { compileTexts, type TextTemplate } from "../../src/channels/text-content.ts";
import { pushTemplate, smsTemplate, whatsappTemplate } from "../../src/index.ts";

async function compiled(template: unknown): Promise<Extract<Awaited<ReturnType<typeof compileTexts>>, { fill: unknown }>> {
  const result = await compileTexts(template as TextTemplate);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result;
}

async function problemsOf(template: unknown): Promise<readonly string[]> {
  const result = await compileTexts(template as TextTemplate);
  return "problems" in result ? result.problems : [];
}

const otp = smsTemplate({
  name: "otp",
  data: z.object({ code: z.string(), shop: z.string().optional() }),
  text: "{{code}} is your code{{#if shop}} for {{shop}}{{/if}}.",
});

const sms = (text: string): unknown =>
  smsTemplate({ name: "t", data: z.object({ a: z.string(), list: z.array(z.string()), o: z.string().optional() }), text });
const whatsapp = (body: string): unknown =>
  whatsappTemplate({ name: "w", approvedAs: "w", data: z.object({ a: z.string(), b: z.string(), c: z.object({ d: z.string() }) }), body });
const push = (link: string): unknown => pushTemplate({ name: "p", data: z.object({ id: z.string() }), title: "t", body: "b", link });

async function linkOf(source: string, id: string): Promise<string | undefined> {
  const { fill: texts } = await compiled(push(source));
  return texts({ id })["link"];
}

/** Data for {@link whatsapp}. */
const values = (a: string): object => ({ a, b: "", c: { d: "" } });

describe("the texts of an SMS", () => {
  it("are filled as they are, with blocks, and nothing is escaped for HTML", async () => {
    const { fill, parameters } = await compiled(otp);
    expect(fill({ code: "12<3", shop: "Kirana & Co." })).toEqual({ text: "12<3 is your code for Kirana & Co.." });
    expect(fill({ code: "123" })).toEqual({ text: "123 is your code." });
    expect(parameters({ code: "123" })).toEqual([]);
  });

  it("are refused with the template's name, the part and the line, every problem together", async () => {
    expect(await problemsOf(sms("Hello {{A}}\n{{o}} {{list}}\n{{> x}}"))).toEqual([
      't, text, line 1: {{A}}: the data has no "A"; did you mean "a"?',
      't, text, line 2: {{o}}: "o" may be missing: put it inside {{#if o}} … {{/if}}',
      "t, text, line 2: {{list}} is an object or a list, which cannot be printed: name a part of it",
      expect.stringMatching(/^t, text, line 3: partials/),
    ]);
    expect(await problemsOf(sms("{{#if a}}"))).toEqual([expect.stringMatching(/^t, text: Parse error/)]);
  });

  it("do not take data that does not fit, and do not come out empty", async () => {
    const { fill } = await compiled(otp);
    expect(() => fill({ code: 1 })).toThrow(/Template "otp" cannot take the delivery's data: code: /);
    const { fill: only } = await compiled(sms("{{a}}"));
    expect(() => only({ a: " \n", list: [] })).toThrow('Template "t": the filled text is empty');
  });
});

describe("the texts of a WhatsApp template", () => {
  it("have parameters in the order of their first appearance, each once", async () => {
    const { fill, parameters } = await compiled(whatsapp("Dear {{b}}, your {{a}} is here. Enjoy it, {{b}}!"));
    const data = { a: "tea", b: "Asha", c: { d: "" } };
    expect(parameters(data)).toEqual([
      { name: "b", value: "Asha" },
      { name: "a", value: "tea" },
    ]);
    expect(fill(data)).toEqual({ body: "Dear Asha, your tea is here. Enjoy it, Asha!" });
  });

  it("give values on one line, since WhatsApp refuses others, and no empty ones", async () => {
    const { fill, parameters } = await compiled(whatsapp("Dear {{a}}."));
    expect(parameters(values(" Asha\n\tIyer     K "))).toEqual([{ name: "a", value: "Asha Iyer K" }]);
    expect(fill(values("Asha\nIyer"))).toEqual({ body: "Dear Asha Iyer." });
    for (const call of [fill, parameters])
      expect(() => call(values(" \t"))).toThrow("WhatsApp takes no empty parameter, and a would be one");
  });

  it.each([
    ["Hello {{#if a}}you{{/if}}.", /line 1: the approved text of a WhatsApp template is fixed/],
    ["Hello {{! note }}.", /line 1: the approved text of a WhatsApp template is fixed/],
    ["Hello\n{{c.d}}.", /line 2: \{\{c\.d\}\}: a parameter is one name/],
    [" {{a}}, hello.", /\{\{a\}\} begins the text/],
    ["Hello {{a}}\n", /\{\{a\}\} ends the text/],
    ["Hello {{a}}{{b}}.", /\{\{b\}\} follows another parameter/],
    ["Hello {{a}} {{b}}.", /\{\{b\}\} follows another parameter/],
  ])("are refused as WhatsApp would refuse them: %j", async (body, problem) => {
    expect(await problemsOf(whatsapp(body))).toEqual([expect.stringMatching(problem)]);
  });
});

describe("the texts of a push", () => {
  it("have a title, a body and, where the template has one, a link", async () => {
    const { fill } = await compiled(pushTemplate({ name: "p", data: z.object({ a: z.string() }), title: "Hi {{a}}", body: "<{{a}}>" }));
    expect(fill({ a: "Jo's" })).toEqual({ title: "Hi Jo's", body: "<Jo's>" });
  });

  it("keep a whole URL as it is, and encode what is a part of one", async () => {
    expect(await linkOf("{{id}}", "https://shop.example.in/o?a=1&b=2")).toBe("https://shop.example.in/o?a=1&b=2");
    expect(await linkOf("https://shop.example.in/orders/{{id}}", "../a?b=c")).toBe("https://shop.example.in/orders/..%2Fa%3Fb%3Dc");
  });

  it("open nothing but URLs of the web and mail", async () => {
    await expect(linkOf("{{id}}", "javascript:alert(1)")).rejects.toThrow(/Template "p", link: .*no URL/);
    await expect(linkOf("https://shop.example.in/{{id}}", "..")).rejects.toThrow(/can be a part of one/);
    expect(await problemsOf(push("javascript:{{id}}"))).toEqual([
      "p, link, line 1: a link begins with https:// or http://, or with a hole that is a whole URL",
    ]);
    expect(await problemsOf(push("https://a.example/{{#if id}}x{{/if}}"))).toEqual([
      expect.stringMatching(/p, link, line 1: a link holds plain holes only/),
    ]);
  });
});
