import { element, time } from "./dom.js";
import { segmentsText } from "./title.js";

/** A message as it stands on the phone of whoever gets it. */
export function phoneOf(message) {
  if (message.channel === "push") return lockScreen(message);
  return message.channel === "whatsapp" ? whatsappChat(message) : smsChat(message);
}

/** With what it costs below. */
function smsChat({ from, text = "", at, cost }) {
  return element(
    "div",
    { class: "phone" },
    element("div", { class: "screen sms" }, element("p", { class: "sender" }, from), element("p", { class: "bubble" }, text), time(at)),
    cost !== undefined && element("p", { class: "cost" }, segmentsText(cost)),
  );
}

/** With the approved template below, and what was put into it. */
function whatsappChat({ from, text = "", at, whatsapp = { parameters: [] } }) {
  const { template, language, parameters } = whatsapp;
  const rows = [...(template === undefined ? [] : [["Template", template]]), ...(language === undefined ? [] : [["Language", language]])];
  return element(
    "div",
    { class: "phone" },
    element(
      "div",
      { class: "screen whatsapp" },
      element("p", { class: "sender" }, from),
      element("div", { class: "bubble" }, element("p", {}, text), time(at)),
    ),
    rows.length + parameters.length > 0 &&
      element(
        "dl",
        { class: "cost" },
        rows.map(([name, value]) => pair(name, value)),
        parameters.map(({ name, value }) => pair(`{{${name}}}`, value)),
      ),
  );
}

function lockScreen({ at, push = {} }) {
  const { title, body, link } = push;
  const date = new Date(at);
  return element(
    "div",
    { class: "phone" },
    element(
      "div",
      { class: "screen lock" },
      element("p", { class: "day" }, date.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" })),
      element("p", { class: "clock" }, date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })),
      element(
        "div",
        { class: "notification" },
        title !== undefined && element("p", { class: "title" }, title),
        element("p", {}, body ?? (title === undefined ? "Only its browser can read it." : "")),
      ),
    ),
    element("dl", { class: "cost" }, pair("A tap opens", link ?? "the application")),
  );
}

function pair(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}
