import { type MetaAccount, metaProblems, type TwilioWhatsappAccount, twilioWhatsappProblems } from "../../providers/index.ts";
import type { WhatsappOptions } from "../channels-options.ts";
import { twilioAccountOf, twilioNames } from "./twilio-settings.ts";

const metaNames = { accessToken: "META_ACCESS_TOKEN", phoneNumberId: "META_PHONE_NUMBER_ID" } as const satisfies Record<
  keyof MetaAccount,
  string
>;
const twilioWhatsappNames = { ...twilioNames, from: "TWILIO_WHATSAPP_FROM", contents: "TWILIO_WHATSAPP_CONTENTS" } as const;

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with the variables of WhatsApp, parsed one by one; nothing where none is set. Pure. */
export function whatsappProblems(given: Given): readonly string[] {
  const [meta, twilio] = [metaParts(given), twilioParts(given)];
  return [
    ...(Object.keys(meta).length === 0 ? [] : metaProblems(meta, metaNames)),
    ...(twilio === undefined ? [] : twilioWhatsappProblems(twilio, twilioWhatsappNames)),
  ];
}

/** Who sends by WhatsApp, as the variables say it. Pure. */
export function whatsappOf(given: Given): Pick<WhatsappOptions, "meta" | "twilio"> {
  const [meta, twilio] = [metaParts(given), twilioParts(given)];
  return {
    ...(Object.keys(meta).length === 0 ? {} : { meta: meta as MetaAccount }),
    ...(twilio === undefined ? {} : { twilio: twilio as TwilioWhatsappAccount }),
  };
}

function metaParts(given: Given): Partial<MetaAccount> {
  return Object.fromEntries(Object.entries(metaNames).flatMap(([word, name]) => (given[name] === undefined ? [] : [[word, given[name]]])));
}

/** The account of the SMS, with a sender of its own. */
function twilioParts(given: Given): Partial<TwilioWhatsappAccount> | undefined {
  const { TWILIO_WHATSAPP_FROM: from, TWILIO_WHATSAPP_CONTENTS: contents } = given;
  if (from === undefined && contents === undefined) return undefined;
  const { from: _sms, messagingServiceSid: _service, ...account } = twilioAccountOf(given);
  return {
    ...account,
    ...(from === undefined ? {} : { from }),
    ...(contents === undefined ? {} : { contents }),
  } as Partial<TwilioWhatsappAccount>;
}
