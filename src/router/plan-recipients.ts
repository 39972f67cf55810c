import { messageOf } from "../base/errors.ts";
import { checkAddress } from "../define/address.ts";
import type { Recipient } from "../define/audience.ts";
import { type Delivery, deliveryId } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import { canonicalLocale } from "../define/locale.ts";
import type { Policy } from "../define/policy.ts";
import { payloadProblems } from "../define/payload.ts";
import { type AnyRoute, categoryOf, isMessageRoute, type WebhookRoute } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { holdsStandIn, secretsIn, spoiltStandIns } from "../define/sealed.ts";
import { templateDataProblems } from "../define/template.ts";
import { attempt, cannotPlan } from "./cannot-plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import { type Levels, routePolicy, routeTiming } from "./route-policy.ts";

export interface RecipientsOptions {
  readonly subscriber: Subscriber;
  readonly route: AnyRoute;
  /** In the version that the subscriber is written for. */
  readonly event: BusEvent;
  readonly words: Levels["words"];
  readonly options: PlanOptions;
}

/**
 * One delivery a recipient; a recipient who is named twice gets one. A wrong address makes a delivery that is refused, so that it
 * is seen, and does not keep the others from theirs. Pure.
 * @throws BusbarError `CANNOT_PLAN` when the route's own code throws, or its data does not fit the template; for an audience only
 * when that holds for every one of the recipients, because one of thousands must not keep the others from theirs
 */
export function planRecipients(
  recipients: readonly unknown[],
  { subscriber, route, event, words, options }: RecipientsOptions,
): Delivery[] {
  const levels = { channel: options.channels?.[route.channel], words };
  const { application, replay } = options;
  // What is replayed leaves after everything live, whatever it is.
  const live = routePolicy(subscriber, route, levels);
  const policy: Policy = replay === undefined ? live : { ...live, priority: "low" };
  const timing = routeTiming(subscriber, route, event, levels);
  const names = { subscriber: subscriber.identity, route: route.identity, channel: route.channel };
  const category = categoryOf(route);
  const ofAudience = isMessageRoute(route) && route.audience !== undefined;
  const bulk = ofAudience || replay !== undefined;
  const deliveries = new Map<string, Delivery>();
  const failures = new Map<string, unknown>();
  for (const recipient of recipients) {
    const checked = checkAddress(route.channel, addressOf(recipient));
    const to = "address" in checked ? checked.address : shown(addressOf(recipient));
    if (event.sealed !== undefined && holdsStandIn(to))
      throw cannotPlan(subscriber, route, "to: it is made of a secret() field, which is sealed until the message is rendered");
    const id = deliveryId({ application, eventId: event.id, ...names, recipient: to, epoch: replay?.epoch ?? 0 });
    if (deliveries.has(id)) continue;
    const made = contentFor(recipient);
    if ("failure" in made) failures.set(id, made.failure);
    const problem = "problem" in checked ? `to: ${checked.problem}` : "failure" in made ? messageOf(made.failure) : undefined;
    deliveries.set(id, {
      id,
      event: route.channel === "handler" ? event : { id: event.id, type: event.type, time: event.time },
      ...names,
      ...(bulk ? { bulk } : {}),
      to,
      ...(category === undefined ? {} : { category }),
      ...("failure" in made ? {} : made),
      ...sealedOf(event, made),
      policy,
      ...timing,
      ...(problem === undefined ? {} : { refusal: problem }),
    });
  }
  const [first] = failures.values();
  if (first !== undefined && failures.size === deliveries.size) throw first;
  return [...deliveries.values()];

  function contentFor(recipient: unknown): ReturnType<typeof content> | { readonly failure: unknown } {
    if (!ofAudience) return content(subscriber, route, event, recipient);
    try {
      return content(subscriber, route, event, recipient);
    } catch (failure) {
      return { failure };
    }
  }
}

/** What goes along so that the worker can open secrets, and erase what is about a person. */
function sealedOf({ sealed, subjects }: BusEvent, made: object): Pick<Delivery, "sealed" | "subjects"> {
  if (sealed === undefined && subjects === undefined) return {};
  const secrets = "data" in made ? secretsIn(sealed, made.data) : undefined;
  return { ...(secrets === undefined ? {} : { sealed: secrets }), ...(subjects === undefined ? {} : { subjects }) };
}

/** What the message will say, checked while the event is at hand: a slip shows at once, and not in a worker an hour later. */
function content(
  subscriber: Subscriber,
  route: AnyRoute,
  event: BusEvent,
  recipient: unknown,
): Pick<Delivery, "template" | "data" | "locale"> {
  if (route.channel === "handler") return {};
  const data: unknown = attempt(
    subscriber,
    route,
    () => (isMessageRoute(route) ? route.data(event, recipient as Recipient) : bodyOf(route, event)),
    "data",
  );
  if (data instanceof Promise) throw cannotPlan(subscriber, route, "data must not be async: it returned a promise", data);
  const spoilt = event.sealed === undefined ? [] : spoiltStandIns(event.sealed, data);
  if (spoilt.length > 0)
    throw cannotPlan(
      subscriber,
      route,
      `data: ${spoilt.join(", ")} changes a secret() field, which is sealed until it is rendered: pass it on as it is`,
    );
  if (!isMessageRoute(route)) {
    const problems = payloadProblems(data);
    if (problems.length > 0) throw cannotPlan(subscriber, route, `data cannot be sent: ${problems.join("; ")}`);
    return { data };
  }
  const { name, version, schema } = route.template;
  const wanted: unknown =
    route.template.locales && attempt(subscriber, route, () => route.locale?.(event, recipient as Recipient), "locale");
  if (wanted !== undefined && wanted !== null && typeof wanted !== "string")
    throw cannotPlan(subscriber, route, `locale must return a language's code such as "hi", and returned ${typeof wanted}`);
  const problems = templateDataProblems(schema, data);
  if (problems.length > 0) throw cannotPlan(subscriber, route, `data does not fit template "${name}": ${problems.join("; ")}`);
  // What a person's profile says may be no code at all: the message then comes in the template's own language.
  const locale = typeof wanted === "string" ? canonicalLocale(wanted) : undefined;
  return { template: { name, version }, data, ...(locale === undefined ? {} : { locale }) };
}

/** What goes out as a CloudEvent is what was published: neither what the bus keeps beside it, nor that it is replayed. */
function bodyOf({ data }: WebhookRoute, { sealed: _sealed, subjects: _subjects, ...seen }: BusEvent): unknown {
  const made = data === undefined ? seen : data(seen);
  if (made !== seen) return made;
  const { replay: _replay, ...published } = seen;
  return published;
}

function addressOf(recipient: unknown): unknown {
  return typeof recipient === "object" && recipient !== null ? (recipient as { to?: unknown }).to : recipient;
}

/** Whatever stands in place of an address, as one short text. */
function shown(value: unknown): string {
  return (typeof value === "string" ? value : (JSON.stringify(value) ?? String(value))).slice(0, 254);
}
