import { element, time } from "./dom.js";
import { triesText } from "./standings.js";

const stepWords = {
  retry: "try failed",
  doubtful: "in doubt",
  takeover: "taken over",
  late: "came late",
  deferred: "put back",
  turn: "its turn",
  redriven: "queued again",
  returned: "came back",
};

/** One event: what was published, and below it what each subscriber made of it. */
export function eventCard({ id, type, time: at, key, payload, subscribers, messageOf }) {
  return element(
    "li",
    { class: "event", "data-event": id, id: `event-${id}` },
    element(
      "button",
      { class: "event-head", type: "button", "data-choose": id, "aria-pressed": "false", title: "Show its messages" },
      element("span", { class: "topic" }, type),
      key !== undefined && element("span", { class: "key" }, key),
      time(at),
    ),
    element(
      "ul",
      { class: "subscribers" },
      subscribersOf(subscribers).map((one) => subscriberItem(one, { at, messageOf })),
    ),
    element(
      "details",
      { class: "payload" },
      element("summary", {}, "Payload"),
      element("p", { class: "id" }, id),
      element("pre", {}, payload),
    ),
  );
}

function subscribersOf(subscribers) {
  if (subscribers === undefined) return [{ name: "…", read: true, deliveries: [], note: "being looked up" }];
  return subscribers.length > 0
    ? subscribers
    : [{ name: "Nobody", read: true, deliveries: [], note: "no subscriber listens to this topic" }];
}

function subscriberItem({ name, gone, read, problem, tries, deliveries, skipped = [], more = 0, note }, context) {
  return element(
    "li",
    { class: "subscriber" },
    element("span", { class: "name" }, name),
    gone && element("p", { class: "note" }, "listens to this topic no longer; it did when this was published"),
    problem !== undefined && element("p", { class: "note bad" }, triesText(problem, tries)),
    !problem &&
      deliveries.length === 0 &&
      skipped.length === 0 &&
      element("p", { class: "note" }, note ?? (read ? "made no delivery of it" : "has not read it")),
    deliveries.length > 0 &&
      element(
        "ul",
        { class: "deliveries" },
        deliveries.map((delivery) => deliveryItem(delivery, context)),
      ),
    more > 0 && element("p", { class: "note" }, `and ${more} more that are not listed here`),
    skipped.length > 0 &&
      element(
        "ul",
        { class: "skipped" },
        skipped.map(({ route, reason }) => element("li", {}, element("span", { class: "route" }, route), ` not taken: ${reason}`)),
      ),
  );
}

function deliveryItem({ id, channel, route, state, reason, steps, status, statuses = [], progress }, { at, messageOf }) {
  const sent = steps.find(({ step }) => step === "sent");
  const took = sent && Math.max(0, sent.at - Date.parse(at));
  const message = messageOf[id];
  return element(
    "li",
    { class: "delivery", title: id },
    element("span", { class: `state ${state}` }, state),
    status !== undefined && element("span", { class: `state status ${status.replace(" ", "-")}` }, status),
    element("span", { class: "route" }, route === channel ? channel : `${channel}, ${route}`),
    took !== undefined && element("span", { class: "took" }, took < 10_000 ? `${took} ms` : `${Math.round(took / 1_000)} s`),
    message !== undefined && element("a", { class: "read", href: `#message=${message}` }, "Read"),
    progress !== undefined && element("span", { class: "progress" }, progressText(progress)),
    reason !== undefined && element("p", { class: "reason" }, reason),
    steps.length > 0 &&
      element(
        "details",
        { class: `steps-${id}` },
        element("summary", {}, stepCount(steps)),
        element("ol", { class: "steps" }, [...steps.map(stepItem), ...statuses.map(statusItem)]),
      ),
  );
}

function progressText({ done, total, note }) {
  return [total === undefined ? `${done}` : `${done} of ${total}`, note].filter(Boolean).join(" ");
}

/** What the provider reported later. */
function statusItem({ at, status, provider, messageId = "", reason = "" }) {
  const who = `${provider} ${messageId}`.trimEnd();
  return element("li", {}, time(at, { precise: true }), " ", element("b", {}, status), " ", reason === "" ? who : `${who}: ${reason}`);
}

function stepCount(steps) {
  return steps.length === 1 ? "1 step" : `${steps.length} steps`;
}

function stepItem({ at, step, detail }) {
  return element("li", {}, time(at, { precise: true }), " ", element("b", {}, stepWords[step] ?? step), " ", detail);
}

/** A delivery that did not arrive, or an event that could not be planned. */
export function attentionItem({ event, type, at, subscriber, delivery, state, reason }) {
  const why = state === "dead" ? element("a", { href: `#dead-letters=${delivery}` }, reason) : reason;
  return element(
    "li",
    {},
    element("span", { class: `state ${state}` }, state),
    element("button", { type: "button", class: "plain", "data-choose": event, "data-go": event }, `${subscriber} on ${type}`),
    element("span", { class: "reason" }, why),
    time(at),
  );
}

function routingAttention({ id: delivery, state, reason }) {
  return { delivery, state: state === "dead" ? "dead" : "routing", reason };
}

/** All that is retrying, dead or could not be planned, of the events shown. */
export function attentionOf(events) {
  return events.flatMap(({ id: event, type, time: at, subscribers = [] }) =>
    subscribers.flatMap(({ name: subscriber, tries, deliveries }) => [
      ...(tries === undefined ? [] : [{ event, type, at, subscriber, ...routingAttention(tries) }]),
      ...deliveries
        .filter(({ state }) => state === "dead" || state === "retrying")
        .map(({ id: delivery, state, reason = "", steps }) => ({
          event,
          type,
          at: steps.at(-1)?.at ?? at,
          subscriber,
          delivery,
          state,
          reason,
        })),
    ]),
  );
}
