import { expect, it } from "vitest";
import * as z from "zod";
import { secretExamples } from "../../src/cli/secret-examples.ts";
import { defineSubscriber, defineTopic, secret, smsTemplate } from "../../src/index.ts";

const parcelReady = defineTopic("parcel.ready", z.object({ phone: z.string(), code: secret(z.string()), pin: secret(z.string()) }), {
  example: { phone: "+919845012345", code: "999888", pin: "1234" },
});
type Data = z.infer<typeof parcelReady.schema>;
const template = smsTemplate({ name: "ready", data: z.object({ code: z.union([z.string(), z.number()]) }), text: "{{code}}" });
const findings = (code: (data: Data) => string | number, when: (data: Data) => boolean = () => true) =>
  secretExamples([
    defineSubscriber(parcelReady, {
      name: "s",
      deliver: ({ sms }) => [
        sms({ when: ({ data }) => when(data), to: ({ data }) => data.phone, template, data: ({ data }) => ({ code: code(data) }) }),
      ],
    }),
  ]);

it.each([
  [({ code }: Data) => code],
  [({ code, pin }: Data) => `${code} or https://x.example/?pin=${encodeURIComponent(pin)}`],
  [() => "a word of busbar"],
  [() => Math.random()],
])("says nothing where a secret is passed on whole: %s", (code) => {
  expect(findings(code)).toEqual({ problems: [], warnings: [] });
});

it.each([
  [({ code }: Data) => code.slice(0, 3)],
  [({ pin }: Data) => pin.slice(-2)],
  [({ code }: Data) => code.length],
  [({ code }: Data) => (/^\d/.test(code) ? "a number" : "a word")],
])("warns of data that depend on a part of a secret: %s", (code) => {
  const { problems, warnings } = findings(code);
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([
    expect.stringMatching(/subscriber "s", route "sms": data: code depends on the length, a part or the text of a secret/),
  ]);
});

it("warns of a route that is taken or not by what a secret says", () => {
  for (const when of [({ code }: Data) => code.startsWith("4"), ({ code }: Data) => !code.startsWith("4")])
    expect(findings(({ code }) => code, when).warnings).toMatchObject([
      expect.stringMatching(/route "sms": whether it is taken depends on/),
    ]);
});

it.each([[({ code }: Data) => code.toUpperCase()], [({ code }: Data) => code.slice(15)], [({ code }: Data) => code.slice(0, 6)]])(
  "finds a problem where the router could not plan it: %s",
  (code) => {
    expect(findings(code).problems).toMatchObject([
      expect.stringMatching(/data: code changes a secret\(\) field.*the example of parcel\.ready/),
    ]);
  },
);
