import { element, time } from "./dom.js";
import { titleOf } from "./title.js";

/** A message in the list. */
export function messageItem(message) {
  const { id, excerpt, to, provider, at, origin } = message;
  // Where a webhook goes is its title.
  const second = provider === "webhook" ? (excerpt ?? "") : to.join(", ");
  return element(
    "li",
    { class: "message", "data-event": origin?.event },
    element(
      "a",
      { href: `#message=${id}` },
      element("span", { class: "line" }, element("span", { class: "subject" }, titleOf(message)), time(at)),
      element(
        "span",
        { class: "line" },
        element("span", { class: "to" }, second),
        element("span", { class: "origin" }, origin === undefined ? provider : `${provider} · ${origin.subscriber}`),
      ),
    ),
  );
}
