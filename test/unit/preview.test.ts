import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type KnownTemplate, knownTemplates, templatesNamed } from "../../src/cli/preview-find.ts";
import { renderedLines, templateLines } from "../../src/cli/preview-print.ts";
import { renderTemplates } from "../../src/cli/preview-render.ts";
import { visible, visibleJson, visibleLines } from "../../src/cli/visible.ts";
import { defineSubscriber, defineTopic, emailTemplate, pushTemplate, smsTemplate, whatsappTemplate } from "../../src/index.ts";

const data = z.object({ code: z.string() });
const example = { code: "A-1" };
const mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{{code}}</mj-text></mj-column></mj-section></mj-body></mjml>";
const sms = smsTemplate({ name: "code", data, text: "Your code: {{code}}", example });
const whatsapp = whatsappTemplate({ name: "code", data, approvedAs: "the_code", body: "Your code {{code}} is here", example });
const push = pushTemplate({ name: "alarm", version: 2, data, title: "Code", body: "{{code}}", example });
const bare = smsTemplate({ name: "bare", data, text: "{{code}}" });
const email = emailTemplate({ name: "letter", data, subject: "{{code}}", mjml, text: "{{code}}", example });

const asked = defineTopic("code.asked", z.object({ code: z.string() }));
const filled = ({ data: { code } }: { readonly data: { readonly code: string } }): { code: string } => ({ code });
const login = defineSubscriber(asked, {
  name: "login",
  deliver: (to) => [
    to.sms({ to: () => "+919845012345", template: sms, data: filled }),
    to.push({ name: "device", to: () => "token", template: push, data: filled }),
    to.handler({ handle: async () => undefined }),
  ],
});
const files = [sms, whatsapp, push, bare].map((template) => ({ template, file: `subscribers/_templates/${template.name}.ts` }));
const known = knownTemplates(files, [login]);
const find = (name: string): string[] | object => {
  const found = templatesNamed(name, known, [login]);
  return "nearest" in found ? found : found.map(({ template }) => `${template.name}/${template.channel}`);
};

describe("the name of what is shown", () => {
  it.each([
    ["a template, on all its channels", "code", ["code/sms", "code/whatsapp"]],
    ["a template on one channel", "code/whatsapp", ["code/whatsapp"]],
    ["a subscriber, with all its messages", "login", ["alarm/push", "code/sms"]],
    ["a subscriber's route", "login/device", ["alarm/push"]],
    ["a slip", "cod", { nearest: "code" }],
    ["a slip in a route", "login/devic", { nearest: "login/device" }],
    ["a route that sends no message", "login/handler", { nearest: undefined }],
    ["nothing that is near", "zebra-crossing", { nearest: undefined }],
  ])("may be of %s", (_, name, expected) => {
    expect(find(name)).toEqual(expected);
  });
});

const one = (template: KnownTemplate["template"]): KnownTemplate => ({ template, file: undefined, usedBy: [] });

/** What rendering one template with its example, or with the value given, comes to. */
async function problems(template: KnownTemplate["template"], ...value: readonly unknown[]): Promise<unknown> {
  return (await renderTemplates([one(template)], value.length === 0 ? undefined : { value: value[0] }))[0];
}

describe("what is shown", () => {
  it("is a table of who uses what", () => {
    expect(templateLines(known)).toEqual([
      "TEMPLATE  CHANNEL   EXAMPLE  USED BY",
      "alarm     push      yes      login/device",
      "bare      sms       no       nobody",
      "code      sms       yes      login",
      "code      whatsapp  yes      nobody",
    ]);
  });

  it("is what each channel's people ask: segments, parameters, the size of the HTML", async () => {
    const rendered = await renderTemplates([sms, whatsapp, push].map(one));
    const lines = rendered.map((each, index) =>
      "problems" in each ? each.problems : renderedLines(one([sms, whatsapp, push][index]!), each),
    );
    expect(lines).toEqual([
      ["code (sms)  used by nobody", "  text        │ Your code: A-1", "  costs       1 segment of GSM-7: 14 units, room for 146 more"],
      [
        "code (whatsapp)  used by nobody",
        "  approved as the_code (en)",
        "  body        │ Your code A-1 is here",
        "  parameters  {{1}} code = │ A-1",
      ],
      ["alarm (push, version 2)  used by nobody", "  title       │ Code", "  body        │ A-1"],
    ]);
    const [html, long] = await Promise.all(["x", "x".repeat(110_000)].map((code) => renderTemplates([one(email)], { value: { code } })));
    expect("parts" in html![0]! && renderedLines(one(email), html![0], "a.html").slice(-2)).toEqual([
      expect.stringMatching(/^ {2}html {8}\d\.\d KB \(Gmail shows up to 102 KB\)$/),
      "              written to a.html",
    ]);
    expect("parts" in long![0]! && renderedLines(one(email), long![0]).at(-1)).toMatch(
      /KB \(Gmail cuts off what is behind 102 KB: make it shorter\)$/,
    );
  });

  it("is every problem of data that do not fit, and of templates that cannot be used", async () => {
    const wrong = smsTemplate({ name: "wrong", data, text: "{{cod}}", example });
    expect(await problems(bare)).toEqual({ problems: ["it has no example: give the template one, or call with --data"] });
    expect(await problems(sms, { code: 5 })).toEqual({
      problems: [expect.stringMatching(/^the data do not fit: code: .*expected string/)],
    });
    expect(await problems(sms, { code: "1", cod: "2" })).toEqual({
      problems: ["the data do not fit: cod: the template takes no such key"],
    });
    expect(await problems(wrong)).toEqual({
      problems: [expect.stringMatching(/^wrong, text, line 1: \{\{cod\}\}: the data has no "cod"/)],
    });
    expect(await problems(push, { code: " " })).toEqual({ problems: [expect.stringMatching(/the filled body is empty/)] });
  });
});

describe("text for a terminal", () => {
  const acting = "a\tb\u001b[2J\u0007\u009b31m\u2028\u202eد\u200f";

  it("has what a terminal would act on written out", () => {
    expect(visible(`${acting}\n`)).toBe("a\\tb\\u001b[2J\\u0007\\u009b31m\\u2028\\u202eد\\u200f\\n");
    expect(visibleLines("one\r\ntwo\rthree")).toEqual(["one", "two\\rthree"]);
    expect(visible("₹ 👩‍👩‍👧 é")).toBe("₹ 👩‍👩‍👧 é");
  });

  it("is JSON that gives the text back", () => {
    expect(visibleJson({ text: acting })).not.toContain("\u009b");
    expect(JSON.parse(visibleJson({ text: acting }))).toEqual({ text: acting });
  });
});

it("shows each language of a template as one of its own", () => {
  const hello = smsTemplate({ name: "hello", data, text: "Hello {{code}}", example, locales: { hi: { text: "नमस्ते {{code}}" } } });
  const both = knownTemplates([{ template: hello, file: "subscribers/_templates/hello.ts" }], []);
  expect(both.map(({ template: { name } }) => name)).toEqual(["hello", "hello (hi)"]);
  expect(templatesNamed("hello", both, [])).toHaveLength(2);
  expect(templatesNamed("hello (hi)", both, [])).toHaveLength(1);
});
