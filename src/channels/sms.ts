import type { Clock } from "../base/clock.ts";
import { BusbarError } from "../base/errors.ts";
import { checkPhoneNumber } from "../define/address.ts";
import { inAllLocales, inLocale } from "../define/locale.ts";
import type { SmsMessage } from "../define/message.ts";
import { type AnyRoute, isMessageRoute } from "../define/route.ts";
import type { SmsTemplate } from "../define/sms-template.ts";
import type { ChainBreakers } from "../providers/failover.ts";
import type { Provider } from "../providers/provider.ts";
import { type Channel, type SendResult, UnrenderableDelivery } from "./channel.ts";
import { type SendMode, sendSwitch, switchProblems } from "./send-mode.ts";
import { capProblems, type SmsCaps, smsCaps, type SmsCounts } from "./sms-caps.ts";
import { countryFinder, countryProblem, countryProblems } from "./sms-countries.ts";
import { smsSegments } from "./sms-segments.ts";
import { filledTemplate } from "./template-values.ts";
import { compileTexts } from "./text-content.ts";

export interface SmsChannelOptions {
  /** The real providers, the first one first. */
  readonly live?: readonly Provider<SmsMessage>[];
  /** The same adapters, talking to the mailroom. */
  readonly mailroom: readonly Provider<SmsMessage>[];
  readonly mode: SendMode;
  /** A longer text is not sent. Default {@link defaultMaxSegments}. */
  readonly maxSegments?: number;
  /** The only countries that are sent to, ISO 3166-1 alpha-2. Default: all. */
  readonly countries?: readonly string[];
  /**
   * What keeps templates from being sent by the providers that are there, one sentence each: for those that hold the approved texts
   * themselves. Default: nothing does.
   */
  readonly templateProblems?: ((templates: readonly SmsTemplate[]) => readonly string[]) | undefined;
  /** How many may be sent in a time, and who counts them (default: nobody, for those who send nothing). Default: any number. */
  readonly caps?: { readonly words: SmsCaps; readonly counts: SmsCounts | undefined; readonly clock: Clock };
  /** The circuits of the providers. Default: none. */
  readonly breakers?: ChainBreakers | undefined;
}

/** What it costs is paid by the segment. Ten are 1,530 characters of GSM-7 or 670 of others, and Twilio takes 1,600 at most. */
export const defaultMaxSegments = 10;

type Fill = (data: unknown) => string;

/**
 * The SMS channel. A text goes to the real providers or to the mailroom; neither is ever the fallback of the other.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function smsChannel(options: SmsChannelOptions): Channel<SmsMessage> {
  const { live = [], mailroom, mode, maxSegments = defaultMaxSegments, countries, templateProblems = () => [], breakers, caps } = options;
  const problems = [...switchProblems({ mode, live: live as never, mailroom: mailroom as never }), ...limitProblems(options)];
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The SMS channel cannot be used:", { problems });
  const way = sendSwitch({ live, mailroom, mode, breakers });
  const capped = caps?.counts && smsCaps({ ...caps, caps: caps.words, counts: caps.counts, countries: countryFinder });
  const compiled = new Map<SmsTemplate, Fill>();

  const prepare = async (routes: readonly AnyRoute[]): Promise<void> => {
    const templates = [...new Set(routes.flatMap(templateOf).flatMap(inAllLocales))].filter((template) => !compiled.has(template));
    const results = await Promise.all(templates.map(compileTexts));
    const wrong = [...results.flatMap((result) => ("problems" in result ? result.problems : [])), ...templateProblems(templates)];
    if (wrong.length > 0) throw new BusbarError("INVALID_DEFINITION", "SMS templates cannot be used:", { problems: wrong });
    for (const [index, result] of results.entries())
      if ("fill" in result) compiled.set(templates[index]!, (data) => result.fill(data)["text"]!);
  };

  return {
    name: "sms",
    prepare,
    async render(route, delivery) {
      const checked = checkPhoneNumber(delivery.to);
      if ("problem" in checked) throw new UnrenderableDelivery(checked.problem);
      const foreign = countries && countryProblem(checked.address, { countries, countryOf: await countryFinder() });
      if (foreign !== undefined) throw new UnrenderableDelivery(foreign);
      const [own] = templateOf(route);
      if (own === undefined) throw new UnrenderableDelivery(`route "${route.name}" has no SMS template`);
      const template = inLocale(own, delivery.locale);
      if (!compiled.has(template)) await prepare([route]);
      const text = compiled.get(template)!(delivery.data);
      const { segments, encoding } = smsSegments(text);
      if (segments > maxSegments)
        throw new UnrenderableDelivery(
          `Template "${template.name}": the text takes ${segments} segments of ${encoding}, more than ${maxSegments} (channels.sms.maxSegments): say less`,
        );
      return { to: checked.address, text, template: filledTemplate(template, delivery.data) };
    },
    fields: ({ text }) => ({ text }),
    send(message, attempt) {
      const send = (): Promise<SendResult> => way.send(message.to, message, attempt);
      return capped === undefined ? send() : capped(message.to, send);
    },
    close: way.close,
  };
}

function templateOf(route: AnyRoute): SmsTemplate[] {
  return isMessageRoute(route) && route.channel === "sms" ? [route.template as SmsTemplate] : [];
}

function limitProblems({ maxSegments = defaultMaxSegments, countries, caps }: SmsChannelOptions): string[] {
  const problems = [...countryProblems(countries ?? []), ...(caps === undefined ? [] : capProblems(caps.words))];
  if (!Number.isInteger(maxSegments) || maxSegments < 1) problems.push(`maxSegments: must be a whole number from 1, not ${maxSegments}`);
  if (countries?.length === 0) problems.push("countries: names none: leave it out, and all are sent to; or switch the channel off");
  return problems.map((problem) => `channels.sms.${problem}`);
}
