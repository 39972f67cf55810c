import { BusbarError } from "../base/errors.ts";
import { checkEmailAddress } from "../define/address.ts";
import type { EmailMessage, EmailSender } from "../define/message.ts";
import { type AnyRoute, isMessageRoute } from "../define/route.ts";
import type { EmailTemplate } from "../define/email-template.ts";
import { providerChain } from "../providers/failover.ts";
import type { Provider } from "../providers/provider.ts";
import { type Channel, UnrenderableDelivery } from "./channel.ts";
import { compileEmails, type EmailContent } from "./email-content.ts";

/** Whether mail really leaves this machine. */
export interface SendMode {
  readonly send: "live" | "mailroom";
  /** Recipients who get real mail even so: addresses, or `@domain` for everyone of a domain. */
  readonly allowList: readonly string[];
}

export interface EmailChannelOptions {
  readonly from: EmailSender;
  /** The real providers, the first one first. */
  readonly live?: readonly Provider<EmailMessage>[];
  /** The same adapters, talking to the mailroom. */
  readonly mailroom: readonly Provider<EmailMessage>[];
  readonly mode: SendMode;
}

/**
 * The e-mail channel. A mail goes to the real providers or to the mailroom; neither is ever the fallback of the other.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function emailChannel({ from, live = [], mailroom, mode }: EmailChannelOptions): Channel<EmailMessage> {
  const sender = checkedSender({ from, live, mailroom, mode });
  const chains = {
    live: live.length > 0 ? providerChain(live) : undefined,
    mailroom: mailroom.length > 0 ? providerChain(mailroom) : undefined,
  };
  const compiled = new Map<EmailTemplate, (data: unknown) => EmailContent>();

  const prepare = async (routes: readonly AnyRoute[]): Promise<void> => {
    const templates = [...new Set(routes.flatMap(templateOf))].filter((template) => !compiled.has(template));
    const results = await compileEmails(templates);
    const problems = results.flatMap((result) => ("problems" in result ? result.problems : []));
    if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", "E-mail templates cannot be used:", { problems });
    for (const [index, result] of results.entries()) if ("fill" in result) compiled.set(templates[index]!, result.fill);
  };

  return {
    name: "email",
    prepare,
    async render(route, delivery) {
      const checked = checkEmailAddress(delivery.to);
      if ("problem" in checked) throw new UnrenderableDelivery(checked.problem);
      const [template] = templateOf(route);
      if (template === undefined) throw new UnrenderableDelivery(`route "${route.name}" has no e-mail template`);
      if (!compiled.has(template)) await prepare([route]);
      return { from: sender, to: checked.address, ...compiled.get(template)!(delivery.data) };
    },
    async send(message, attempt) {
      const chain = chains[chooseChain(message.to, { ...mode, live: chains.live !== undefined })];
      if (chain !== undefined) return chain.send(message, attempt);
      return { outcome: { kind: "pause", reason: "real sending is on, but no real provider and no mailroom is there" }, provider: "none" };
    },
    async close() {
      await Promise.all([chains.live?.close(), chains.mailroom?.close()]);
    },
  };
}

function templateOf(route: AnyRoute): EmailTemplate[] {
  return isMessageRoute(route) && route.channel === "email" ? [route.template as EmailTemplate] : [];
}

/** Where a mail goes. Real providers are used only where that was asked for, and only if there are any. */
export function chooseChain(recipient: string, { send, allowList, live }: SendMode & { readonly live: boolean }): "live" | "mailroom" {
  return live && (send === "live" || allowList.some((entry) => matches(recipient, entry))) ? "live" : "mailroom";
}

function matches(recipient: string, entry: string): boolean {
  const [address, wanted] = [recipient.toLowerCase(), entry.trim().toLowerCase()];
  return wanted.startsWith("@") ? address.slice(address.lastIndexOf("@")) === wanted : address === wanted;
}

function checkedSender({ from, live, mailroom, mode }: Required<EmailChannelOptions>): EmailSender {
  const problems: string[] = [];
  const checked = checkEmailAddress(from.address);
  if ("problem" in checked) problems.push(`from: ${checked.problem}`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (from.name !== undefined && /[\u0000-\u001f\u007f]/.test(from.name))
    problems.push("from: the name holds a line break or control character");
  if (mode.send === "live" && live.length === 0)
    problems.push("real sending is on, but no provider has keys: give one its keys, switch the channel off, or switch real sending off");
  if (mode.send === "mailroom" && mailroom.length === 0) problems.push("real sending is off, but there is no mailroom to send to");
  for (const entry of mode.allowList) {
    const { problem } = checkEmailAddress(entry.trim().startsWith("@") ? `someone${entry.trim()}` : entry.trim()) as { problem?: string };
    if (problem !== undefined) problems.push(`allow-list: ${JSON.stringify(entry)} is neither an address nor an @domain`);
  }
  if (problems.length > 0 || "problem" in checked)
    throw new BusbarError("INVALID_CONFIGURATION", "The e-mail channel cannot be used:", { problems });
  return from.name === undefined || from.name === "" ? { address: checked.address } : { address: checked.address, name: from.name };
}
