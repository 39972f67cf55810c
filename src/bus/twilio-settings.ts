import { type TwilioAccount, twilioAccountProblems } from "../providers/index.ts";

/** The variables that name an account of Twilio. */
const names = {
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
  const account = partsOf(given);
  return Object.keys(account).length === 0 ? [] : twilioAccountProblems(account, names);
}

/** The account that the variables name. Pure. */
export function twilioOf(given: Given): TwilioAccount | undefined {
  const account = partsOf(given);
  return account.accountSid === undefined ? undefined : { ...account, accountSid: account.accountSid };
}

function partsOf(given: Given): Partial<TwilioAccount> {
  return Object.fromEntries(Object.entries(names).flatMap(([word, name]) => (given[name] === undefined ? [] : [[word, given[name]]])));
}
