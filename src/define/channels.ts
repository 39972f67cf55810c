import type { Duration } from "../base/duration.ts";
import type { AudienceContext, AudiencePage, Recipient } from "./audience.ts";
import { type ChannelName, channelNames, type TemplateChannel } from "./channel-name.ts";
import type { HandlerContext } from "./handler.ts";
import type { PolicyOptions } from "./policy.ts";
import type { ReplayOption } from "./replay-word.ts";
import { firstOf, type FirstOfBuilder } from "./first-of.ts";
import type { AnyRoute } from "./route.ts";
import type { Template } from "./template.ts";
import type { Json } from "./topic.ts";

type Excess<Given, Wanted> = { [Key in Exclude<keyof Given, keyof Wanted>]: never };
type Recipients = string | readonly string[] | undefined;

/** What every route may say. */
export interface RouteOptions<Event> extends Omit<PolicyOptions, "expiresIn">, ReplayOption {
  /** Names the route where a subscriber has two of one channel. Default: the channel's name. */
  readonly name?: string;
  /** The route's oldest name, when it was renamed: its deliveries keep their ids. */
  readonly formerly?: string;
  /** The route is taken only where this says true. Pure. */
  readonly when?: (event: Event) => boolean;
  /** A time (RFC 3339) before which nothing is sent, in place of `delay`; undefined: at once. Pure. */
  readonly deliverAt?: (event: Event) => string | undefined;
  /** What was not sent this long after it was due is dropped, with that reason. May be made from the event. Default: never. */
  readonly expiresIn?: Duration | ((event: Event) => Duration);
  /** Of a route in a `firstOf`: how long it has to arrive before the next one goes. Default: the `within` of the `firstOf`. */
  readonly within?: Duration;
}

/** A route that sends a message. It takes either `to` or `audience`. */
export interface MessageOptions<Event, Channel extends TemplateChannel, Data, Given, To extends Recipient> extends RouteOptions<Event> {
  /** The recipient: one address, several, or none. Pure; it asks nobody. */
  readonly to?: (event: Event) => Recipients;
  /**
   * The recipients, looked up page by page outside the router: for lists and look-ups. It may be called again with the cursor of
   * a page that it returned before, and must then return the same page.
   */
  readonly audience?: (event: Event, context: AudienceContext) => Promise<AudiencePage<To>>;
  /** The recipient's language, such as `hi` or `pt-BR`; the template says which it has, and the nearest is taken. Pure. */
  readonly locale?: (event: Event, recipient: NoInfer<To>) => string | undefined;
  readonly template: Template<Channel, Data>;
  /** The template's data, made from the event and, where there is an audience, the recipient. Pure; nothing missing and nothing more. */
  readonly data: (event: Event, recipient: NoInfer<To>) => Given & Excess<Given, Data>;
  /**
   * Which kind of message it is, such as `marketing`: who has opted out of a category gets no more of it, and all other messages as
   * before. Default: the template's own, else `transactional`.
   */
  readonly category?: string;
}

type OneSource<Event> =
  | { readonly to: (event: Event) => Recipients; readonly audience?: undefined }
  | { readonly audience: unknown; readonly to?: undefined };

export type MessageBuilder<Event, Channel extends TemplateChannel> = <Data, Given extends Data, To extends Recipient = string>(
  route: MessageOptions<Event, Channel, Data, Given, To> & OneSource<Event>,
) => AnyRoute;

/** A route that posts JSON. */
export interface WebhookOptions<Event> extends RouteOptions<Event> {
  /** The address: one, several, or none. Pure. */
  readonly to: (event: Event) => Recipients;
  /** The body. Default: the event itself, which a topic with `secret()` fields does not allow: return it, or what of it is to be posted. Pure. */
  readonly data?: (event: Event) => Json | Event;
}

/** A route that runs code of the team's own. */
export interface HandlerOptions<Event> extends RouteOptions<Event> {
  /**
   * Returning means sent. `throw new PermanentError()` makes a dead letter, `throw new RetryLater("30s")` comes back without
   * burning an attempt, anything else is tried again. It may be called more than once for one event: make it repeatable.
   */
  readonly handle: (event: Event, context: HandlerContext) => Promise<unknown>;
  /** One try may take this long; then `signal` aborts and it counts as failed. Default: the channel's, 5 m. */
  readonly timeout?: Duration;
}

/** What `deliver` receives: one builder a channel, typed with the topic's event, and `firstOf` to put routes one behind the other. */
export interface ChannelBuilders<Event> {
  readonly email: MessageBuilder<Event, "email">;
  readonly sms: MessageBuilder<Event, "sms">;
  readonly whatsapp: MessageBuilder<Event, "whatsapp">;
  readonly push: MessageBuilder<Event, "push">;
  readonly webhook: (route: WebhookOptions<Event>) => AnyRoute;
  readonly handler: (route: HandlerOptions<Event>) => AnyRoute;
  /**
   * One reader, several ways: `firstOf(push({ … }), sms({ … }), { within: "10m" })` sends the next route only where the ones before it
   * did not arrive.
   */
  readonly firstOf: FirstOfBuilder;
}

export const channelBuilders = {
  ...Object.fromEntries(channelNames.map((channel) => [channel, (options: object) => builtRoute(channel, options)])),
  firstOf,
} as unknown as ChannelBuilders<never>;

/** The options that a route was built with, for those who check them. */
const given = new WeakMap<object, unknown>();

/** What the author wrote for a route, slips included; undefined for what no builder made. */
export const givenOptions = (route: object): unknown => given.get(route);

function builtRoute(channel: ChannelName, options: object): AnyRoute {
  const { name = channel, formerly, ...rest } = (options ?? {}) as { name?: string; formerly?: string };
  const route = { kind: "route", channel, name, identity: formerly ?? name, ...rest } as unknown as AnyRoute;
  given.set(route, options);
  return route;
}
