import { element, time } from "./dom.js";
import { ask } from "./dead-letters-api.js";

/** Everything that is known of one dead letter, with its data to edit. `onEnd` is called when it is a dead letter no more. */
export async function deadLetterAutopsy(id, { onEnd }) {
  const letter = await ask(`GET /v1/dead-letters/${id}`);
  if (letter.problem !== undefined) return element("p", { class: "note" }, letter.problem);
  const { queue, subscriber, route, to, event, reason, reasonClass, attempts, firstAt, lastAt, build, stack, timeline, rendered } = letter;
  const facts = {
    What: [queue, subscriber, route === queue ? undefined : route].filter(Boolean).join(" / "),
    To: to === subscriber ? undefined : to,
    Event: event && `${event.type} ${event.id}`,
    Class: reasonClass,
    Tries: [`${attempts}, from `, time(firstAt, { precise: true }), " to ", time(lastAt, { precise: true })],
    Build: build,
  };
  return element(
    "div",
    { class: "part autopsy" },
    element("p", { class: "dead" }, reason),
    element(
      "dl",
      { class: "facts" },
      Object.entries(facts)
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    ),
    editor(letter, { onEnd }),
    messageOf(rendered),
    timeline.length > 0 && section("What happened", element("ol", { class: "steps" }, timeline.map(stepItem))),
    stack.length > 0 && section("Stack", element("pre", {}, stack.join("\n"))),
  );
}

/** The payload of an event, or what a message is made of. */
function dataOf({ data, queue }) {
  const isEvent = ["handler", "routing", "audiences"].includes(queue);
  return isEvent && typeof data === "object" && data !== null ? data.data : data;
}

function editor(letter, { onEnd }) {
  const { id, queue } = letter;
  const before = JSON.stringify(dataOf(letter), undefined, 2) ?? "";
  const text = element("textarea", {
    rows: String(Math.min(16, before.split("\n").length + 1)),
    spellcheck: "false",
    "aria-label": "Data",
  });
  text.value = before;
  text.readOnly = queue === "callbacks";
  const reason = element("input", { name: "reason", placeholder: "Why (a discard needs it)", maxlength: "200", autocomplete: "off" });
  const told = element("p", { class: "note bad", role: "alert" });
  const problems = element("ul", { class: "problems" });
  const why = () => (reason.value.trim() === "" ? {} : { reason: reason.value.trim() });

  const act = async (what, words) => {
    const answer = await ask(what, { ...words, ...why() });
    told.textContent = answer.problem ?? "";
    problems.replaceChildren(...(answer.problems ?? []).map((problem) => element("li", {}, problem)));
    if (answer.problem === undefined) onEnd();
  };
  const edited = () => {
    if (text.value === before) return {};
    try {
      return { data: JSON.parse(text.value) };
    } catch (error) {
      told.textContent = `The data is no JSON: ${error.message}`;
      return undefined;
    }
  };
  const redrive = button("Queue again", () => {
    const words = edited();
    if (words !== undefined) void act(`POST /v1/dead-letters/${id}/redrive`, words);
  });
  const discard = button("Discard", () => {
    if (reason.value.trim() === "") {
      told.textContent = "Say why it is given up for good.";
      reason.focus();
    } else void act(`DELETE /v1/dead-letters/${id}`, {});
  });
  const note =
    queue === "callbacks"
      ? "What a provider told cannot be edited."
      : "What is masked or [secret] stays what it is, as long as you leave it.";
  return section("Data", text, element("small", {}, note), element("p", { class: "verbs" }, redrive, discard, reason), told, problems);
}

function messageOf(rendered) {
  if (rendered === undefined) return undefined;
  if (rendered.problem !== undefined)
    return section("Message", element("p", { class: "note" }, `This build makes none of it: ${rendered.problem}`));
  return section(
    "Message, as this build makes it now",
    Object.entries(rendered.fields).map(([name, value]) =>
      element("details", { class: `field-${name}`, open: name !== "html" }, element("summary", {}, name), element("pre", {}, value)),
    ),
  );
}

function stepItem({ step, at, detail }) {
  return element("li", {}, time(at, { precise: true }), element("b", {}, step), element("span", {}, detail));
}

function section(title, ...children) {
  return element("section", {}, element("h3", {}, title), ...children);
}

export function button(text, act) {
  const made = element("button", { type: "button", class: "verb" }, text);
  made.addEventListener("click", act);
  return made;
}
