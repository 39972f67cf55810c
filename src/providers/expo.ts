import { systemClock } from "../base/clock.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { PushMessage } from "../define/message.ts";
import type { ApiOptions } from "./api-options.ts";
import { apiTries } from "./api-try.ts";
import { baseUrlProblem } from "./base-url.ts";
import { expoOutcome } from "./expo-outcomes.ts";
import { mailroomHeaders } from "./mailroom-headers.ts";
import { outcomeTableProblems } from "./outcome-table.ts";
import type { Provider } from "./provider.ts";
import { pushMark } from "./push-payload.ts";

export interface ExpoOptions extends ApiOptions {
  /** Needed where the project has "enhanced security for push notifications". Default: none is sent. */
  readonly accessToken?: string | undefined;
}

/**
 * Expo's push service, one message a request. The id of a message is that of its ticket: whether the device got it stands in the
 * receipt, about a quarter of an hour later.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the access token, the base URL or the outcomes
 */
export function expoProvider(options: ExpoOptions = {}): Provider<PushMessage> {
  const { accessToken, name = "expo", clock = systemClock, outcomes } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const base = checkedBase(options, name);
  const tries = apiTries(base, { timeout });
  const url = `${base.href.replace(/\/$/, "")}/--/api/v2/push/send`;

  return {
    name,
    send: (message, attempt) =>
      tries.make(attempt.signal, async ({ post }) => {
        const answer = await post({
          url,
          headers: {
            "content-type": "application/json",
            accept: "application/json",
            ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
            ...mailroomHeaders(base, attempt),
          },
          body: JSON.stringify([expoMessage(message, pushMark(attempt.deliveryId))]),
        });
        return expoOutcome(answer, { to: message.to, now: clock.now(), outcomes });
      }),
    async close() {
      tries.close();
    },
  };
}

function expoMessage({ to, title, body, link }: PushMessage, mark: string): object {
  return { to, title, body, ...(link === undefined ? {} : { data: { link } }), priority: "high", tag: mark, collapseId: mark };
}

/**
 * What keeps an access token from being used, one sentence each. It is not repeated.
 * @param word what the problems call it; by default as the options do
 */
export function expoProblems(accessToken: unknown, word = "accessToken"): string[] {
  return accessToken === undefined || (typeof accessToken === "string" && /^[\x21-\x7e]+$/.test(accessToken))
    ? []
    : [`${word}: is empty or holds a space or line break: copy the access token of Expo again, or leave it out`];
}

function checkedBase({ accessToken, baseUrl = "https://exp.host", outcomes }: ExpoOptions, name: string): URL {
  const problems = [
    ...expoProblems(accessToken),
    ...[baseUrlProblem(baseUrl, "the access token")].filter((problem) => problem !== undefined),
    ...outcomeTableProblems(outcomes ?? {}),
  ];
  if (problems.length === 0) return new URL(baseUrl);
  throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, {
    problems: problems.map((problem) => `${name}: ${problem}`),
  });
}
