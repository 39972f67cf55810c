import { element } from "./dom.js";
import { phoneOf } from "./phone.js";
import { indented } from "./title.js";

/** The parts of a message by their names, each a function that draws it; the first is shown first. */
export function partsOf(message) {
  const { channel, text, attachments } = message;
  const files = attachments.map(({ filename, type, bytes }) => [filename, `${type}, ${bytes} bytes`]);
  const details = { Headers: () => pairs(headersOf(message)), ...(files.length > 0 && { Attachments: () => pairs(files) }) };
  if (channel === "webhook") return { Body: () => element("pre", {}, indented(text ?? "")), ...details };
  if (channel !== "email") return { Phone: () => phoneOf(message), Raw: () => element("pre", {}, rawOf(message)) };
  return {
    ...(message.hasHtml && { HTML: () => frameOf(message) }),
    ...(text !== undefined && { Text: () => element("pre", {}, text) }),
    ...details,
  };
}

function frameOf({ id, subject }) {
  return element("iframe", {
    src: `/messages/${id}/html`,
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer",
    title: subject,
  });
}

/** What the provider was asked for, as the mailroom keeps it, and the ids that belong to it. */
function rawOf({ headers, request, text, messageId, deliveryId, size }) {
  const told = headers.length === 0 ? undefined : Object.fromEntries(headers);
  return JSON.stringify({ messageId, deliveryId, size, headers: told, text, request }, undefined, 2);
}

function headersOf({ headers, messageId, deliveryId, size }) {
  return [...headers, ["x-message-id", messageId], ["delivery", deliveryId], ["size", `${size} bytes`]].filter(([, value]) => value);
}

function pairs(rows) {
  return element(
    "dl",
    { class: "pairs" },
    rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
}
