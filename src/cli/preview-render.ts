import { messageOf } from "../base/errors.ts";
import type { TemplateInFile } from "../bus/load/template-files.ts";
import { compileEmails, type EmailLinks, exampleLinks } from "../channels/email-content.ts";
import { type SmsSegments, smsSegments } from "../channels/sms-segments.ts";
import { compileTexts, type TemplateParameter, type TextTemplate } from "../channels/text-content.ts";
import type { EmailTemplate } from "../define/email-template.ts";
import { templateDataProblems } from "../define/template.ts";
import type { WhatsappTemplate } from "../define/whatsapp-template.ts";

/** A template filled: its parts by their names, and what its channel's people ask about it. */
export interface Rendered {
  readonly parts: Readonly<Record<string, string>>;
  /** What a text costs as an SMS. */
  readonly segments?: SmsSegments;
  /** What WhatsApp is sent in place of the text. */
  readonly whatsapp?: { readonly approvedAs: string; readonly language: string; readonly parameters: readonly TemplateParameter[] };
}

export type Rendering = Rendered | { readonly problems: readonly string[] };

/** Fills templates with their examples, or all with the same data, in the order given. */
export async function renderTemplates(templates: readonly TemplateInFile[], data?: { readonly value: unknown }): Promise<Rendering[]> {
  const emails = templates.map(({ template }) => template).filter(({ channel }) => channel === "email") as EmailTemplate[];
  const compiled = await compileEmails(emails);
  return Promise.all(
    templates.map(async ({ template }) => {
      const taken = data === undefined ? template.example : data.value;
      if (taken === undefined) return { problems: ["it has no example: give the template one, or call with --data"] };
      const wrong = templateDataProblems(template.schema, taken);
      if (wrong.length > 0) return { problems: wrong.map((problem) => `the data do not fit: ${problem}`) };
      if (template.channel === "email")
        return filled(compiled[emails.indexOf(template as EmailTemplate)]!, (fill) => ({ parts: { ...fill(taken, exampleLinks) } }));
      const texts = await compileTexts(template as TextTemplate);
      return filled(texts, (fill) => {
        const parts = fill(taken);
        if (template.channel === "sms") return { parts, segments: smsSegments(parts["text"] ?? "") };
        if (template.channel !== "whatsapp" || !("parameters" in texts)) return { parts };
        const { approvedAs, language } = template as WhatsappTemplate;
        return { parts, whatsapp: { approvedAs, language, parameters: texts.parameters(taken) } };
      });
    }),
  );
}

type Compiled<Parts> = { readonly fill: (data: unknown, links?: EmailLinks) => Parts } | { readonly problems: readonly string[] };

function filled<Parts>(compiled: Compiled<Parts>, use: (fill: (data: unknown, links?: EmailLinks) => Parts) => Rendered): Rendering {
  if ("problems" in compiled) return compiled;
  try {
    return use(compiled.fill);
  } catch (error) {
    return { problems: [messageOf(error)] };
  }
}
