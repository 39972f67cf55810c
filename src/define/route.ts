import type { Duration } from "../base/duration.ts";
import type { AudienceContext, AudiencePage, Recipient } from "./audience.ts";
import type { ChannelName, TemplateChannel } from "./channel-name.ts";
import { defaultCategory } from "./delivery.ts";
import type { BusEvent } from "./event.ts";
import type { HandlerContext } from "./handler.ts";
import type { PolicyOptions } from "./policy.ts";
import type { ReplayOption } from "./replay-word.ts";
import type { Template } from "./template.ts";

/** What every branch of a subscriber has, as the router reads it. */
interface RouteBase extends Omit<PolicyOptions, "expiresIn">, ReplayOption {
  readonly kind: "route";
  readonly name: string;
  /** Its oldest name: deliveries are called after it. */
  readonly identity: string;
  readonly when: ((event: BusEvent) => boolean) | undefined;
  readonly deliverAt: ((event: BusEvent) => string | undefined) | undefined;
  readonly expiresIn?: Duration | ((event: BusEvent) => Duration) | undefined;
  /** In a `firstOf`: how long it has to arrive; undefined: as the `firstOf` says. */
  readonly within?: Duration | undefined;
}

/** Sends a message made with a template. Its recipients come from `to`, or page by page from `audience`. */
export interface MessageRoute extends RouteBase {
  readonly channel: TemplateChannel;
  readonly to: ((event: BusEvent) => string | readonly string[] | undefined) | undefined;
  readonly audience: ((event: BusEvent, context: AudienceContext) => Promise<AudiencePage>) | undefined;
  readonly locale: ((event: BusEvent, recipient: Recipient) => string | undefined) | undefined;
  readonly template: Template;
  readonly data: (event: BusEvent, recipient: Recipient) => unknown;
  readonly category: string | undefined;
}

/** Posts JSON to an address. */
export interface WebhookRoute extends RouteBase {
  readonly channel: "webhook";
  readonly to: (event: BusEvent) => string | readonly string[] | undefined;
  readonly data: ((event: BusEvent) => unknown) | undefined;
}

/** Runs code of the team's own. */
export interface HandlerRoute extends RouteBase {
  readonly channel: "handler";
  readonly handle: (event: BusEvent, context: HandlerContext) => Promise<unknown>;
  /** How long one try may take; undefined: as the channel says. */
  readonly timeout: Duration | undefined;
}

export type AnyRoute = MessageRoute | WebhookRoute | HandlerRoute;

/** True for routes on one of the channels that use templates. */
export function isMessageRoute(route: AnyRoute): route is MessageRoute {
  return route.channel !== "webhook" && route.channel !== "handler";
}

/** Which kind of message a route sends, by its own word, else its template's; undefined: `transactional`, which nobody opts out of. */
export function categoryOf(route: AnyRoute): string | undefined {
  const category = isMessageRoute(route) ? (route.category ?? route.template.category) : undefined;
  return category === defaultCategory ? undefined : category;
}

/** The options that a route of a channel takes, for those who check them. */
export function routeOptionNames(channel: ChannelName): readonly string[] {
  const shared = ["name", "formerly", "when", "priority", "retry", "delay", "deliverAt", "expiresIn", "onUnknown", "within", "replay"];
  if (channel === "handler") return [...shared, "handle", "timeout"];
  if (channel === "webhook") return [...shared, "to", "data"];
  return [...shared, "to", "audience", "template", "data", "category", "locale"];
}
