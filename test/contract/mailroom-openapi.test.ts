import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import ajvFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";

/**
 * The mailroom's schema of SendGrid against the vendor's own OpenAPI file. From one request that says everything, every
 * single-fault variant is derived along the vendor's schema; what the vendor's schema says of each variant must be what the
 * mailroom answers, apart from the rules that the vendor states elsewhere.
 */
const conformance = process.env["BUSBAR_CONFORMANCE"];

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly uniqueItems?: boolean;
  readonly additionalProperties?: Schema;
}

interface Variant {
  readonly name: string;
  readonly body: unknown;
}

const person = (name: string): object => ({ email: `${name}@example.in`, name });
const everything = {
  personalizations: [
    {
      from: person("stall"),
      to: [person("asha"), person("ravi")],
      cc: [person("meera")],
      bcc: [person("kabir")],
      subject: "Order A-1001",
      headers: { "X-One": "1" },
      substitutions: { "%name%": "Asha" },
      dynamic_template_data: { order: { id: "A-1001" } },
      custom_args: { delivery: "d_1" },
      send_at: 1_617_260_400,
    },
  ],
  from: person("shop"),
  reply_to_list: [person("help"), person("owner")],
  subject: "Order",
  content: [
    { type: "text/plain", value: "Thank you" },
    { type: "text/html", value: "<p>Thank you</p>" },
  ],
  attachments: [{ content: "YWJj", type: "text/plain", filename: "a.txt", disposition: "inline", content_id: "a" }],
  template_id: "d-1",
  headers: { "X-Two": "2" },
  categories: ["orders", "india"],
  custom_args: { shop: "kirana" },
  send_at: 1_617_260_400,
  batch_id: "b1",
  asm: { group_id: 1, groups_to_display: [1, 2] },
  ip_pool_name: "pool",
  mail_settings: {
    bypass_list_management: { enable: false },
    bypass_spam_management: { enable: false },
    bypass_bounce_management: { enable: false },
    bypass_unsubscribe_management: { enable: false },
    footer: { enable: true, text: "Bye", html: "<p>Bye</p>" },
    sandbox_mode: { enable: false },
  },
  tracking_settings: {
    click_tracking: { enable: true, enable_text: false },
    open_tracking: { enable: true, substitution_tag: "%open%" },
    subscription_tracking: { enable: true, text: "a", html: "b", substitution_tag: "%unsubscribe%" },
    ganalytics: { enable: true, utm_source: "a", utm_medium: "b", utm_term: "c", utm_content: "d", utm_campaign: "e" },
  },
};
const { reply_to_list: _list, ...withoutList } = everything;
const withReplyTo = { ...withoutList, reply_to: person("help") };

/** What the mailroom refuses although the schema allows it, because the vendor's page "Mail Send errors" says so. */
const stricter: readonly { readonly variant: RegExp; readonly reason: string }[] = [
  { variant: /headers\.X-(One|Two) = /, reason: "header values must be strings" },
  { variant: /^personalizations\.\*\.custom_args\.delivery = /, reason: "custom argument values must be strings" },
  { variant: /^personalizations = \[\]$/, reason: "at least one personalization" },
  { variant: /^personalizations\.\*\.to = \[\]$/, reason: "at least one recipient" },
  { variant: /^content\.\*\.type = "text"$/, reason: "no other content before text/html" },
];

describe.skipIf(conformance === undefined)(
  "SendGrid's OpenAPI file (needs BUSBAR_CONFORMANCE, the folder of the conformance material)",
  () => {
    let room: Mailroom;
    let specification: Specification;
    beforeAll(async () => {
      specification = readSpecification(conformance!);
      room = await startMailroom();
    });
    afterAll(() => room.stop());

    const statusOf = async (body: unknown): Promise<number> => {
      const response = await fetch(`${room.url}/v3/mail/send`, {
        method: "POST",
        headers: { authorization: "Bearer SG.test", "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    };

    it("accepts the vendor's own examples", async () => {
      const examples = Object.entries(specification.examples);
      expect(examples.length).toBeGreaterThan(0);
      for (const [name, { value }] of examples) expect([name, await statusOf(value)]).toEqual([name, 202]);
    });

    it("answers every single-fault variant as the vendor's schema says", async () => {
      const variants = [everything, withReplyTo].flatMap((body) => variantsOf(body, specification));
      const surprises: string[] = [];
      const reasons = new Set<string>();
      let refused = 0;
      for (const { name, body } of variants) {
        const allowed = specification.allows(body) === true;
        const status = await statusOf(body);
        const accepted = status === 202 || status === 200;
        if (!allowed) refused += 1;
        const rule = stricter.find(({ variant }) => variant.test(name));
        if (allowed && !accepted && rule) reasons.add(rule.reason);
        else if (accepted !== allowed) surprises.push(`${name}: ${status}, but the schema ${allowed ? "allows" : "refuses"} it`);
      }
      expect(surprises).toEqual([]);
      expect([...reasons].toSorted()).toEqual(stricter.map(({ reason }) => reason).toSorted());
      expect(refused).toBeGreaterThan(200);
      expect(variants.length - refused).toBeGreaterThan(100);
    });
  },
);

interface Specification {
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  readonly schema: Schema;
  readonly allows: ValidateFunction;
  resolve(schema: Schema): Schema;
}

function readSpecification(folder: string): Specification {
  const document = JSON.parse(readFileSync(join(folder, "openapi/sendgrid_mail_v3.patched.json"), "utf8")) as {
    components: {
      schemas: Record<string, Schema>;
      requestBodies: { PostMailSend: { content: { "application/json": { schema: Schema; examples: Specification["examples"] } } } };
    };
  };
  const { schema, examples } = document.components.requestBodies.PostMailSend.content["application/json"];
  const ajv = new Ajv({ strict: false });
  ajvFormats.default(ajv);
  ajv.addSchema(document, "specification");
  const allows = ajv.compile({ $ref: "specification#/components/requestBodies/PostMailSend/content/application~1json/schema" });
  const resolve = (given: Schema): Schema =>
    given.$ref === undefined ? given : document.components.schemas[given.$ref.split("/").at(-1)!]!;
  return { examples, schema, allows, resolve };
}

/** Variants of a body, each changed in one place, found by walking the body along its schema. `*` in a name is any index. */
function variantsOf(body: unknown, { schema, resolve }: Specification): Variant[] {
  const variants: Variant[] = [];
  const walk = (value: unknown, part: Schema, path: readonly string[]): void => {
    const given = resolve(part);
    const vary = (what: string, change: (parent: Record<string, unknown>, key: string) => void): void => {
      const root: Record<string, unknown> = { root: structuredClone(body) };
      const keys = ["root", ...path];
      const parent = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, root);
      change(parent, keys.at(-1)!);
      const name = path.map((key) => (/^\d+$/.test(key) ? "*" : key)).join(".");
      variants.push({ name: `${name} ${what}`, body: root["root"] });
    };
    const become = (replacement: unknown, what = `= ${JSON.stringify(replacement)}`): void =>
      vary(what, (parent, key) => (parent[key] = replacement));
    for (const wrong of [null, 5, 1.5, true, "text", "", [], {}]) become(wrong);
    if (path.length > 0 && !/^\d+$/.test(path.at(-1)!)) vary("is missing", (parent, key) => delete parent[key]);
    if (given.format === "email") for (const wrong of ["asha", "asha@", "@example.in", "a b@example.in"]) become(wrong);
    if (given.minLength !== undefined) become("x".repeat(given.minLength - 1));
    if (given.maxLength !== undefined) become("x".repeat(given.maxLength + 1), "is too long");
    if (given.maxLength !== undefined) become("x".repeat(given.maxLength), "is as long as allowed");
    if (Array.isArray(value)) {
      const { maxItems, uniqueItems } = given;
      if (maxItems !== undefined)
        become(
          Array.from({ length: maxItems + 1 }, (_, index) => another(value[0], index)),
          "has too many",
        );
      if (uniqueItems === true) become([...value, value[0]], "has one twice");
      walk(value[0], given.items ?? {}, [...path, "0"]);
    } else if (typeof value === "object" && value !== null) {
      if (given.maxProperties !== undefined)
        become(Object.fromEntries(Array.from({ length: given.maxProperties + 1 }, (_, index) => [`k${index}`, "v"])), "has too many");
      vary("has one more key", (parent, key) => (parent[key] = { ...(parent[key] as object), "x-another": "text" }));
      for (const [key, child] of Object.entries(value))
        walk(child, given.properties?.[key] ?? given.additionalProperties ?? {}, [...path, key]);
    }
  };
  walk(body, schema, []);
  return variants;
}

function another(item: unknown, index: number): unknown {
  if (typeof item === "number") return item + index;
  if (typeof item === "string") return `${item}${index}`;
  return "email" in (item as object) ? { email: `p${index}@example.in` } : { to: [{ email: `p${index}@example.in` }] };
}
