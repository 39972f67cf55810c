import { systemClock } from "../base/clock.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { WhatsappMessage } from "../define/message.ts";
import type { ApiOptions } from "./api-options.ts";
import { apiTries } from "./api-try.ts";
import { baseUrlProblem } from "./base-url.ts";
import { mailroomHeaders } from "./mailroom-headers.ts";
import { metaOutcome } from "./meta-outcomes.ts";
import { outcomeTableProblems } from "./outcome-table.ts";
import type { Provider } from "./provider.ts";

/** Whose number of WhatsApp's Cloud API sends. */
export interface MetaAccount {
  /** Best that of a system user, which does not end by itself. */
  readonly accessToken: string;
  /** The id, not the number, of the phone number that sends: digits. */
  readonly phoneNumberId: string;
}

export interface MetaOptions extends MetaAccount, ApiOptions {
  /** Of the Graph API. Default `v23.0`. */
  readonly version?: string | undefined;
}

/**
 * WhatsApp by Meta's Cloud API: templates alone, with positional parameters. A receipt that comes later names the delivery
 * (`biz_opaque_callback_data`).
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the token, the id, the version, the base URL or the outcomes
 */
export function metaProvider(options: MetaOptions): Provider<WhatsappMessage> {
  const { accessToken, phoneNumberId, version = "v23.0", name = "meta", clock = systemClock, outcomes } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const base = checkedBase({ ...options, version }, name);
  const tries = apiTries(base, { timeout });
  const url = `${base.href.replace(/\/$/, "")}/${version}/${phoneNumberId}/messages`;

  return {
    name,
    send: (message, attempt) =>
      tries.make(attempt.signal, async ({ post }) => {
        const answer = await post({
          url,
          headers: {
            "content-type": "application/json",
            authorization: `Bearer ${accessToken}`,
            ...mailroomHeaders(base, attempt, message.text),
          },
          body: JSON.stringify(metaMessage(message, attempt.reference ?? attempt.deliveryId)),
        });
        return metaOutcome(answer, { to: message.to, now: clock.now(), outcomes });
      }),
    async close() {
      tries.close();
    },
  };
}

function metaMessage({ to, template, parameters }: WhatsappMessage, reference: string): object {
  const texts = parameters.map(({ value }) => ({ type: "text", text: value }));
  return {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    // With its plus: without one, Meta may take it for a number of the sender's country.
    to,
    type: "template",
    template: {
      name: template.approvedAs,
      language: { code: template.language },
      ...(texts.length === 0 ? {} : { components: [{ type: "body", parameters: texts }] }),
    },
    biz_opaque_callback_data: reference,
  };
}

const optionWords = { accessToken: "accessToken", phoneNumberId: "phoneNumberId" } as const;

/**
 * What keeps an account from being used, one sentence each. No value is repeated: it may be a secret in the wrong place.
 * @param words what the problems call the parts; by default as the options do
 */
export function metaProblems(
  { accessToken, phoneNumberId }: Partial<MetaAccount>,
  words: Readonly<Record<keyof MetaAccount, string>> = optionWords,
): string[] {
  const problems: string[] = [];
  if (typeof accessToken !== "string" || !/^[\x21-\x7e]+$/.test(accessToken))
    problems.push(`${words.accessToken}: is missing or holds a space or line break: copy the access token of the Cloud API again`);
  if (typeof phoneNumberId !== "string" || !/^\d{1,30}$/.test(phoneNumberId))
    problems.push(`${words.phoneNumberId}: must be the id of the phone number that sends, digits alone, and not the number itself`);
  return problems;
}

function checkedBase(options: MetaOptions & { readonly version: string }, name: string): URL {
  const { version, baseUrl = "https://graph.facebook.com", outcomes } = options;
  const problems = [
    ...metaProblems(options),
    ...(/^v\d{1,3}\.\d$/.test(version) ? [] : [`version: ${JSON.stringify(version)} is none such as v23.0`]),
    ...[baseUrlProblem(baseUrl, "the access token")].filter((problem) => problem !== undefined),
    ...outcomeTableProblems(outcomes ?? {}),
  ];
  if (problems.length === 0) return new URL(baseUrl);
  throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, {
    problems: problems.map((problem) => `${name}: ${problem}`),
  });
}
