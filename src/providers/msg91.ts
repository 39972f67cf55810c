import { systemClock } from "../base/clock.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { FilledTemplate, SmsMessage } from "../define/message.ts";
import type { ApiOptions } from "./api-options.ts";
import { apiTries } from "./api-try.ts";
import { baseUrlProblem } from "./base-url.ts";
import { mailroomHeaders } from "./mailroom-headers.ts";
import { type Msg91Account, msg91Problems, type Msg91Template, msg91Template, unknownTemplate } from "./msg91-account.ts";
import { msg91Outcome } from "./msg91-outcomes.ts";
import { outcomeTableProblems } from "./outcome-table.ts";
import type { Provider } from "./provider.ts";

export interface Msg91Options extends Msg91Account, ApiOptions {
  /** A template without an id is sent by its own name: the mailroom takes any. */
  readonly anyTemplate?: boolean;
}

/**
 * MSG91, asked without an SDK: its own has no place for another address. It holds the approved text, and is sent the values; the text of
 * our template is what people see here. Its id of a message is that of the request.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the account, the base URL or the outcomes
 */
export function msg91Provider(options: Msg91Options): Provider<SmsMessage> {
  const { authKey, templates, name = "msg91", clock = systemClock, outcomes, anyTemplate = false } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const base = checkedBase(options, name);
  const tries = apiTries(base, { timeout });
  const root = base.href.replace(/\/$/, "");

  return {
    name,
    async send({ to, text, template }, attempt) {
      if (template === undefined) return { kind: "reject", reason: "MSG91 sends templates alone, and this text is of none" };
      const own = Object.hasOwn(templates, template.name) ? templates[template.name] : undefined;
      const known = own ?? (anyTemplate ? template.name : undefined);
      // Another provider of the channel may carry it.
      if (known === undefined)
        return { kind: "retry", scope: "recipient", reason: unknownTemplate(template.name, "templates, MSG91_TEMPLATES") };
      const request = requestOf(msg91Template(known), { to, template });
      if ("problem" in request) return { kind: "reject", reason: request.problem };
      return tries.make(attempt.signal, async ({ post }) => {
        const headers = { "content-type": "application/json", authkey: authKey, ...mailroomHeaders(base, attempt, text) };
        const answer = await post({ url: `${root}${request.path}`, headers, body: JSON.stringify(request.json) });
        return msg91Outcome(answer, { to, now: clock.now(), outcomes });
      });
    },
    async close() {
      tries.close();
    },
  };
}

/**
 * Source: MSG91's pages on the flow API and the OTP API, v5: what is MSG91's own stands in the address of the latter, and the values of
 * the text in the body. A number goes without its plus.
 */
function requestOf(
  { id, otp }: Msg91Template,
  { to, template: { name, values } }: { readonly to: string; readonly template: FilledTemplate },
): { readonly path: string; readonly json: object } | { readonly problem: string } {
  const mobile = to.replace(/^\+/, "");
  if (otp === undefined)
    // No value takes the place of the number.
    return { path: "/api/v5/flow", json: { template_id: id, short_url: "0", recipients: [{ ...values, mobiles: mobile }] } };
  const code = Object.hasOwn(values, otp) ? values[otp] : undefined;
  // Without a code, MSG91 would make one up that nobody here knows.
  if (code === undefined || code === "") return { problem: `template ${JSON.stringify(name)} has no value ${otp} to be its OTP at MSG91` };
  const query = new URLSearchParams({ template_id: id, mobile, otp: code });
  const others = Object.entries(values).filter(([value]) => value !== otp && !ownWords.has(value));
  return { path: `/api/v5/otp?${query.toString()}`, json: Object.fromEntries(others) };
}

/** Of the OTP API: no value takes their place. */
const ownWords: ReadonlySet<string> = new Set(["authkey", "template_id", "mobile", "otp", "otp_length", "otp_expiry"]);

function checkedBase(options: Msg91Options, name: string): URL {
  const { baseUrl = "https://control.msg91.com", outcomes = {} } = options;
  const wrong = baseUrlProblem(baseUrl, "the auth key");
  const problems = [...msg91Problems(options), ...(wrong === undefined ? [] : [wrong]), ...outcomeTableProblems(outcomes)];
  if (problems.length === 0) return new URL(baseUrl);
  throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, {
    problems: problems.map((problem) => `${name}: ${problem}`),
  });
}
