import { BusbarError } from "../base/errors.ts";
import { checkPhoneNumber } from "../define/address.ts";
import { inAllLocales, inLocale } from "../define/locale.ts";
import type { WhatsappMessage } from "../define/message.ts";
import { type AnyRoute, isMessageRoute } from "../define/route.ts";
import type { WhatsappTemplate } from "../define/whatsapp-template.ts";
import type { ChainBreakers } from "../providers/failover.ts";
import type { Provider } from "../providers/provider.ts";
import { type Channel, UnrenderableDelivery } from "./channel.ts";
import { type SendMode, sendSwitch, switchProblems } from "./send-mode.ts";
import { countryFinder, countryProblem, countryProblems } from "./sms-countries.ts";
import { compileTexts } from "./text-content.ts";

export interface WhatsappChannelOptions {
  /** The real providers, the first one first. */
  readonly live?: readonly Provider<WhatsappMessage>[];
  /** The same adapters, talking to the mailroom. */
  readonly mailroom: readonly Provider<WhatsappMessage>[];
  readonly mode: SendMode;
  /** The only countries that are sent to, ISO 3166-1 alpha-2. Default: all. */
  readonly countries?: readonly string[] | undefined;
  /** What keeps templates from being sent by the providers that are there, one sentence each. Default: nothing does. */
  readonly templateProblems?: ((templates: readonly WhatsappTemplate[]) => readonly string[]) | undefined;
  /** The circuits of the providers. Default: none. */
  readonly breakers?: ChainBreakers | undefined;
}

type Fill = (data: unknown) => Pick<WhatsappMessage, "text" | "parameters">;

/**
 * The WhatsApp channel: what a provider is sent is the name of an approved template and its parameters. It goes to the real providers
 * or to the mailroom; neither is ever the fallback of the other.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function whatsappChannel(options: WhatsappChannelOptions): Channel<WhatsappMessage> {
  const { live = [], mailroom, mode, countries, templateProblems = () => [], breakers } = options;
  const problems = [
    ...switchProblems({ mode, live: live as never, mailroom: mailroom as never }),
    ...countryProblems(countries ?? []).map((problem) => `channels.whatsapp.${problem}`),
  ];
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The WhatsApp channel cannot be used:", { problems });
  const way = sendSwitch({ live, mailroom, mode, breakers });
  const compiled = new Map<WhatsappTemplate, Fill>();

  const prepare = async (routes: readonly AnyRoute[]): Promise<void> => {
    const templates = [...new Set(routes.flatMap(templateOf).flatMap(inAllLocales))].filter((template) => !compiled.has(template));
    const results = await Promise.all(templates.map(compileTexts));
    const wrong = [...results.flatMap((result) => ("problems" in result ? result.problems : [])), ...templateProblems(templates)];
    if (wrong.length > 0) throw new BusbarError("INVALID_DEFINITION", "WhatsApp templates cannot be used:", { problems: wrong });
    for (const [index, result] of results.entries())
      if ("fill" in result)
        compiled.set(templates[index]!, (data) => ({ text: result.fill(data)["body"]!, parameters: result.parameters(data) }));
  };

  return {
    name: "whatsapp",
    prepare,
    async render(route, delivery) {
      const checked = checkPhoneNumber(delivery.to);
      if ("problem" in checked) throw new UnrenderableDelivery(checked.problem);
      const setting = "channels.whatsapp.countries";
      const foreign = countries && countryProblem(checked.address, { countries, countryOf: await countryFinder(), setting });
      if (foreign !== undefined) throw new UnrenderableDelivery(foreign);
      const [own] = templateOf(route);
      if (own === undefined) throw new UnrenderableDelivery(`route "${route.name}" has no WhatsApp template`);
      const template = inLocale(own, delivery.locale);
      if (!compiled.has(template)) await prepare([route]);
      const { approvedAs, language } = template;
      return { to: checked.address, template: { approvedAs, language }, ...compiled.get(template)!(delivery.data) };
    },
    fields: ({ template: { approvedAs, language }, text }) => ({ template: `${approvedAs} (${language})`, text }),
    send: (message, attempt) => way.send(message.to, message, attempt),
    close: way.close,
  };
}

function templateOf(route: AnyRoute): WhatsappTemplate[] {
  return isMessageRoute(route) && route.channel === "whatsapp" ? [route.template as WhatsappTemplate] : [];
}
