import { element, showList, time } from "./dom.js";
import { closeButton } from "./reader.js";
import { pausedText } from "./standings.js";

const json = { "content-type": "application/json" };
const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/**
 * What a person changes of the queues at run time, in a dialog that the address `#channels` opens. It uses the API, which works without a key
 * where the feed says that it is open. `onChange` is called when something was changed.
 */
export function channelPanel(dialog, { opener, onChange }) {
  let operable = false;
  const list = element("ul", {});
  const problem = element("p", { class: "note bad", role: "alert" });
  const locked = element(
    "p",
    { class: "note" },
    "This server asks for API keys, so that here is only shown what holds: busbar channels changes it.",
  );
  const close = () => dialog.open && dialog.close();
  dialog.append(
    element("header", {}, element("h2", { id: "channels-title" }, "Channels"), closeButton(close)),
    element(
      "div",
      { class: "part" },
      element("p", { class: "note" }, "What is set here holds for all processes, and over restarts, until it is reset."),
      locked,
      problem,
      list,
    ),
  );

  const change = async (name, verb, body = {}) => {
    problem.textContent = await told(name, { verb, body });
    await onChange();
  };
  const follow = () => {
    if (location.hash !== "#channels") return close();
    if (!dialog.open) dialog.showModal();
    return undefined;
  };
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => {
    problem.textContent = "";
    if (location.hash === "#channels") history.pushState(null, "", location.pathname);
  });
  addEventListener("hashchange", follow);

  return {
    follow,
    show({ control, open }) {
      operable = open;
      locked.hidden = operable;
      const changed = control.filter(({ paused, atRunTime }) => paused || atRunTime !== undefined).length;
      opener.textContent = changed === 0 ? "Channels" : `${changed} ${changed === 1 ? "channel" : "channels"} changed`;
      opener.classList.toggle("on", changed > 0);
      const items = control.map((queue) => ({ ...queue, operable }));
      showList(list, items, { key: ({ name }) => name, render: (queue) => channelItem(queue, change) });
    },
  };
}

function channelItem({ name, paused, pausedBy, concurrency, rateLimit, atRunTime, configured, operable }, change) {
  const turn = element("button", { type: "button", class: "quiet" }, paused ? "Resume" : "Pause");
  turn.addEventListener("click", () => void change(name, paused ? "resume" : "pause"));
  const reset = element("button", { type: "button", class: "quiet" }, "Reset");
  reset.addEventListener("click", () => void change(name, "reset"));
  const limited = concurrency !== undefined;
  const form = element(
    "form",
    {},
    element("b", {}, name),
    limited && field("Rate", { name: "rate", value: rateText(rateLimit), disabled: !operable }),
    limited && field("Concurrency", { name: "concurrency", value: String(concurrency), inputmode: "numeric", disabled: !operable }),
    operable && limited && element("button", { type: "submit", class: "quiet" }, "Set"),
    operable && atRunTime !== undefined && reset,
    operable && turn,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const [rate, places] = [data.get("rate").trim(), Number(data.get("concurrency"))];
    // Only what was changed is set; the rest stays as the configuration says.
    const body = { ...(rate !== rateText(rateLimit) && { rate }), ...(places !== concurrency && { concurrency: places }) };
    if (Object.keys(body).length > 0) void change(name, "set", body);
  });
  return element(
    "li",
    {},
    form,
    paused && changedLine("Paused", pausedBy),
    changedLine(`Rate ${rateText(rateLimit)} in place of ${rateText(configured?.rateLimit)}, set`, atRunTime?.rateLimit),
    changedLine(`Concurrency ${concurrency} in place of ${configured?.concurrency}, set`, atRunTime?.concurrency),
  );
}

function changedLine(what, done) {
  if (done === undefined) return what === "Paused" && element("p", { class: "changed" }, what);
  const why = done.reason === undefined ? "" : `: ${done.reason}`;
  return element("p", { class: "changed" }, `${what} by ${done.by}, `, time(done.at), why);
}

function field(label, attributes) {
  return element("label", {}, label, element("input", { autocomplete: "off", spellcheck: "false", maxlength: "20", ...attributes }));
}

function rateText(rate) {
  if (rate === undefined || rate === false) return "off";
  const [unit, length] = units.find(([, milliseconds]) => rate.per % milliseconds === 0);
  return `${rate.max}/${rate.per / length}${unit}`;
}

/** What is to be said of a change: what went wrong, or that somebody else had paused it already; empty where there is nothing to say. */
async function told(name, { verb, body }) {
  try {
    const response = await fetch(`/v1/channels/${name}/${verb}`, {
      method: "POST",
      headers: json,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
    const { already, detail, problems = [] } = await response.json();
    if (response.ok) return already === undefined ? "" : pausedText(name, already);
    return `Nothing was changed: ${problems.length > 0 ? problems.join("; ") : detail}`;
  } catch {
    return "The server does not answer: nothing was changed.";
  }
}
