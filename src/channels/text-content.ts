import * as z from "zod";
import { messageOf } from "../base/errors.ts";
import { pathText } from "../define/payload.ts";
import type { PushTemplate } from "../define/push-template.ts";
import type { SmsTemplate } from "../define/sms-template.ts";
import type { WhatsappTemplate } from "../define/whatsapp-template.ts";
import { UnrenderableDelivery } from "./channel.ts";
import { compileFill } from "./fill.ts";
import { holeProblems } from "./holes.ts";
import { urlHelper, urlPartHelper } from "./html-places.ts";
import { linkProblems, secureLink } from "./link-holes.ts";
import type { HandlebarsModule, Program } from "./template-syntax.ts";
import { urlPart, wholeUrl } from "./url-helpers.ts";
import { whatsappBodyProblems, whatsappParameterNames } from "./whatsapp-body.ts";

export type TextTemplate = SmsTemplate | WhatsappTemplate | PushTemplate;

/** One value that a message fills into what WhatsApp has approved. */
export interface TemplateParameter {
  readonly name: string;
  readonly value: string;
}

/** A template ready to be filled, or every problem that keeps it from being one. */
export type CompiledTexts =
  | {
      /**
       * The filled parts by their names: `text` of an SMS, `body` of WhatsApp, `title`, `body` and, where there is one, `link` of a push.
       * @throws UnrenderableDelivery when the data does not fit, a part comes out empty, or a link is no URL that is safe to open
       */
      readonly fill: (data: unknown) => Readonly<Record<string, string>>;
      /**
       * What WhatsApp is sent in place of the filled body: each hole once, in the order of their first appearance. Empty for other channels.
       * @throws UnrenderableDelivery when the data does not fit, or a value is empty, which WhatsApp refuses
       */
      readonly parameters: (data: unknown) => readonly TemplateParameter[];
    }
  | { readonly problems: readonly string[] };

/** Compiles the texts of one template, with the rules of e-mail: the same holes, blocks and checks. Handlebars is loaded here, on first use. */
export async function compileTexts(template: TextTemplate): Promise<CompiledTexts> {
  const { default: handlebars } = await import("handlebars");
  const problems: string[] = [];
  const programs: Record<string, Program> = {};
  for (const [part, source] of Object.entries(textParts(template))) {
    const program = parsed(handlebars, source);
    const report = (message: string, line?: number): void =>
      void problems.push(`${template.name}, ${part}${line === undefined ? "" : `, line ${line}`}: ${message}`);
    if ("problem" in program) {
      report(program.problem);
      continue;
    }
    programs[part] = program;
    const own = template.channel === "whatsapp" ? whatsappBodyProblems(program) : part === "link" ? linkProblems(program) : [];
    for (const { line, message } of [...holeProblems(program, template.schema), ...own]) report(message, line);
  }
  return problems.length > 0 ? { problems } : filled(template, programs);
}

/** The texts with holes, by the names that their authors gave them. */
function textParts(template: TextTemplate): Readonly<Record<string, string>> {
  if (template.channel === "sms") return { text: template.text };
  if (template.channel === "whatsapp") return { body: template.body };
  const { title, body, link } = template;
  return { title, body, ...(link === undefined ? {} : { link }) };
}

function parsed(handlebars: HandlebarsModule, source: string): Program | { readonly problem: string } {
  try {
    return handlebars.parse(source);
  } catch (error) {
    return {
      problem: messageOf(error)
        .replace(/\n-+\^\n/, " — ")
        .replaceAll("\n", " "),
    };
  }
}

function filled(template: TextTemplate, programs: Readonly<Record<string, Program>>): CompiledTexts {
  const { name, channel } = template;
  // No part is HTML: escaping would show its marks to the reader.
  const helpers = { [urlHelper]: wholeUrl, [urlPartHelper]: urlPart };
  const names = channel === "whatsapp" ? whatsappParameterNames(programs["body"]!) : [];
  const parts = Object.entries(programs).map(
    ([part, program]) => [part, compileFill(part === "link" ? secureLink(program) : program, { helpers })] as const,
  );

  const taken = (data: unknown): Record<string, unknown> => {
    const checked = z.safeParse(template.schema, data);
    if (checked.success) return checked.data as Record<string, unknown>;
    const paths = checked.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
    throw new UnrenderableDelivery(`Template "${name}" cannot take the delivery's data: ${paths.join("; ")}`);
  };
  const parameters = (data: Record<string, unknown>): TemplateParameter[] => {
    const made = names.map((key) => ({ name: key, value: oneLine(data[key]) }));
    const empty = made.filter(({ value }) => value === "").map((parameter) => parameter.name);
    if (empty.length === 0) return made;
    throw new UnrenderableDelivery(`Template "${name}": WhatsApp takes no empty parameter, and ${empty.join(" and ")} would be one`);
  };

  return {
    fill(data) {
      const all = taken(data);
      // What a reader of WhatsApp sees is made of the parameters.
      const values =
        channel === "whatsapp" ? Object.fromEntries(parameters(all).map((parameter) => [parameter.name, parameter.value])) : all;
      const texts = parts.map(([part, make]) => [part, filledPart(name, part, () => make(values))]);
      return Object.fromEntries(texts) as Record<string, string>;
    },
    parameters: (data) => parameters(taken(data)),
  };
}

function filledPart(template: string, part: string, make: () => string): string {
  let text: string;
  try {
    text = make().trim();
  } catch (error) {
    throw new UnrenderableDelivery(`Template "${template}", ${part}: ${messageOf(error)}`, { cause: error });
  }
  if (text === "") throw new UnrenderableDelivery(`Template "${template}": the filled ${part} is empty`);
  return text;
}

/** A parameter as WhatsApp takes it: it refuses line breaks, tabs, and more than four spaces in a row. */
function oneLine(value: unknown): string {
  return String(value).replace(/\s+/g, " ").trim();
}
