import handlebars from "handlebars";
import { describe, expect, it } from "vitest";
import { exampleLinks } from "../../src/channels/email-content.ts";
import { compileFill } from "../../src/channels/fill.ts";
import { isMessageRoute } from "../../src/define/route.ts";
import { subscribers } from "../support/reference-domain.ts";

const escape = (value: unknown): string => handlebars.Utils.escapeExpression(value as string);

/** What Handlebars' own runtime makes of the same. */
function handlebarsText(source: string, data: unknown, noEscape: boolean): string {
  return handlebars.compile(source, { strict: true, knownHelpersOnly: true, noEscape })(data);
}
function ours(source: string, data: unknown, noEscape: boolean): string {
  return compileFill(handlebars.parse(source), noEscape ? {} : { escape })(data);
}

const data = {
  name: `Asha <b>&"'=\``,
  zero: 0,
  no: false,
  yes: true,
  none: null,
  empty: "",
  list: ["a", "b", "c"],
  nothing: [],
  items: [
    { name: "tea", tags: ["x", "y"], price: { amount: 3 } },
    { name: "cup", tags: [], price: { amount: 0 } },
  ],
  map: { one: 1, two: 2 },
  person: { name: "Ravi", address: { city: "Pune" } },
};

describe("compileFill", () => {
  it.each([
    "plain text, and nothing else",
    "{{name}} {{zero}} {{no}} {{yes}} {{none}} {{empty}}|",
    "{{person.name}} of {{person.address.city}}",
    "{{#if zero}}yes{{else}}no{{/if}} {{#if zero includeZero=true}}yes{{else}}no{{/if}} {{#if nothing}}yes{{else}}no{{/if}}",
    "{{#if none}}a{{else if yes}}b{{else}}c{{/if}} {{^if no}}d{{/if}} {{#unless empty}}e{{/unless}} {{#if list}}f{{/if}}",
    "{{#each list}}{{@index}}:{{this}}{{#unless @last}}, {{/unless}}{{#if @first}}!{{/if}}{{/each}}",
    "{{#each nothing}}x{{else}}none{{/each}} {{#each none}}x{{else}}none{{/each}}",
    "{{#each map}}{{@key}}={{this}}({{@index}}) {{/each}}",
    "{{#each items}}{{name}} of {{../name}}: {{#each tags}}{{this}}{{@index}}{{../name}}{{../../zero}}{{@../index}} {{/each}}{{/each}}",
    "{{#each items as |item index|}}{{index}}{{item.name}}{{#each item.tags as |tag|}}{{tag}}{{item.name}}{{index}}{{/each}}{{/each}}",
    "{{#each items}}{{#with price}}{{amount}}{{../name}}{{@index}}{{@root.zero}}{{/with}}{{/each}}",
    "{{#with person}}{{name}}{{#with address}}{{city}}{{../name}}{{../../zero}}{{/with}}{{/with}}{{#with none}}x{{else}}y{{/with}}",
    "{{#with person as |who|}}{{who.name}} {{who.address.city}}{{/with}}",
    "{{#each items}}{{this.name}} {{./name}}{{/each}} {{this.name}}",
    "line\n{{#if yes}}\nkept\n{{/if}}\n{{!-- a comment --}}\n{{#each list}}\n  - {{this}}\n{{~/each~}}  \n end",
    "{{@root.person.name}}{{#each list}}{{@root.name}}{{/each}}",
  ])("makes of %j what Handlebars makes of it", (source) => {
    for (const noEscape of [true, false]) expect(ours(source, data, noEscape)).toBe(handlebarsText(source, data, noEscape));
  });

  it.each(["{{nobody}}", "{{person.nobody}}", "{{nobody.name}}", "{{#each items}}{{nobody}}{{/each}}"])(
    "throws where Handlebars throws: %s",
    (source) => {
      expect(() => handlebarsText(source, data, true)).toThrow("not defined");
      expect(() => ours(source, data, true)).toThrow(/is not there/);
    },
  );

  it("takes no property that is not the data's own", () => {
    expect(ours("{{#if constructor}}a{{else}}b{{/if}}{{#if person.__proto__}}a{{else}}b{{/if}}", data, true)).toBe("bb");
    expect(() => ours("{{person.toString}}", data, true)).toThrow('"toString" of {{person.toString}} is not there');
  });

  it("makes of every text of the reference domain what Handlebars makes of it", () => {
    const templates = subscribers.flatMap(({ routes }) => routes.filter(isMessageRoute).map(({ template }) => template));
    let compared = 0;
    for (const template of templates) {
      const texts = Object.entries(template).filter(
        ([part, text]) => ["subject", "mjml", "text", "body", "title"].includes(part) && typeof text === "string",
      );
      for (const [, text] of texts as [string, string][]) {
        const values = { ...exampleLinks, ...(template.example as object) };
        expect(ours(text, values, false)).toBe(handlebarsText(text, values, false));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(60);
  });
});
