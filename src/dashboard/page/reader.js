import { element, time } from "./dom.js";
import { headingOf, indented, segmentsText } from "./title.js";

/** Opens the message that the address names (`#message=<id>`), and closes the reader where it names none. */
export function messageReader(dialog, { originOf, onOpen }) {
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
    dialog.replaceChildren(...(response.ok ? letter(await response.json(), { origin: originOf(id), close }) : gone(close)));
    onOpen(id);
    if (!dialog.open) dialog.showModal();
    return undefined;
  };
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  return follow;
}

function letter(message, { origin, close }) {
  const parts = partsOf(message);
  const panel = element("div", { class: "part" });
  const tabs = Object.keys(parts).map((name) => element("button", { type: "button" }, name));
  const show = (tab) => {
    for (const other of tabs) other.setAttribute("aria-pressed", String(other === tab));
    panel.replaceChildren(parts[tab.textContent]());
  };
  for (const tab of tabs) tab.addEventListener("click", () => show(tab));
  if (tabs.length > 0) show(tabs[0]);
  const facts = { To: message.to.join(", "), From: message.from, At: time(message.at, { precise: true }), Provider: message.provider };
  if (origin !== undefined) facts["Made by"] = `${origin.subscriber}, from ${origin.type}`;
  const title = element("h2", { id: "reader-title" }, headingOf(message));
  return [
    element("header", {}, title, closeButton(close)),
    element(
      "dl",
      { class: "facts" },
      Object.entries(facts).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    ),
    element("nav", { class: "tabs", "aria-label": "Parts of the message" }, tabs),
    message.remotePictures && element("p", { class: "note" }, "Pictures from the internet are not loaded here."),
    panel,
  ].filter(Boolean);
}

function partsOf({ id, provider, subject, hasHtml, text, cost, headers, attachments, messageId, deliveryId, size }) {
  const frame = {
    src: `/messages/${id}/html`,
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer",
    title: subject,
  };
  const all = [...headers, ["x-message-id", messageId], ["delivery", deliveryId], ["size", `${size} bytes`]].filter(([, value]) => value);
  const files = attachments.map(({ filename, type, bytes }) => [filename, `${type}, ${bytes} bytes`]);
  return {
    ...(hasHtml && { HTML: () => element("iframe", frame) }),
    ...(text !== undefined && textPart({ provider, text, cost })),
    Headers: () => pairs(all),
    ...(files.length > 0 && { Attachments: () => pairs(files) }),
  };
}

/** The text as its reader sees it: of an SMS as on a phone, with what it costs below. */
function textPart({ provider, text, cost }) {
  if (provider === "webhook") return { Body: () => element("pre", {}, indented(text)) };
  if (cost === undefined) return { Text: () => element("pre", {}, text) };
  return {
    Text: () =>
      element("div", { class: "phone" }, element("p", { class: "bubble" }, text), element("p", { class: "cost" }, segmentsText(cost))),
  };
}

function pairs(rows) {
  return element(
    "dl",
    { class: "pairs" },
    rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
}

function gone(close) {
  const title = element("h2", { id: "reader-title" }, "This message is not held any more");
  return [
    element("header", {}, title, closeButton(close)),
    element("p", { class: "note" }, "The inbox keeps the newest 500 messages, and at most 32 MB."),
  ];
}

function closeButton(close) {
  const button = element("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  button.addEventListener("click", close);
  return button;
}
