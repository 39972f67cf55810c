import type { Provider } from "../providers/index.ts";
import type { SendOptions } from "./options.ts";

export interface ServicesOptions<Name extends string, Message> {
  /** The services that a channel knows, in their default order: those with keys, and what sets each of them up. */
  readonly services: Readonly<Record<Name, Service<Message>>>;
  /** Which are used, the first one first. Default: all that have keys. */
  readonly order: readonly Name[] | undefined;
  /** Providers of a team's own, in place of the services. */
  readonly providers: readonly Provider<Message>[] | undefined;
  readonly send: Pick<Required<SendOptions>, "live">;
  /** The variable that names services, such as `SMS_SERVICE`. */
  readonly variable: string;
  /** What to do where real sending is on and nobody can send. */
  readonly advice: string;
}

export interface Service<Message> {
  /** The real provider; undefined without its keys. */
  readonly live: Provider<Message> | undefined;
  /** The same adapter, talking to the mailroom. */
  readonly standIn: () => Provider<Message>;
  /** What sets it up, one sentence. */
  readonly setUp: string;
}

export interface ChosenServices<Message> {
  readonly live: readonly Provider<Message>[];
  readonly mailroom: readonly Provider<Message>[];
}

/** The providers of a channel, real ones and their stand-ins. Text where real sending is on and cannot be done: what to do about it. */
export function chosenServices<Name extends string, Message>(options: ServicesOptions<Name, Message>): ChosenServices<Message> | string {
  const { services, order, providers, send, variable, advice } = options;
  const used = order ?? (Object.keys(services) as Name[]);
  const live = providers ?? used.flatMap((name) => services[name].live ?? []);
  const without = providers === undefined && order !== undefined ? order.filter((name) => services[name].live === undefined) : [];
  if (send.live && without.length > 0)
    return `Real sending is on (BUSBAR_SEND=live), and ${variable} names ${without.join(" and ")}, which is not set up. ${without.map((name) => services[name].setUp).join(" ")}`;
  if (send.live && live.length === 0) return `Real sending is on (BUSBAR_SEND=live), but ${advice}`;
  return { live, mailroom: used.map((name) => services[name].standIn()) };
}
