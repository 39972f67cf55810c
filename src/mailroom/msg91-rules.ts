import { checkPhoneNumber } from "../define/address.ts";
import type { Refusal } from "./counter.ts";
import type { Fault } from "./fault.ts";
import type { MessageParts } from "./record.ts";

/** A request to send an approved text, whichever of the two addresses it came to. */
export interface Msg91Request {
  readonly authkey: string;
  readonly template: unknown;
  /** One for each who gets it: `mobiles`, and the values of the text's holes. */
  readonly recipients: readonly Readonly<Record<string, unknown>>[];
}

/**
 * What MSG91 says, by its legacy codes where it has one for it.
 * Source: MSG91's page on error codes, as the package tesark/msg91-php repeats it.
 */
const words: Readonly<Record<string, string>> = {
  101: "Missing mobile no.",
  106: "Missing Authentication Key",
  202: "Invalid mobile number",
  203: "Invalid sender ID",
  207: "Invalid authentication key",
  208: "IP is blacklisted",
  301: "Insufficient balance to send SMS",
  302: "Expired user account",
  303: "Banned user account",
  306: "This route is currently unavailable",
  310: "SMS is too long",
  311: "Request discarded because same request was generated twice within 10 seconds",
  418: "IP is not whitelisted",
  505: "Your account is a demo account",
  506: "Small campaign limit exceeded",
};

/** What is wrong with a request; MSG91 names one fault at a time. Undefined: nothing. Pure. */
export function msg91Refusal({ authkey, template, recipients }: Msg91Request): Refusal | undefined {
  if (authkey === "") return coded("106");
  if (!/^[\w-]{1,100}$/.test(authkey)) return coded("207");
  if (typeof template !== "string" || template === "") return refused("template id missing");
  if (recipients.length === 0) return coded("101");
  for (const { mobiles, ...values } of recipients) {
    if (mobiles === undefined || mobiles === "") return coded("101");
    if (mobileOf(mobiles) === undefined) return coded("202");
    if (!Object.values(values).every((value) => typeof value === "string" || typeof value === "number"))
      return refused("Invalid variable value");
  }
  return undefined;
}

/** A number as MSG91 wants it, with its country's code and without a plus, in E.164. */
export function mobileOf(mobile: unknown): string | undefined {
  const plain = typeof mobile === "number" ? String(mobile) : mobile;
  const checked = checkPhoneNumber(`+${String(plain)}`);
  return "address" in checked ? checked.address : undefined;
}

/** Errors have the HTTP status 200, unless the request did not get as far as MSG91's rules. */
export function refused(message: string, status = 200): Refusal {
  return { status, body: { type: "error", message }, reason: message };
}

function coded(code: string, said = words[code] ?? "scripted fault"): Refusal {
  return { status: 200, body: { type: "error", message: said, code }, reason: `${code} ${said}` };
}

/** MSG91's error for a fault that was scripted: its code may begin the message, as in `"301 no balance"`. */
export function msg91Struck({ status = 200, bounce, message }: Fault): Refusal {
  const [, code, said] = /^(\d{3})(?: +(.+))?$/s.exec(message ?? "") ?? [];
  if (code !== undefined) return coded(code, said);
  return bounce ? coded("202", message) : refused(message ?? "scripted fault", status);
}

/** The parts of a request, right or wrong. The text is MSG91's own: what is known of it is what the client says, or the values. */
export function msg91Parts({ template, recipients }: Msg91Request, preview: string | undefined): MessageParts {
  const [first] = recipients;
  const values = Object.entries(first ?? {}).filter(([name]) => name !== "mobiles");
  return {
    from: "MSG91",
    to: recipients.flatMap(({ mobiles }) => (mobiles === undefined ? [] : [mobileOf(mobiles) ?? String(mobiles)])),
    text: preview ?? [`template ${String(template)}`, ...values.map(([name, value]) => `${name}: ${String(value)}`)].join("\n"),
    headers: [],
    attachments: [],
    request: { template_id: template, recipients },
  };
}
