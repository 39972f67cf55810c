import { systemClock } from "../base/clock.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { PushMessage } from "../define/message.ts";
import type { ApiOptions } from "./api-options.ts";
import { apiTries } from "./api-try.ts";
import { baseUrlProblem } from "./base-url.ts";
import { type FcmAccount, fcmAccount, type FcmServiceAccount } from "./fcm-account.ts";
import { fcmOutcome, isTokenRefused } from "./fcm-outcomes.ts";
import { googleTokens } from "./google-token.ts";
import { mailroomHeaders } from "./mailroom-headers.ts";
import { outcomeTableProblems } from "./outcome-table.ts";
import type { Provider } from "./provider.ts";
import { pushMark } from "./push-payload.ts";

export interface FcmOptions extends ApiOptions {
  /** The key file of a service account that may send, as JSON or read. */
  readonly serviceAccount: string | FcmServiceAccount;
  /** Where tokens are fetched. Default `https://oauth2.googleapis.com/token`; what the key file says is not asked. */
  readonly tokenUrl?: string | undefined;
}

/**
 * Firebase Cloud Messaging, by its HTTP API v1.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the service account, the base URLs or the outcomes
 */
export function fcmProvider(options: FcmOptions): Provider<PushMessage> {
  const { name = "fcm", clock = systemClock, outcomes } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const { account, base, tokenUrl } = checkedOptions(options, name);
  const tokens = googleTokens({ account, url: tokenUrl, timeout, clock });
  const tries = apiTries(base, { timeout });
  const url = `${base.href.replace(/\/$/, "")}/v1/projects/${encodeURIComponent(account.project)}/messages:send`;

  return {
    name,
    send: (message, attempt) =>
      tries.make(attempt.signal, async ({ post, signal }) => {
        const body = JSON.stringify({ message: fcmMessage(message, pushMark(attempt.deliveryId)) });
        const send = (token: string) =>
          post({
            url,
            headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...mailroomHeaders(base, attempt) },
            body,
          });
        const first = await tokens.get(signal);
        if ("outcome" in first) return first.outcome;
        const answer = await send(first.token);
        if (!isTokenRefused(answer)) return fcmOutcome(answer, { now: clock.now(), outcomes });
        // A token can end before its time. What was refused for it was not accepted.
        tokens.forget(first.token);
        const second = await tokens.get(signal);
        return "outcome" in second ? second.outcome : fcmOutcome(await send(second.token), { now: clock.now(), outcomes });
      }),
    async close() {
      tries.close();
      tokens.close();
    },
  };
}

/** Where there is a title of one's own for a platform, it wins over the shared one: only the mark is said there. */
function fcmMessage({ to, title, body, link }: PushMessage, mark: string): object {
  // FCM refuses any other link there.
  const opens = link !== undefined && URL.parse(link)?.protocol === "https:" ? { fcm_options: { link } } : {};
  return {
    token: to,
    notification: { title, body },
    ...(link === undefined ? {} : { data: { link } }),
    android: { priority: "high", notification: { tag: mark } },
    apns: { headers: { "apns-collapse-id": mark } },
    webpush: { notification: { tag: mark }, ...opens },
  };
}

function checkedOptions(options: FcmOptions, name: string): { account: FcmAccount; base: URL; tokenUrl: URL } {
  const { serviceAccount, baseUrl = "https://fcm.googleapis.com", tokenUrl = "https://oauth2.googleapis.com/token", outcomes } = options;
  const account = fcmAccount(serviceAccount);
  const problems = [
    ...("problems" in account ? account.problems : []),
    ...[baseUrlProblem(baseUrl, "its tokens")].filter((problem) => problem !== undefined),
    ...[baseUrlProblem(tokenUrl, "its assertions")].filter((problem) => problem !== undefined),
    ...outcomeTableProblems(outcomes ?? {}),
  ];
  if (problems.length === 0 && !("problems" in account)) return { account, base: new URL(baseUrl), tokenUrl: new URL(tokenUrl) };
  throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, {
    problems: problems.map((problem) => `${name}: ${problem}`),
  });
}
