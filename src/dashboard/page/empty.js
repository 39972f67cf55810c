import { element } from "./dom.js";

/** Shows sentences in the place of an empty list; `false` hides them. */
export function showInstead(place, sentences) {
  place.hidden = sentences === false;
  if (sentences !== false) place.replaceChildren(...sentences);
}

/** What to do when nothing was published, and who would listen. */
export function howToPublish(topics) {
  const [topic] = topics;
  if (topic === undefined) return [element("p", {}, "This application defines no topic yet. Define the first one in topics/index.ts.")];
  const listened = topics.map(({ name, subscribers }) =>
    element("li", {}, element("code", {}, name), ` → ${subscribers.join(", ") || "nobody yet"}`),
  );
  return [
    element("p", {}, "Nothing has been published yet. Publish an example from a terminal:"),
    element("pre", {}, `npm run busbar -- publish ${topic.name} --example`),
    element("p", {}, "or an event of your own from code:"),
    element("pre", {}, `await ${topic.publish}({ … });`),
    element("p", {}, "Who listens to which topic:"),
    element("ul", {}, listened),
  ];
}

export function whyNoMessages(inbox) {
  const why =
    inbox === null
      ? "No mailroom runs in this process: what was sent is with the providers."
      : "No message yet. What the workers send to the mailroom is shown here, and each message opens.";
  return [element("p", {}, why)];
}

/** What to do when a search leaves nothing. */
export function nothingFound({ problem, onClear }) {
  const button = element("button", { type: "button", class: "quiet" }, "Show all messages");
  button.addEventListener("click", onClear);
  return [element("p", {}, problem ?? "No message in the inbox fits."), button];
}
