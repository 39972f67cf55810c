/** Whose Twilio account sends, and from where. */
export interface TwilioAccount {
  /** Begins with `AC`. */
  readonly accountSid: string;
  /** The account's own password. Needed where there is no API key. */
  readonly authToken?: string | undefined;
  /** An API key, beginning with `SK`, and its secret: they send in place of the auth token where they are given, and can be taken back alone. */
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
  /** The sender: a number of the account in E.164, a short code, or a name of at most 11 letters and digits. */
  readonly from?: string | undefined;
  /** In place of `from`: the messaging service, beginning with `MG`, that chooses the sender. */
  readonly messagingServiceSid?: string | undefined;
}

type Word = keyof TwilioAccount;

const optionWords: Readonly<Record<Word, string>> = {
  accountSid: "accountSid",
  authToken: "authToken",
  apiKey: "apiKey",
  apiSecret: "apiSecret",
  from: "from",
  messagingServiceSid: "messagingServiceSid",
};

/**
 * What keeps an account from being used, one sentence each. No value is repeated: it may be a secret in the wrong place.
 * @param words what the problems call the parts; by default as the options do
 */
export function twilioAccountProblems(account: Partial<TwilioAccount>, words = optionWords): string[] {
  const { accountSid, authToken, apiKey, apiSecret, from, messagingServiceSid } = account;
  const problems: string[] = [];
  const check = (word: Word, right: boolean, problem: string): void => {
    if (!right) problems.push(`${words[word]}: ${problem}`);
  };
  check("accountSid", isSid("AC", accountSid), "must be the account's SID: AC and 32 hexadecimal digits");
  if (apiKey === undefined && apiSecret === undefined)
    check(
      "authToken",
      isSecret(authToken),
      `is missing or holds a space or line break; give it, or ${words.apiKey} and ${words.apiSecret}`,
    );
  else {
    check("apiKey", isSid("SK", apiKey), "must be the API key's SID: SK and 32 hexadecimal digits");
    check("apiSecret", isSecret(apiSecret), "is missing or holds a space or line break: copy the secret of the API key again");
  }
  if (from !== undefined && messagingServiceSid !== undefined)
    problems.push(`${words.from} and ${words.messagingServiceSid}: give one of them, not both`);
  else if (messagingServiceSid !== undefined)
    check("messagingServiceSid", isSid("MG", messagingServiceSid), "must be the SID of a messaging service: MG and 32 hexadecimal digits");
  else
    check(
      "from",
      isTwilioSender(from),
      `must be a number such as +14155550100, a short code, or a name of at most 11 letters and digits; or give ${words.messagingServiceSid}`,
    );
  return problems;
}

function isSid(prefix: string, text: unknown): boolean {
  return typeof text === "string" && text.startsWith(prefix) && /^[0-9a-fA-F]{32}$/.test(text.slice(prefix.length));
}

function isSecret(text: unknown): boolean {
  return typeof text === "string" && /^[\x21-\x7e]+$/.test(text);
}

/** E.164, a short code, or an alphanumeric sender: with a letter, and of what Twilio takes there. */
export function isTwilioSender(text: unknown): boolean {
  return typeof text === "string" && /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11})$/.test(text);
}
