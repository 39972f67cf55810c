import { showList } from "./dom.js";
import { howToPublish, nothingFound, showInstead, whyNoMessages } from "./empty.js";
import { attentionItem, attentionOf, eventCard } from "./events.js";
import { faultPanel } from "./faults.js";
import { channelPanel } from "./channels.js";
import { clearButton } from "./clear.js";
import { messageItem } from "./messages.js";
import { hasLargeCounts, queueItem } from "./queues.js";
import { messageReader } from "./reader.js";
import { messageSearch } from "./search.js";
import { deadLetterWorkbench } from "./workbench.js";

const pollMs = 1_000;
const part = (id) => document.getElementById(id);
let feed = { events: [], topics: [], queues: {}, control: [], open: false, inbox: null, working: true };
let origins = {};
let chosen;

const reader = messageReader(part("reader"), {
  originOf: (deliveryId) => origins[deliveryId],
  isLive: () => feed.inbox?.live === true,
  onOpen: (deliveryId) => choose(origins[deliveryId]?.event),
});
const search = messageSearch(part("search"), { more: part("messages-more"), show: () => show() });
const faults = faultPanel(part("faults-dialog"), { opener: part("faults-link"), onChange: () => look() });
const workbench = deadLetterWorkbench(part("bench-dialog"), { opener: part("bench-link"), onChange: () => look() });
const channels = channelPanel(part("channels-dialog"), { opener: part("channels-link"), onChange: () => look() });
clearButton(part("messages-clear"), { onClear: () => look() });

function show() {
  const messageOf = Object.fromEntries((feed.inbox?.messages ?? []).map(({ deliveryId, id }) => [deliveryId, id]));
  origins = Object.fromEntries(feed.events.flatMap((event) => (event.subscribers ?? []).flatMap((one) => originsOf(event, one))));
  const attention = attentionOf(feed.events);
  part("attention").hidden = attention.length === 0;
  showList(part("attention-list"), attention, {
    key: ({ event, subscriber, delivery }) => `${event} ${subscriber} ${delivery}`,
    render: attentionItem,
  });
  const cards = feed.events.map((event) => ({ ...event, messageOf: messagesOf(event, messageOf) }));
  showList(part("events"), cards, { key: ({ id }) => id, render: eventCard });
  showMessages();
  const doubtful = feed.doubtful > 0 ? [["doubtful", { "may have arrived twice": feed.doubtful }]] : [];
  const paused = new Set(feed.control.filter((queue) => queue.paused).map(({ name }) => name));
  const queues = Object.entries(feed.queues).map(([name, counts]) => [name, counts, paused.has(name)]);
  showList(part("queues"), [...queues, ...doubtful], { key: ([name]) => name, render: queueItem });
  part("queues").classList.toggle("wide", hasLargeCounts(feed.queues));
  channels.show(feed);
  part("events-note").textContent = feed.events.length > 0 ? "newest first" : "";
  showInstead(part("events-empty"), feed.events.length === 0 && howToPublish(feed.topics));
  faults.show(feed.inbox?.faults);
  workbench.show(feed.queues);
  light();
}

function showMessages() {
  const { inbox } = feed;
  const messages = inbox === null ? [] : search.of(inbox);
  const letters = messages.map((message) => ({ ...message, origin: origins[message.deliveryId] }));
  showList(part("messages"), letters, { key: ({ id }) => id, render: messageItem });
  part("search").hidden = inbox === null || (inbox.held === 0 && !search.isOn());
  part("messages-clear").hidden = part("search").hidden || inbox.held === 0;
  part("messages-more").hidden = inbox === null || !search.hasMore(inbox);
  setText(part("messages-note"), search.isOn() ? foundText(messages.length, search.hasMore(inbox)) : countText(inbox));
  const sentences = search.isOn() ? nothingFound({ problem: search.problem(), onClear: search.clear }) : whyNoMessages(inbox);
  showInstead(part("messages-empty"), messages.length === 0 && sentences);
}

function foundText(count, more) {
  return more ? `the newest ${count.toLocaleString("en")} of those found` : `${count.toLocaleString("en")} found`;
}

function countText(inbox) {
  return inbox === null || inbox.held === 0 ? "" : `${inbox.received.toLocaleString("en")} since the start`;
}

/** What has not changed is left alone: it would be read out again. */
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function originsOf({ id: event, type }, { name: subscriber, deliveries }) {
  return deliveries.map((delivery) => [delivery.id, { event, type, subscriber }]);
}

function messagesOf({ subscribers = [] }, messageOf) {
  const ids = subscribers.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)).filter((id) => messageOf[id] !== undefined);
  return Object.fromEntries(ids.map((id) => [id, messageOf[id]]));
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
  if (button === null) return target.closest("li, dialog, header") === null ? choose(undefined) : undefined;
  choose(chosen === button.dataset.choose && button.dataset.go === undefined ? undefined : button.dataset.choose);
  if (button.dataset.go !== undefined) part(`event-${button.dataset.go}`)?.scrollIntoView({ block: "center", behavior: "smooth" });
  return undefined;
});

function pulse(state, text) {
  part("pulse").className = `pulse ${state}`;
  setText(part("pulse"), text);
}

let tag;
async function poll() {
  const response = await fetch("/feed", { cache: "no-cache", signal: AbortSignal.timeout(5_000) });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  if (response.headers.get("etag") === tag) return;
  tag = response.headers.get("etag");
  feed = body;
  show();
}

async function look() {
  try {
    await poll();
    pulse(feed.working ? "live" : "away", feed.working ? "Live" : "Router or workers are not at work here");
  } catch (error) {
    const lost = error.name === "TypeError" || error.name === "TimeoutError";
    pulse("away", `${lost ? "The server does not answer" : error.message}. Trying again …`);
  }
}

await look();
void reader();
void faults.follow();
void workbench.follow();
channels.follow();
for (;;) {
  await new Promise((next) => setTimeout(next, pollMs));
  if (!document.hidden) await look();
}
