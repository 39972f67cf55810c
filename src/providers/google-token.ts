import type { Clock } from "../base/clock.ts";
import type { Outcome } from "../define/outcome.ts";
import { apiTries } from "./api-try.ts";
import type { FcmAccount } from "./fcm-account.ts";
import { googleTokenOutcome } from "./fcm-outcomes.ts";
import { jsonObject, textOf } from "./outcome-row.ts";

/** A token to ask Google's APIs with, or what asking for one came to. */
export type GoogleToken = { readonly token: string } | { readonly outcome: Outcome };

/**
 * The life of a token: fetched when the first message wants one, once for all that want it at that time; kept until shortly before it
 * ends; forgotten when Google refuses it. A failure is told to those who waited, and the next message asks again.
 */
export interface GoogleTokens {
  /** Does not throw. When `signal` aborts, only the waiting ends: the fetch is for others too. */
  get(signal: AbortSignal): Promise<GoogleToken>;
  /** Forgets a token, unless another one has taken its place. */
  forget(token: string): void;
  close(): void;
}

export interface GoogleTokensOptions {
  readonly account: FcmAccount;
  /** Where tokens are fetched. */
  readonly url: URL;
  /** Milliseconds that a fetch may take. */
  readonly timeout: number;
  readonly clock: Clock;
}

const scope = "https://www.googleapis.com/auth/firebase.messaging";
/** Whom an assertion is for: always this, wherever it is sent. */
const audience = "https://oauth2.googleapis.com/token";
/** Seconds that an assertion holds: the longest that Google takes. Its tokens hold as long, unless it says otherwise. */
const lifetime = 3_600;
/** A token is renewed so long before it ends, milliseconds: what was just sent with it must arrive in its time. */
const margin = 300_000;

export function googleTokens({ account, url, timeout, clock }: GoogleTokensOptions): GoogleTokens {
  // No message is in the request: where no answer comes, it is made again.
  const tries = apiTries(url, { timeout, harmless: true });
  let kept: { readonly token: string; readonly until: number } | undefined;
  let underWay: Promise<GoogleToken> | undefined;

  const fetchToken = async (): Promise<GoogleToken> => {
    const now = clock.now();
    const outcome = await tries.make(new AbortController().signal, async ({ post }) => {
      const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: assertion(account, now) };
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await post({ url: url.href, headers, body: new URLSearchParams(form).toString() });
      const { access_token: given, expires_in: seconds } = jsonObject(answer.body);
      const token = answer.status === 200 ? textOf(given) : undefined;
      if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) return googleTokenOutcome(answer, now);
      const life = (typeof seconds === "number" && seconds > 0 ? seconds : lifetime) * 1_000;
      kept = { token, until: now + Math.max(life - margin, life / 2) };
      return { kind: "sent", messageId: token };
    });
    return outcome.kind === "sent" ? { token: outcome.messageId! } : { outcome };
  };

  return {
    async get(signal) {
      if (kept !== undefined && clock.now() < kept.until) return { token: kept.token };
      underWay ??= fetchToken().finally(() => (underWay = undefined));
      return unlessStopped(underWay, signal);
    },
    forget(token) {
      if (kept?.token === token) kept = undefined;
    },
    close: () => tries.close(),
  };
}

/** RFC 7523, as Google wants it of service accounts. */
function assertion({ email, sign }: FcmAccount, now: number): string {
  const issued = Math.floor(now / 1_000);
  const parts = [
    { alg: "RS256", typ: "JWT" },
    { iss: email, scope, aud: audience, iat: issued, exp: issued + lifetime },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${sign(text)}`;
}

function unlessStopped(token: Promise<GoogleToken>, signal: AbortSignal): Promise<GoogleToken> {
  return new Promise((resolve) => {
    const stop = (): void => resolve({ outcome: { kind: "retry", reason: "no token of Google's came in the time of the try" } });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    void token.then(resolve).finally(() => signal.removeEventListener("abort", stop));
  });
}
