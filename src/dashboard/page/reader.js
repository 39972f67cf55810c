import { callbacksOf } from "./callbacks.js";
import { element, time } from "./dom.js";
import { channelMark } from "./messages.js";
import { partsOf } from "./parts.js";
import { headingOf, unsentText } from "./title.js";
import { providerName } from "./words.js";

/** Opens the message that the address names (`#message=<id>`), and closes the reader where it names none. */
export function messageReader(dialog, { originOf, isLive, onOpen }) {
  const close = () => {
    if (dialog.open) dialog.close();
  };
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (location.hash.startsWith("#message=")) history.pushState(null, "", location.pathname);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && close());

  const follow = async () => {
    const id = /^#message=([\w-]+)$/.exec(location.hash)?.[1];
    if (id === undefined) return close();
    const response = await fetch(`/messages/${id}`);
    if (location.hash !== `#message=${id}`) return undefined;
    const message = response.ok ? await response.json() : undefined;
    const context = { origin: originOf(message?.deliveryId), live: isLive(), close };
    dialog.replaceChildren(...(message === undefined ? gone(close) : letter(message, context)));
    onOpen(message?.deliveryId);
    if (!dialog.open) dialog.showModal();
    return undefined;
  };
  addEventListener("hashchange", follow);
  return follow;
}

function letter(message, { origin, live, close }) {
  // A mailroom elsewhere tells nothing here.
  const parts = { ...partsOf(message), ...(message.tellable && { Callbacks: () => callbacksOf(message) }) };
  const panel = element("div", { class: "part" });
  const tabs = Object.keys(parts).map((name) => element("button", { type: "button" }, name));
  const show = (tab) => {
    for (const other of tabs) other.setAttribute("aria-pressed", String(other === tab));
    panel.replaceChildren(parts[tab.textContent]());
  };
  for (const tab of tabs) tab.addEventListener("click", () => show(tab));
  if (tabs.length > 0) show(tabs[0]);
  const facts = {
    To: message.to.join(", "),
    From: message.from,
    At: time(message.at, { precise: true }),
    Provider: providerName(message.provider),
  };
  if (origin !== undefined) facts["Made by"] = `${origin.subscriber}, from ${origin.type}`;
  const title = element("h2", { id: "reader-title" }, headingOf(message));
  return [
    element("header", {}, channelMark(message.channel), title, closeButton(close)),
    element(
      "dl",
      { class: "facts" },
      Object.entries(facts)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    ),
    element("p", { class: "unsent" }, unsentText(message, live)),
    element("nav", { class: "tabs", "aria-label": "Parts of the message" }, tabs),
    message.remotePictures && element("p", { class: "note" }, "Pictures from the internet are not loaded here."),
    panel,
  ].filter(Boolean);
}

function gone(close) {
  const title = element("h2", { id: "reader-title" }, "This message is not held any more");
  return [
    element("header", {}, title, closeButton(close)),
    element("p", { class: "note" }, "The inbox keeps the newest 500 messages, and at most 32 MB."),
  ];
}

export function closeButton(close) {
  const button = element("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  button.addEventListener("click", close);
  return button;
}
