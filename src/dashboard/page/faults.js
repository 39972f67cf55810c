import { element, showList } from "./dom.js";
import { closeButton } from "./reader.js";
import { faultText, isTrouble, troubleOf, troubles } from "./troubles.js";
import { carriedBy, providerName } from "./words.js";

const json = { "content-type": "application/json" };

/**
 * The switches of the mailroom's faults, in a dialog that the address `#faults` opens. `onChange` is called when something was switched.
 * A switch is on while a fault of its kind waits; it goes off by itself when that has struck for the last time.
 */
export function faultPanel(dialog, { opener, onChange }) {
  let waiting = [];
  const switches = [];
  const problem = element("p", { class: "note bad", role: "alert" });
  const list = element("ul", { class: "waiting-faults" });
  const none = element("p", { class: "note" }, "No fault waits: the mailroom takes whatever is right.");
  const all = element("button", { type: "button", class: "quiet" }, "Lift all");
  const settings = settingsForm();

  const change = async (address, request) => {
    problem.textContent = await problemOf(address, request);
    await onChange();
  };
  const lift = async (faults) => {
    for (const { id } of faults) await change(`/faults/${encodeURIComponent(id)}`, { method: "DELETE" });
  };
  const flip = (provider, trouble) => {
    const on = waiting.filter((fault) => fault.provider === provider && isTrouble(fault, trouble));
    if (on.length > 0) return lift(on);
    const fault = { ...troubleOf(trouble, provider).fault, ...chosenIn(settings) };
    return change("/faults", { method: "POST", headers: json, body: JSON.stringify({ provider, ...fault }) });
  };

  const build = (providers) => {
    const rows = providers.map((provider) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, providerName(provider), element("small", {}, carriedBy(provider))),
        troubles.map((trouble) => element("td", {}, switchOf(provider, trouble))),
      ),
    );
    const head = element(
      "tr",
      {},
      element("th", { scope: "col" }, "Provider"),
      troubles.map(({ name }) => element("th", { scope: "col" }, name)),
    );
    dialog.replaceChildren(
      element("header", {}, element("h2", { id: "faults-title" }, "Faults"), closeButton(close)),
      element(
        "div",
        { class: "part" },
        element(
          "p",
          { class: "note" },
          "Let the mailroom behave as a provider in trouble. A fault strikes messages that would have been accepted.",
        ),
        settings,
        element("table", {}, element("thead", {}, head), element("tbody", {}, rows)),
        problem,
        element("div", { class: "waiting-head" }, element("h3", {}, "Waiting to strike"), all),
        none,
        list,
      ),
    );
  };

  const switchOf = (provider, trouble) => {
    const known = troubleOf(trouble, provider);
    if (known === undefined)
      return element("span", { class: "never", title: `${providerName(provider)} takes what will bounce, and tells of it later` }, "–");
    const button = element(
      "button",
      { type: "button", class: "switch", role: "switch", "aria-checked": "false", title: `${providerName(provider)} ${known.says}` },
      element("span", {}, known.says),
    );
    button.addEventListener("click", () => void flip(provider, trouble));
    switches.push({ button, provider, trouble });
    return button;
  };

  function close() {
    if (dialog.open) dialog.close();
  }
  const follow = async () => {
    if (location.hash !== "#faults") return close();
    const known = await fetch("/faults").catch(() => ({ ok: false }));
    // There is no mailroom here, or nobody answers: the page says so itself.
    if (!known.ok || location.hash !== "#faults") return close();
    const { providers } = await known.json();
    if (switches.length === 0) build(providers);
    show(waiting);
    if (!dialog.open) dialog.showModal();
    return undefined;
  };
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => {
    problem.textContent = "";
    if (location.hash === "#faults") history.pushState(null, "", location.pathname);
  });
  all.addEventListener("click", () => void change("/faults", { method: "DELETE" }));
  addEventListener("hashchange", follow);

  const show = (faults) => {
    waiting = faults ?? [];
    opener.hidden = faults === undefined;
    opener.textContent = waiting.length === 0 ? "Faults" : `${waiting.length} ${waiting.length === 1 ? "fault" : "faults"} on`;
    opener.classList.toggle("on", waiting.length > 0);
    for (const { button, provider, trouble } of switches)
      button.setAttribute("aria-checked", String(waiting.some((fault) => fault.provider === provider && isTrouble(fault, trouble))));
    showList(list, waiting, { key: ({ id }) => id, render: (fault) => waitingItem(fault, () => void lift([fault])) });
    none.hidden = waiting.length > 0;
    all.hidden = waiting.length === 0;
  };
  return { show, follow };
}

function waitingItem(fault, onLift) {
  const text = faultText(fault);
  const button = element("button", { type: "button", class: "quiet", "aria-label": `Lift: ${text}` }, "Lift");
  button.addEventListener("click", onLift);
  return element("li", {}, element("span", {}, text), button);
}

/** How often the next fault strikes, and whom. */
function settingsForm() {
  const often = [
    ["1", "Once"],
    ["5", "5 times"],
    ["until-lifted", "Until switched off"],
  ];
  const form = element(
    "form",
    { class: "settings" },
    element(
      "fieldset",
      { class: "choice" },
      element("legend", {}, "How often"),
      often.map(([value, word], index) =>
        element("label", {}, element("input", { type: "radio", name: "times", value, checked: index === 0 }), element("span", {}, word)),
      ),
    ),
    element(
      "label",
      { class: "only" },
      element("span", {}, "Only to"),
      element("input", {
        name: "to",
        autocomplete: "off",
        spellcheck: "false",
        maxlength: "200",
        placeholder: "everybody, or asha@example.in, @example.in",
      }),
    ),
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

function chosenIn(form) {
  const data = new FormData(form);
  const [times, to] = [data.get("times"), data.get("to").trim()];
  return { times: /^\d+$/.test(times) ? Number(times) : times, ...(to === "" ? {} : { to }) };
}

/** What went wrong with a change, as text; empty when nothing did. */
async function problemOf(address, request) {
  try {
    const response = await fetch(address, { ...request, signal: AbortSignal.timeout(5_000) });
    // What waits no more need not be lifted.
    if (response.ok || (request.method === "DELETE" && response.status === 404)) return "";
    const { detail, problems = [] } = await response.json();
    return `Nothing was changed: ${problems.length > 0 ? problems.join("; ") : detail}`;
  } catch {
    return "The server does not answer: nothing was changed.";
  }
}
