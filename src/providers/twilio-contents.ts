import type { WhatsappMessage } from "../define/message.ts";
import { type TwilioAccount, twilioAccountProblems } from "./twilio-account.ts";

/**
 * The content SIDs of approved templates, by their names at WhatsApp: `cod_confirmation`, or `cod_confirmation/hi` for what is sent in
 * that language.
 */
export type TwilioContents = Readonly<Record<string, string>>;

export interface TwilioWhatsappAccount extends TwilioAccount {
  readonly contents: TwilioContents;
}

const optionWords = {
  accountSid: "accountSid",
  authToken: "authToken",
  apiKey: "apiKey",
  apiSecret: "apiSecret",
  from: "from",
  messagingServiceSid: "messagingServiceSid",
  contents: "contents",
} as const;

/**
 * What keeps an account from sending by WhatsApp, one sentence each. No value is repeated: it may be a secret in the wrong place.
 * @param words what the problems call the parts; by default as the options do
 */
export function twilioWhatsappProblems(
  { contents, anyContent = false, ...account }: Partial<TwilioWhatsappAccount> & { readonly anyContent?: boolean | undefined },
  words: Readonly<Record<keyof TwilioWhatsappAccount, string>> = optionWords,
): string[] {
  const { from } = account;
  // What a sender of SMS may be is more: the account's own check has told of what is not even that.
  const problems = twilioAccountProblems({ ...account, from: from?.replace(/^whatsapp:/, "") }, words);
  if (typeof from === "string" && !/^\+[1-9]\d{6,14}$/.test(from) && !problems.some((problem) => problem.startsWith(`${words.from}: `)))
    problems.push(`${words.from}: must be a number such as +14155550100: WhatsApp has no names and no short codes`);
  const known = Object.entries(contents ?? {});
  if (known.length === 0 && !anyContent)
    problems.push(`${words.contents}: names no template: give the content SIDs of the approved templates by their names at WhatsApp`);
  for (const [name, sid] of known) {
    if (!/^[a-z0-9_]{1,512}(\/[a-z]{2,3}(_[A-Z]{2})?)?$/.test(name))
      problems.push(`${words.contents}: ${JSON.stringify(name)} is no name such as cod_confirmation or cod_confirmation/hi`);
    if (typeof sid !== "string" || !/^HX[0-9a-fA-F]{32}$/.test(sid))
      problems.push(`${words.contents}: ${JSON.stringify(name)} has no content SID: HX and 32 hexadecimal digits`);
  }
  return problems;
}

/** The content of a template in its language, else the one for all languages. Pure. */
export function contentOf({ approvedAs, language }: WhatsappMessage["template"], contents: TwilioContents): string | undefined {
  const key = [`${approvedAs}/${language}`, approvedAs].find((name) => Object.hasOwn(contents, name));
  return key === undefined ? undefined : contents[key];
}

/**
 * One sentence for each template that has no content at Twilio: what `prepare` of a channel is told where nobody else sends.
 * @param word what the sentences call the contents; by default as the options do
 */
export function twilioContentProblems(
  templates: readonly WhatsappMessage["template"][],
  { contents, word = optionWords.contents }: Pick<TwilioWhatsappAccount, "contents"> & { readonly word?: string | undefined },
): string[] {
  return templates.filter((template) => contentOf(template, contents) === undefined).map((template) => unknownContent(template, word));
}

export function unknownContent({ approvedAs, language }: WhatsappMessage["template"], word: string = optionWords.contents): string {
  return `template "${approvedAs}" in ${language} has no content SID at Twilio: give it one (${word})`;
}
