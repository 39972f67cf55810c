import { element } from "./dom.js";
import { button } from "./autopsy.js";
import { ask } from "./dead-letters-api.js";

const lookMs = 500;
const words = {
  redrive: { title: "Queue again", doing: "Queueing again", done: "queued again" },
  discard: { title: "Discard for good", doing: "Discarding", done: "discarded" },
};

const figure = (count) => count.toLocaleString("en");

/** What of an operation is over. */
const barOf = ({ state, total, done, sent, refused }) => (state === "finished" ? Math.max(total, 1) : done + sent + refused);

/** How far an operation is, in words. */
export function textOf(verb, { state, total, done, sent, refused }) {
  const more = [sent > 0 && `${figure(sent)} had been sent meanwhile`, refused > 0 && `${figure(refused)} left as they were`];
  const text = [`${figure(done)} of ${figure(total)} ${words[verb].done}`, ...more.filter(Boolean)].join(", ");
  if (state === "running") return `${words[verb].doing}: ${text}.`;
  if (total === 0) return "Done: no dead letter was meant any more.";
  return state === "finished" ? `Done: ${text}.` : `Stopped: ${text}. What it had not got to stays a dead letter.`;
}

/** Why some were left as they were. */
export function whyOf({ reasons, uncounted = 0 }) {
  const gone = uncounted === 0 ? [] : [`${figure(uncounted)}: somebody else had done it when their turn came`];
  return [...Object.entries(reasons).map(([reason, count]) => `${figure(count)}: ${reason}`), ...gone];
}

/** A verb on all that a filter means: first what it would come to, then how far it is. */
export function bulkPanel({ verb, filter, onEnd, onClose }) {
  const panel = element("section", { class: "bulk" }, element("p", { class: "note" }, "Looking …"));
  const say = (...children) => panel.replaceChildren(element("h3", {}, words[verb].title), ...children);
  const back = () => button("Back", onClose);

  /** While it runs the same elements stay, so that nobody loses the focus. */
  const follow = async (first) => {
    const bar = element("progress", {});
    const text = element("p", { role: "status" });
    const trouble = element("p", { class: "note bad" });
    const end = button("Stop", () => {
      end.disabled = true;
      void ask(`POST /v1/dead-letters/operations/${first.id}/cancel`);
    });
    say(bar, text, trouble, element("p", { class: "verbs" }, end, back()));
    for (let now = first; ; now = await ask(`GET /v1/dead-letters/operations/${first.id}`)) {
      if (now.problem !== undefined) return say(element("p", { class: "note bad" }, now.problem), element("p", { class: "verbs" }, back()));
      bar.max = Math.max(now.total, 1);
      bar.value = barOf(now);
      text.textContent = textOf(verb, now);
      trouble.textContent = now.trouble === undefined ? "" : `Its last run ended early and is tried again: ${now.trouble}`;
      if (now.state !== "running") {
        const why = element(
          "ul",
          { class: "problems" },
          whyOf(now).map((sentence) => element("li", {}, sentence)),
        );
        say(bar, text, why, element("p", { class: "verbs" }, back()));
        return onEnd();
      }
      await new Promise((next) => setTimeout(next, lookMs));
      if (!panel.isConnected) return undefined;
    }
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
    const begin = button(`${words[verb].title}: ${figure(total)}`, async () => {
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
        [queue, subscriber || "–", reasonClass, figure(count)].map((cell) => element("td", {}, cell)),
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
