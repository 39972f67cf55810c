import { element, time } from "./dom.js";

/** A message in the list. */
export function messageItem({ id, subject, excerpt, to, provider, at, origin }) {
  return element(
    "li",
    { class: "message", "data-event": origin?.event },
    element(
      "a",
      { href: `#message=${id}` },
      element("span", { class: "line" }, element("span", { class: "subject" }, subject || excerpt || "(no subject)"), time(at)),
      element(
        "span",
        { class: "line" },
        element("span", { class: "to" }, to.join(", ")),
        element("span", { class: "origin" }, origin === undefined ? provider : `${provider} · ${origin.subscriber}`),
      ),
    ),
  );
}
