import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { judgedAs, type Refusal, vendorCounter } from "./counter.ts";
import { previewOf, toldBy } from "./told.ts";
import { isWhatsappForm, twilioMessage, type TwilioMessageResource, twilioParts } from "./twilio-message.ts";
import { isTwilioUser, type TwilioError, twilioError, twilioFaultError, twilioMessageError } from "./twilio-rules.ts";
import type { VendorOptions } from "./vendor.ts";

interface ByAccount {
  readonly Params: { readonly account: string; readonly message: string };
}

const mostBytes = 256 * 1024;
/** As many messages can be asked for again. */
const mostKept = 500;

/**
 * Twilio's API 2010-04-01 as far as messages go, SMS and WhatsApp: `POST …/Messages.json` creates one, `GET …/Messages/{sid}.json`
 * shows it again. Any account or API key with any secret is right.
 */
export function twilioRoutes(app: FastifyInstance, options: VendorOptions): void {
  const kept = new Map<string, TwilioMessageResource>(); // oldest first
  const { take, refuse, answerRest } = vendorCounter(
    {
      provider: "twilio",
      channel: "sms",
      refusal: (status, message) => refusalOf(restErrors[status] ?? { code: 20_001, message, status }),
      struck: (fault, channel) => refusalOf(twilioFaultError(fault, channel)),
    },
    options,
  );

  app.post<ByAccount>("/Accounts/:account/Messages.json", { bodyLimit: mostBytes }, (request, reply) => {
    const form = new URLSearchParams(request.body instanceof Buffer ? request.body.toString() : "");
    const error = requestError(request, form);
    const preview = previewOf(request.headers);
    const channel = isWhatsappForm(form) ? "whatsapp" : "sms";
    const { account } = request.params;
    const parts = { ...twilioParts(form, preview), account, ...toldBy(request.headers) };
    const refusal = error === undefined ? undefined : refusalOf(error);
    const judged = judgedAs({ channel, parts, refusal }, () => {
      const sid = `SM${randomBytes(16).toString("hex")}`;
      const body = twilioMessage({ sid, account, form, preview, now: options.clock.now() });
      keep(body);
      return { status: 201, body, messageId: sid };
    });
    return take(request, reply, judged);
  });

  app.get<ByAccount>("/Accounts/:account/Messages/:message.json", (request, reply) => {
    const { account, message } = request.params;
    const found = kept.get(message);
    if (!isTwilioUser(request.headers.authorization)) return refuse(request, reply, refusalOf(twilioError("unauthorized")));
    return found?.["account_sid"] === account ? reply.send(found) : refuse(request, reply, refusalOf(twilioError("notFound")));
  });

  const keep = (message: TwilioMessageResource): void => {
    kept.set(message.sid, message);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
  };
  answerRest(app, /\/Messages\.json$/);
}

function requestError({ headers, params }: FastifyRequest<ByAccount>, form: URLSearchParams): TwilioError | undefined {
  if (!isTwilioUser(headers.authorization)) return twilioError("unauthorized");
  if (!/^AC[0-9a-fA-F]{32}$/.test(params.account)) return twilioError("notFound");
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "")) return twilioError("unreadable");
  return twilioMessageError(form);
}

const restErrors: Readonly<Record<number, TwilioError>> = {
  404: twilioError("notFound"),
  405: twilioError("noMethod"),
  413: twilioError("tooLarge"),
  500: twilioError("internal"),
};

function refusalOf({ code, message, status }: TwilioError): Refusal {
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  return { status, body, reason: `${code} ${message}` };
}
