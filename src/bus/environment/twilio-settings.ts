import { type TwilioAccount, twilioAccountProblems } from "../../providers/index.ts";

/** The variables that name an account of Twilio. */
export const twilioNames = {
  accountSid: "TWILIO_ACCOUNT_SID",
  authToken: "TWILIO_AUTH_TOKEN",
  apiKey: "TWILIO_API_KEY",
  apiSecret: "TWILIO_API_SECRET",
  from: "TWILIO_FROM",
  messagingServiceSid: "TWILIO_MESSAGING_SERVICE_SID",
} as const satisfies Record<keyof TwilioAccount, string>;

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with the variables of Twilio, as they were written; nothing where none is set. Pure. */
export function twilioProblems(given: Given): readonly string[] {
  const account = twilioAccountOf(given);
  return Object.keys(account).length === 0 || isForWhatsapp(given) ? [] : twilioAccountProblems(account, twilioNames);
}

/** The account that the variables name. Pure. */
export function twilioOf(given: Given): TwilioAccount | undefined {
  const account = twilioAccountOf(given);
  return account.accountSid === undefined || isForWhatsapp(given) ? undefined : { ...account, accountSid: account.accountSid };
}

/** An account without a sender of SMS may be there for WhatsApp alone. */
function isForWhatsapp(given: Given): boolean {
  return (given[twilioNames.from] ?? given[twilioNames.messagingServiceSid]) === undefined && given["TWILIO_WHATSAPP_FROM"] !== undefined;
}

/** What the variables say of the account. Pure. */
export function twilioAccountOf(given: Given): Partial<TwilioAccount> {
  return Object.fromEntries(
    Object.entries(twilioNames).flatMap(([word, name]) => (given[name] === undefined ? [] : [[word, given[name]]])),
  );
}
