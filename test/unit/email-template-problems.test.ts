import Handlebars from "handlebars";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { compileEmails } from "../../src/channels/email-content.ts";
import { holeProblems } from "../../src/channels/holes.ts";
import { secureHoles, urlHelper, urlPartHelper } from "../../src/channels/html-places.ts";
import { emailTemplate } from "../../src/index.ts";

const schema = z.object({
  name: z.string(),
  note: z.string().optional(),
  nick: z.string().nullable(),
  customer: z.object({ email: z.string(), address: z.object({ city: z.string() }).optional() }),
  items: z.array(z.object({ sku: z.string(), tags: z.array(z.string()), size: z.string().optional() })),
  prices: z.record(z.string(), z.number()),
  pay: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("card"), last4: z.string() }),
    z.object({ kind: z.literal("upi"), vpa: z.string() }),
  ]),
  vip: z.boolean().default(false),
});

const problemsOf = (text: string): string[] =>
  holeProblems(Handlebars.parse(text), schema).map(({ line, message }) => `line ${line}: ${message}`);

describe("holes that the data fills", () => {
  it.each([
    ["keys, and keys of keys", "{{name}} {{customer.email}} {{this.name}} {{./name}}"],
    [
      "lists",
      "{{#each items}}{{sku}} {{this.sku}} {{@index}} {{@first}} {{../name}} {{#each tags}}{{this}}{{/each}}{{/each}} {{items.length}}",
    ],
    ["named items", "{{#each items as |item n|}}{{item.sku}} {{n}} {{../name}}{{/each}}"],
    ["records", "{{#each prices}}{{@key}}: {{this}}{{/each}}"],
    ["with", "{{#with customer}}{{email}} {{../name}} {{@root.name}}{{/with}}"],
    ["optional values inside their if", "{{#if note}}{{note}}{{else}}none{{/if}} {{#unless note}}none{{else}}{{note}}{{/unless}}"],
    ["a part of an optional value inside its if", "{{#if customer.address}}{{customer.address.city}}{{/if}}"],
    ["optional values of an item", "{{#each items}}{{#if size}}{{size}}{{/if}}{{/each}}"],
    ["optional values seen from an item", "{{#if note}}{{#each items}}{{../note}}{{/each}}{{/if}}"],
    ["nullable values inside their if", "{{#if nick}}{{nick}}{{/if}}"],
    ["values with a default", "{{vip}}"],
    ["keys that every member of a union has", "{{pay.kind}}"],
    ["keys that a part of a union has, inside an if", "{{#if pay.vpa}}{{pay.vpa}}{{else if pay.last4}}{{pay.last4}}{{/if}}"],
    ["comments", "{{! a note }}{{!-- another --}}x"],
  ])("%s", (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });
});

describe("holes that nothing fills", () => {
  it.each([
    ["a key that does not exist", "{{nmae}}", 'line 1: {{nmae}}: the data has no "nmae"; did you mean "name"?'],
    ["a key of a key", "\n{{customer.emial}}", 'line 2: {{customer.emial}}: customer has no "emial"; did you mean "email"?'],
    ["a key of an item", "{{#each items}}{{skuu}}{{/each}}", '{{skuu}}: the item has no "skuu"; did you mean "sku"?'],
    ["the item's key without its list", "{{sku}}", 'the data has no "sku"'],
    ["the data's key from inside a list", "{{#each items}}{{name}}{{/each}}", 'the item has no "name"'],
    ["a list that is none", "{{#each name}}x{{/each}}", '"name" is no list'],
    ["an unknown list", "{{#each itms}}{{sku}}{{/each}}", 'did you mean "items"?'],
    ["an unknown condition", "{{#if nmae}}x{{/if}}", 'did you mean "name"?'],
    ["a list printed", "{{items}}", "is an object or a list"],
    ["an object printed", "{{customer}}", "is an object or a list"],
    ["an optional value outside an if", "{{note}}", '"note" may be missing: put it inside {{#if note}}'],
    ["an optional value in the wrong branch", "{{#if note}}x{{else}}{{note}}{{/if}}", "may be missing"],
    ["a part of an optional value", "{{customer.address.city}}", '"customer.address" may be missing'],
    ["a condition on a part of an optional value", "{{#if customer.address.city}}x{{/if}}", '"customer.address" may be missing'],
    ["a key of one member of a union", "{{pay.last4}}", '"pay.last4" may be missing'],
    ["a value of a record", "{{prices.tea}}", "may be missing"],
    ["above the top", "{{../name}}", "goes above the data"],
    ["@index outside a list", "{{@index}}", "only inside {{#each}}"],
    ["an unknown helper", "{{upper name}}", 'there is no helper "upper"'],
    ["an unknown block", "{{#list items}}x{{/list}}", 'there is no helper "list"; templates have if, unless, each, with'],
    ["a built-in that is not allowed", "{{lookup items 0}}", 'there is no helper "lookup"'],
    ["a section of Mustache", "{{#items}}x{{/items}}", 'there is no helper "items"'],
    ["an expression in a condition", "{{#if (eq name 1)}}x{{/if}}", "takes the name of one value"],
    ["a hole without escaping", "{{{name}}}", "would not be escaped"],
    ["the other spelling without escaping", "{{&name}}", "would not be escaped"],
    ["a partial", "{{> footer}}", "partials"],
    ["a text in a hole", '{{"name"}}', "no text or number"],
  ])("%s", (_, text, problem) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

describe("places where no value can be made safe", () => {
  it.each([
    ["a style attribute", '<b style="color: {{name}}">x</b>', "the attribute style"],
    ["an event attribute", '<b onClick="go({{name}})">x</b>', "the attribute onclick"],
    ["a list of images", '<img srcset="{{name}} 2x">', "the attribute srcset"],
    ["an attribute without quotes", "<a title={{name}}>x</a>", "an attribute without quotes"],
    ["an attribute without quotes, begun by the template", "<a title=x{{name}}>x</a>", "an attribute without quotes"],
    ["a tag's own marks", "<b {{name}}>x</b>", "a tag's own marks"],
    ["the name of a tag", "<b{{name}}>x</b>", "a tag's own marks"],
    ["a script", "<script>{{name}}</script>", "<script>"],
    ["a style element", "<style>.a > b { color: {{name}}; }</style>", "<style>"],
    ["a script that quotes a tag", "<script>'<p>'; {{name}}</script>", "<script>"],
    ["a style attribute that Outlook alone reads", '<!--[if mso | IE]><td style="{{name}}"><![endif]-->', "the attribute style"],
    ["a style attribute that all but Outlook read", '<!--[if !mso]><!--><td style="{{name}}"><!--<![endif]-->', "the attribute style"],
    ["a block that opens a tag in one branch", '{{#if vip}}<b title="{{else}}x{{/if}}y', "must end where it began"],
    ["a list that opens an attribute", '<b {{#each items}}title="{{/each}}>', "must end where it began"],
  ])("%s", (_, html, problem) => {
    expect(secureHoles(Handlebars.parse(html)).map(({ message }) => message)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ["text", "<p>{{name}}</p>"],
    ["text after a style element", "<style>a > b {}</style><p>{{name}}</p>"],
    ["text that holds a lower-than sign", "<p>1 < 2 {{name}}</p>"],
    ["a comment", "<!-- <b style=' {{name}} -->"],
    ["text after an empty comment", "<!--><p>{{name}}</p>"],
    ["a quoted attribute", `<b title="{{name}}" alt='x {{name}}'>x</b>`],
    ["an attribute whose value holds a greater-than sign", '<b title="a > b {{name}}">x</b>'],
    ["text after an attribute without a value", "<table border><td>{{#if vip}}<b title='x'>y</b>{{/if}}{{name}}"],
    ["text that Outlook alone reads", "<!--[if mso | IE]><td><![endif]-->{{name}}"],
  ])("but %s is fine", (_, html) => {
    expect(secureHoles(Handlebars.parse(html))).toEqual([]);
  });
});

const helpersOf = (html: string): string[] => {
  const program = Handlebars.parse(html);
  secureHoles(program);
  const printed = JSON.stringify(program);
  return [urlHelper, urlPartHelper].filter((helper) => printed.includes(`"original":"${helper}"`));
};

describe("holes in URLs", () => {
  it.each([
    ["a whole value", '<a href="{{url}}">', [urlHelper]],
    ["a value with space around", "<a HREF = '{{url}}'>", [urlHelper]],
    ["the beginning of a value", '<a href="{{url}}/x">', [urlHelper]],
    ["the beginning and a part", '<a href="{{url}}/{{id}}">', [urlHelper, urlPartHelper]],
    ["a part", '<img src="https://x/{{id}}">', [urlPartHelper]],
    ["a value in both branches", '<a href="{{#if vip}}{{url}}{{else}}https://x/{{id}}{{/if}}">', [urlHelper, urlPartHelper]],
    ["a value that one branch may begin", '<a href="{{#if vip}}https://x/{{/if}}{{url}}">', [urlHelper]],
    ["an image of Outlook", '<!--[if mso]><v:fill src="{{url}}" /><![endif]-->', [urlHelper]],
    ["a value after a space", '<a href=" {{url}}">', [urlHelper]],
    ["an attribute after one without a value", '<a download href="{{url}}">', [urlHelper]],
    ["a title", '<a title="{{url}}">', []],
  ])("%s", (_, html, helpers) => expect(helpersOf(html)).toEqual(helpers));
});

const page = (body: string): string => `<mjml><mj-body><mj-section><mj-column>\n${body}\n</mj-column></mj-section></mj-body></mjml>`;

describe("MJML", () => {
  const templates = {
    attribute: { mjml: page('<mj-text colour="red">Hi</mj-text>') },
    nothing: { mjml: "just text" },
    dropped: { mjml: page("{{#if vip}}<mj-text>Hi {{name}}</mj-text>{{/if}}") },
    kept: { mjml: page("<mj-raw>{{#each items}}</mj-raw><mj-text>{{sku}}</mj-text><mj-raw>{{/each}}</mj-raw>") },
    style: { mjml: "<mjml><mj-head><mj-style>.a { color: {{name}}; }</mj-style></mj-head><mj-body></mj-body></mjml>" },
    syntax: { subject: "{{#if name}}x", text: "{{name" },
    many: { subject: "{{a}}", mjml: page("<mj-text>{{b}} {{c}}</mj-text><mj-txt>x</mj-txt>"), text: "{{d}}" },
  };
  const problems = new Map<string, readonly string[]>();
  beforeAll(async () => {
    const whole = { subject: "Hi", mjml: page("<mj-text>Hi</mj-text>"), text: "Hi" };
    const made = Object.entries(templates).map(([name, parts]) => emailTemplate({ name, data: schema, ...whole, ...parts }));
    for (const [index, result] of (await compileEmails(made)).entries())
      problems.set(made[index]!.name, "problems" in result ? result.problems : []);
  });

  it("reports its errors with their line", () => {
    expect(problems.get("attribute")).toEqual([expect.stringMatching(/^attribute, mjml, line 2: .*colour.*mj-text/)]);
  });

  it("reports what is no MJML at all", () => expect(problems.get("nothing")).toEqual([expect.stringContaining("nothing, mjml")]));

  it("reports holes that it would drop without a word", () => {
    expect(problems.get("dropped")).toEqual([expect.stringMatching(/^dropped, mjml, line 2: \{\{#if vip\}\} is lost.*<mj-raw>/)]);
  });

  it("keeps blocks between elements that stand in mj-raw", () => expect(problems.get("kept")).toEqual([]));

  it("reports holes in its styles", () => expect(problems.get("style")).toEqual([expect.stringContaining("<style>")]));

  it("reports wrong syntax in one line each", () => {
    expect(problems.get("syntax")).toEqual([
      expect.stringMatching(/^syntax, subject: Parse error on line 1: .+/),
      expect.stringMatching(/^syntax, text: Parse error on line 1: .+/),
    ]);
  });

  it("reports every problem of every part together", () => {
    expect(problems.get("many")!.map((problem) => /mj-txt|"[a-d]"/.exec(problem)?.[0])).toEqual(["mj-txt", '"a"', '"b"', '"c"', '"d"']);
  });
});
