import { element } from "./dom.js";
import { button } from "./autopsy.js";
import { ask } from "./dead-letters-api.js";

const lookMs = 500;
const words = {
  redrive: { title: "Queue again", doing: "Queueing again", done: "queued again" },
  discard: { title: "Discard for good", doing: "Discarding", done: "discarded" },
};

/** A verb on all that a filter means: first what it would come to, then how far it is. */
export function bulkPanel({ verb, filter, onEnd, onClose }) {
  const panel = element("section", { class: "bulk" }, element("p", { class: "note" }, "Looking …"));
  const say = (...children) => panel.replaceChildren(element("h3", {}, words[verb].title), ...children);
  const back = () => button("Back", onClose);

  const follow = async (operation) => {
    const { id, state, total, done, sent, refused, reasons } = operation;
    const more = [sent > 0 && `${sent} had been sent meanwhile`, refused > 0 && `${refused} left as they were`].filter(Boolean);
    const text = [`${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${words[verb].done}`, ...more].join(", ");
    const why = Object.entries(reasons).map(([reason, count]) => element("li", {}, `${count}: ${reason}`));
    const bar = element("progress", { max: String(Math.max(total, 1)), value: String(done + sent + refused) });
    if (state !== "running") {
      say(
        bar,
        element("p", { role: "status" }, `${state === "finished" ? "Done" : "Ended"}: ${text}.`),
        element("ul", { class: "problems" }, why),
        back(),
      );
      return onEnd();
    }
    const end = button("Stop", () => void ask(`POST /v1/dead-letters/operations/${id}/cancel`));
    say(bar, element("p", { role: "status" }, `${words[verb].doing}: ${text}.`), element("p", { class: "verbs" }, end, back()));
    await new Promise((next) => setTimeout(next, lookMs));
    if (!panel.isConnected) return undefined;
    const next = await ask(`GET /v1/dead-letters/operations/${id}`);
    return next.problem === undefined ? follow(next) : say(element("p", { class: "note bad" }, next.problem), back());
  };

  const preview = async () => {
    const seen = await ask("GET /v1/dead-letters/preview", filter);
    if (seen.problem !== undefined) return say(element("p", { class: "note bad" }, seen.problem), back());
    const { total, parts, samples } = seen;
    const pace = element("input", {
      type: "number",
      min: "1",
      max: "10000",
      placeholder: "no limit",
      "aria-label": "At most so many a second",
    });
    const reason = element("input", {
      maxlength: "200",
      placeholder: verb === "discard" ? "Why" : "Why, if you like",
      "aria-label": "Why",
    });
    const told = element("p", { class: "note bad", role: "alert" });
    const begin = button(`${words[verb].title}: ${total.toLocaleString("en")}`, async () => {
      if (verb === "discard" && reason.value.trim() === "") {
        told.textContent = "Say why they are given up for good.";
        return reason.focus();
      }
      begin.disabled = true;
      told.textContent = "Beginning …";
      const given = Object.keys(filter).length === 0 ? { all: true } : filter;
      const pacing = pace.value === "" ? {} : { pace: Number(pace.value) };
      const why = reason.value.trim() === "" ? {} : { reason: reason.value.trim() };
      const answer = await ask(`POST /v1/dead-letters/${verb}`, { ...given, ...pacing, ...why });
      if (answer.problem === undefined) return follow(answer.operation);
      begin.disabled = false;
      told.textContent = [answer.problem, ...answer.problems].join(" ");
      return undefined;
    });
    const rows = parts.map(({ queue, subscriber, reasonClass, count }) =>
      element(
        "tr",
        {},
        [queue, subscriber || "–", reasonClass, count.toLocaleString("en")].map((cell) => element("td", {}, cell)),
      ),
    );
    const head = element(
      "tr",
      {},
      ["Queue", "Subscriber", "Class", "Dead letters"].map((name) => element("th", { scope: "col" }, name)),
    );
    return say(
      element("p", {}, "Nothing is changed yet."),
      element("table", {}, element("thead", {}, head), element("tbody", {}, rows)),
      element(
        "ul",
        { class: "samples" },
        samples.slice(0, 5).map(({ to, reason: text }) => element("li", {}, `${to === undefined ? "" : `${to}: `}${text}`)),
      ),
      element(
        "p",
        { class: "verbs" },
        begin,
        back(),
        element("label", { class: "only" }, element("span", {}, "At most a second"), pace),
        reason,
      ),
      told,
    );
  };
  void preview();
  return panel;
}
