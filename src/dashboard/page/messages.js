import { element, time } from "./dom.js";
import { recipientText, titleOf } from "./title.js";
import { channelWords, providerName } from "./words.js";

/** How well it stands with a message of which that was told. */
const toldMarks = { delivered: "good", read: "good", bounced: "bad", failed: "bad", "opted out": "out" };

/** A message in the list. */
export function messageItem(message) {
  const { id, channel, excerpt, provider, at, origin, told } = message;
  // Where a webhook goes is its title; what a push says stands below it.
  const second = channel === "webhook" ? (excerpt ?? "") : recipientText(message);
  return element(
    "li",
    { class: "message", "data-event": origin?.event },
    element(
      "a",
      { href: `#message=${id}` },
      channelMark(channel),
      element(
        "span",
        { class: "lines" },
        element(
          "span",
          { class: "line" },
          element("span", { class: "subject" }, titleOf(message)),
          told !== undefined && element("span", { class: `told ${toldMarks[told] ?? ""}` }, told),
          time(at),
        ),
        element(
          "span",
          { class: "line" },
          element("span", { class: "to" }, second),
          element(
            "span",
            { class: "origin" },
            origin === undefined ? providerName(provider) : `${providerName(provider)} · ${origin.subscriber}`,
          ),
        ),
      ),
    ),
  );
}

/** The sign of a channel; its name for those who do not see it. */
export function channelMark(channel) {
  const word = channelWords[channel] ?? channel;
  return element("span", { class: `channel ${channel}`, role: "img", "aria-label": word, title: word });
}
