import { element, showList } from "./dom.js";
import { attentionItem, attentionOf, eventCard } from "./events.js";
import { messageItem, messageReader } from "./messages.js";

const pollMs = 1_000;
const part = (id) => document.getElementById(id);
let feed = { events: [], topics: [], queues: {}, inbox: null, working: true };
let origins = {};
let chosen;

const reader = messageReader(part("reader"), {
  originOf: (id) => origins[feed.inbox?.messages.find((message) => message.id === id)?.deliveryId],
  onOpen: (id) => choose(origins[feed.inbox?.messages.find((message) => message.id === id)?.deliveryId]?.event),
});

function show() {
  const messages = feed.inbox?.messages ?? [];
  const messageOf = Object.fromEntries(messages.map(({ deliveryId, id }) => [deliveryId, id]));
  origins = Object.fromEntries(feed.events.flatMap((event) => (event.subscribers ?? []).flatMap((one) => originsOf(event, one))));
  const attention = attentionOf(feed.events);
  part("attention").hidden = attention.length === 0;
  showList(part("attention-list"), attention, {
    key: ({ event, subscriber, at }) => `${event} ${subscriber} ${at}`,
    render: attentionItem,
  });
  const cards = feed.events.map((event) => ({ ...event, messageOf: messagesOf(event, messageOf) }));
  showList(part("events"), cards, { key: ({ id }) => id, render: eventCard });
  const letters = messages.map((message) => ({ ...message, origin: origins[message.deliveryId] }));
  showList(part("messages"), letters, { key: ({ id }) => id, render: messageItem });
  showList(part("queues"), Object.entries(feed.queues), { key: ([name]) => name, render: queueItem });
  part("events-note").textContent = feed.events.length > 0 ? "newest first" : "";
  part("messages-note").textContent = messages.length > 0 ? `${feed.inbox.received} since the start` : "";
  empty(part("events-empty"), feed.events.length === 0 && howToPublish());
  empty(part("messages-empty"), messages.length === 0 && whyNoMessages());
  light();
}

function originsOf({ id: event, type }, { name: subscriber, deliveries }) {
  return deliveries.map((delivery) => [delivery.id, { event, type, subscriber }]);
}

function messagesOf({ subscribers = [] }, messageOf) {
  const ids = subscribers.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)).filter((id) => messageOf[id] !== undefined);
  return Object.fromEntries(ids.map((id) => [id, messageOf[id]]));
}

function queueItem([name, counts]) {
  const figures = Object.entries(counts).map(([what, count]) =>
    element("span", { class: `count ${what}${count === 0 ? " none" : ""}` }, element("b", {}, count.toLocaleString("en")), ` ${what}`),
  );
  return element("div", {}, element("dt", {}, name), element("dd", {}, figures));
}

function empty(place, sentences) {
  place.hidden = sentences === false;
  if (sentences && place.dataset.shown !== JSON.stringify(feed.topics)) place.replaceChildren(...sentences);
  place.dataset.shown = JSON.stringify(feed.topics);
}

function howToPublish() {
  const listened = feed.topics.map(({ name, subscribers }) =>
    element("li", {}, element("code", {}, name), ` → ${subscribers.join(", ") || "nobody yet"}`),
  );
  const [topic] = feed.topics;
  return [
    element("p", {}, "Nothing has been published yet. Publish an example from a terminal:"),
    element("pre", {}, `npm run busbar -- publish ${topic?.name ?? "<topic>"} --example`),
    element("p", {}, "or an event of your own from code:"),
    element("pre", {}, `await ${topic?.publish ?? "publishEvent.…"}({ … });`),
    listened.length > 0 && element("p", {}, "These topics have these subscribers:"),
    element("ul", {}, listened),
  ].filter(Boolean);
}

function whyNoMessages() {
  if (feed.inbox === null)
    return [
      element(
        "p",
        {},
        "No mailroom runs in this process, so the messages are with the providers. `npm start` runs one.".replaceAll("`", ""),
      ),
    ];
  return [element("p", {}, "No message yet. What the subscribers send arrives here: nothing leaves this machine.")];
}

/** Marks what belongs to the chosen event, on both sides. */
function light() {
  part("main").classList.toggle("choosing", chosen !== undefined);
  for (const one of document.querySelectorAll("[data-event]")) one.classList.toggle("lit", one.dataset.event === chosen);
  for (const one of document.querySelectorAll(".event-head")) one.setAttribute("aria-pressed", String(one.dataset.choose === chosen));
}

function choose(event) {
  chosen = event;
  light();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-choose]");
  if (button === null) return;
  choose(chosen === button.dataset.choose && button.dataset.go === undefined ? undefined : button.dataset.choose);
  if (button.dataset.go !== undefined) part(`event-${button.dataset.go}`)?.scrollIntoView({ block: "center", behavior: "smooth" });
});

function pulse(state, text) {
  part("pulse").className = `pulse ${state}`;
  if (part("pulse").textContent !== text) part("pulse").textContent = text;
}

let tag;
async function poll() {
  const response = await fetch("/feed", { cache: "no-cache", signal: AbortSignal.timeout(5_000) });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error.message);
  if (response.headers.get("etag") === tag) return;
  tag = response.headers.get("etag");
  feed = body;
  show();
}

async function watch() {
  for (;;) {
    if (!document.hidden) {
      try {
        await poll();
        pulse(feed.working ? "live" : "away", feed.working ? "Live" : "Router or workers are not at work here");
      } catch (error) {
        pulse("away", error.name === "TypeError" ? "The server does not answer. Trying again …" : `${error.message}. Trying again …`);
      }
    }
    await new Promise((next) => setTimeout(next, pollMs));
  }
}

await poll().catch(() => undefined);
void reader();
void watch();
