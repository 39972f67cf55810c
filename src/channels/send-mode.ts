import { BusbarError } from "../base/errors.ts";
import { checkEmailAddress, checkPhoneNumber } from "../define/address.ts";
import { checkPushAddress, pushKind } from "../define/push-address.ts";
import { type ChainBreakers, providerChain } from "../providers/failover.ts";
import type { Provider } from "../providers/provider.ts";
import type { DeliveryAttempt, SendResult } from "./channel.ts";

/** Whether messages really leave this machine. */
export interface SendMode {
  readonly send: "live" | "mailroom";
  /**
   * Recipients who get real messages even so: e-mail addresses, `@domain` for everyone of a domain, phone numbers, devices' tokens, and
   * the beginnings of webhooks' and browsers' addresses, such as `https://ops.example.com/`.
   */
  readonly allowList: readonly string[];
}

/** Characters. */
const shortestToken = 100;

export interface SwitchOptions<Message> {
  readonly mode: SendMode;
  /** The real providers, the first one first. */
  readonly live: readonly Provider<Message>[];
  /** The same adapters, talking to the mailroom. */
  readonly mailroom: readonly Provider<Message>[];
  /** The circuits of the providers. Default: none. */
  readonly breakers?: ChainBreakers | undefined;
}

/** The way of a channel's messages: through the real providers or to the mailroom. Neither is ever the fallback of the other. */
export interface SendSwitch<Message> {
  send(recipient: string, message: Message, attempt: DeliveryAttempt): Promise<SendResult>;
  close(): Promise<void>;
}

export function sendSwitch<Message>({ mode, live, mailroom, breakers }: SwitchOptions<Message>): SendSwitch<Message> {
  const chains = {
    live: live.length > 0 ? providerChain(live, breakers) : undefined,
    mailroom: mailroom.length > 0 ? providerChain(mailroom, breakers) : undefined,
  };
  const insteadOf = live[0]?.name;
  return {
    async send(recipient, message, attempt) {
      const way = chooseChain(recipient, { ...mode, live: chains.live !== undefined });
      const chain = chains[way];
      if (chain !== undefined)
        return chain.send(message, way === "mailroom" && insteadOf !== undefined ? { ...attempt, insteadOf } : attempt);
      return { outcome: { kind: "pause", reason: "real sending is on, but no real provider and no mailroom is there" }, provider: "none" };
    },
    async close() {
      await Promise.all([chains.live?.close(), chains.mailroom?.close()]);
    },
  };
}

/** Where a message goes. Real providers are used only where that was asked for, and only if there are any. Pure. */
export function chooseChain(recipient: string, { send, allowList, live }: SendMode & { readonly live: boolean }): "live" | "mailroom" {
  return live && (send === "live" || allowList.some((entry) => matches(recipient, entry))) ? "live" : "mailroom";
}

/** What keeps a channel from being switched so, one sentence each. */
export function switchProblems({ mode, live, mailroom }: SwitchOptions<unknown>): string[] {
  const problems: string[] = [];
  if (mode.send === "live" && live.length === 0)
    problems.push("real sending is on, but no provider has keys: give one its keys, switch the channel off, or switch real sending off");
  if (mode.send === "mailroom" && mailroom.length === 0) problems.push("real sending is off, but there is no mailroom to send to");
  return problems;
}

/** @throws BusbarError `INVALID_CONFIGURATION` with every entry that is no recipient of any channel */
export function checkAllowList(allowList: readonly string[]): void {
  const problems = recipientProblems(allowList);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The allow-list cannot be used:", { problems });
}

/** One sentence for each entry that is no recipient of any channel, beginning with the list's name. Pure. */
export function recipientProblems(allowList: readonly string[], place = "allow-list"): string[] {
  return allowList
    .filter((entry) => !isRecipient(entry.trim()))
    .map(
      (entry) =>
        `${place}: ${JSON.stringify(entry)} is no e-mail address, @domain, phone number such as +919845012345, device's token, or https:// address`,
    );
}

function isRecipient(entry: string): boolean {
  if (/^https?:/i.test(entry)) return URL.canParse(entry);
  if (isDevice(entry)) return true;
  return (
    "address" in (entry.startsWith("+") ? checkPhoneNumber(entry) : checkEmailAddress(entry.startsWith("@") ? `someone${entry}` : entry))
  );
}

/** A token of Expo, or one as long as those of FCM: a shorter word is a slip. */
function isDevice(entry: string): boolean {
  return !entry.includes("@") && "address" in checkPushAddress(entry) && (pushKind(entry) === "expo" || entry.length >= shortestToken);
}

function matches(recipient: string, entry: string): boolean {
  const wanted = entry.trim();
  if (isDevice(wanted)) return recipient === wanted;
  if (/^https?:/i.test(wanted)) return isBelow(recipient, wanted);
  if (!wanted.startsWith("@")) return recipient.toLowerCase() === wanted.toLowerCase();
  return recipient.slice(recipient.lastIndexOf("@")).toLowerCase() === wanted.toLowerCase();
}

/** Whether an address is of the same origin, and its path begins with the other's. */
function isBelow(address: string, beginning: string): boolean {
  const [url, base] = [URL.parse(address), URL.parse(beginning)];
  return url !== null && base !== null && url.origin === base.origin && url.pathname.startsWith(base.pathname);
}
