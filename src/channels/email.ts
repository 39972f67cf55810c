import { BusbarError } from "../base/errors.ts";
import { checkEmailAddress } from "../define/address.ts";
import { inAllLocales, inLocale } from "../define/locale.ts";
import type { EmailMessage, EmailSender } from "../define/message.ts";
import { type AnyRoute, categoryOf, isMessageRoute } from "../define/route.ts";
import type { EmailTemplate } from "../define/email-template.ts";
import type { ChainBreakers } from "../providers/failover.ts";
import type { Provider } from "../providers/provider.ts";
import { type Channel, UnrenderableDelivery } from "./channel.ts";
import { compileEmails, type EmailContent, type EmailLinks, hasHole } from "./email-content.ts";
import type { ReaderLinks } from "./reader-links.ts";
import { type SendMode, sendSwitch, switchProblems } from "./send-mode.ts";

export interface EmailChannelOptions {
  readonly from: EmailSender;
  /** The real providers, the first one first. */
  readonly live?: readonly Provider<EmailMessage>[];
  /** The same adapters, talking to the mailroom. */
  readonly mailroom: readonly Provider<EmailMessage>[];
  readonly mode: SendMode;
  /** Makes the addresses at which a reader unsubscribes. Default: none, and no mail says how. */
  readonly links?: ReaderLinks | undefined;
  /** The circuits of the providers. Default: none. */
  readonly breakers?: ChainBreakers | undefined;
}

/**
 * The e-mail channel. A mail goes to the real providers or to the mailroom; neither is ever the fallback of the other.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function emailChannel({ from, live = [], mailroom, mode, links, breakers }: EmailChannelOptions): Channel<EmailMessage> {
  const sender = checkedSender({ from, live, mailroom, mode });
  const way = sendSwitch({ live, mailroom, mode, breakers });
  const compiled = new Map<EmailTemplate, (data: unknown, links?: EmailLinks) => EmailContent>();

  const prepare = async (routes: readonly AnyRoute[]): Promise<void> => {
    const templates = [...new Set(routes.flatMap(templateOf).flatMap(inAllLocales))].filter((template) => !compiled.has(template));
    const results = await compileEmails(templates);
    const problems = results.flatMap((result) => ("problems" in result ? result.problems : []));
    if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", "E-mail templates cannot be used:", { problems });
    for (const [index, result] of results.entries()) if ("fill" in result) compiled.set(templates[index]!, result.fill);
    const wrong = [...new Set(routes.flatMap((route) => linkProblem(route) ?? []))];
    if (wrong.length > 0) throw new BusbarError("INVALID_DEFINITION", "E-mail templates cannot be used:", { problems: wrong });
  };

  /** What keeps the holes of a route's template that are ours from being filled. */
  const linkProblem = (route: AnyRoute): string | undefined => {
    const texts = templateOf(route).flatMap(inAllLocales);
    const asksFor = (name: keyof EmailLinks): boolean => texts.some((template) => hasHole(template, name));
    if (asksFor("unsubscribeUrl") && categoryOf(route) === undefined)
      return `route "${route.name}" is transactional, and its template "${texts[0]?.name}" asks for {{unsubscribeUrl}}: give one of them a category, or take the link out`;
    // Of the other routes, the start tells it all at once (bus/reader-links.ts).
    if (links !== undefined || categoryOf(route) !== undefined || !asksFor("preferencesUrl")) return undefined;
    return `template "${texts[0]?.name}" has links for its readers, and there is nothing to make them with: set LINK_SECRET (openssl rand -hex 32) and PUBLIC_URL`;
  };

  return {
    name: "email",
    prepare,
    async render(route, delivery) {
      const checked = checkEmailAddress(delivery.to);
      if ("problem" in checked) throw new UnrenderableDelivery(checked.problem);
      const [own] = templateOf(route);
      if (own === undefined) throw new UnrenderableDelivery(`route "${route.name}" has no e-mail template`);
      const template = inLocale(own, delivery.locale);
      if (!compiled.has(template)) await prepare([route]);
      // What was planned before its route had a category is of that category too.
      const category = delivery.category ?? categoryOf(route);
      const urls = links?.urlsFor({ address: checked.address, category });
      const content = compiled.get(template)!(delivery.data, urls);
      return { from: sender, to: checked.address, ...content, ...(urls?.unsubscribeUrl && { headers: oneClick(urls.unsubscribeUrl) }) };
    },
    fields: ({ subject, text, html }) => ({ subject, text, html }),
    send: (message, attempt) => way.send(message.to, message, attempt),
    close: way.close,
  };
}

function templateOf(route: AnyRoute): EmailTemplate[] {
  return isMessageRoute(route) && route.channel === "email" ? [route.template as EmailTemplate] : [];
}

/** RFC 8058: what makes mail programs show a button of their own, which unsubscribes without a page. */
function oneClick(url: string): Readonly<Record<string, string>> {
  return { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
}

function checkedSender({ from, live, mailroom, mode }: Required<Omit<EmailChannelOptions, "breakers" | "links">>): EmailSender {
  const problems: string[] = [];
  const checked = checkEmailAddress(from.address);
  if ("problem" in checked) problems.push(`from: ${checked.problem}`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (from.name !== undefined && /[\u0000-\u001f\u007f]/.test(from.name))
    problems.push("from: the name holds a line break or control character");
  problems.push(...switchProblems({ mode, live: live as never, mailroom: mailroom as never }));
  if (problems.length > 0 || "problem" in checked)
    throw new BusbarError("INVALID_CONFIGURATION", "The e-mail channel cannot be used:", { problems });
  return from.name === undefined || from.name === "" ? { address: checked.address } : { address: checked.address, name: from.name };
}
