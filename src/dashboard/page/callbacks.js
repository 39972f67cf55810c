import { element, showList, time } from "./dom.js";
import { answerButtons, isWell, standingOf, statusButtons, tellingText, waysOf } from "./tellings.js";
import { providerName } from "./words.js";

const lookMs = 700;

/** What the vendor of a message has called back with, and buttons to make it call. */
export function callbacksOf({ id, provider, tellable, callbacks }) {
  const name = providerName(provider);
  const problem = element("p", { class: "note bad", role: "alert" });
  const list = element("ol", { class: "callbacks" });
  const none = element("p", { class: "note" }, `${name} has told nothing of this message.`);
  const ways = waysOf(tellable);
  const form = element("form", { class: "ways" }, choiceOf(ways));
  form.addEventListener("submit", (event) => event.preventDefault());

  const show = (latest) => {
    none.hidden = latest.length > 0;
    showList(list, withPlaces(latest.toReversed()), { key: (one) => one.id, render: (one) => callbackItem(one, provider) });
  };
  const tell = async (telling) => {
    const way = ways.find((one) => one.id === new FormData(form).get("way"));
    const { callbacks: latest, problem: wrong = "" } = await ask(`/messages/${id}/callbacks`, { ...telling, ...way.telling });
    problem.textContent = wrong;
    if (latest !== undefined) show(latest);
  };
  const buttonsOf = (legend, buttons) => buttons.length > 0 && buttonGroup(legend, buttons, tell);

  const panel = element(
    "div",
    { class: "telling" },
    buttonsOf(`${name} says`, statusButtons(tellable)),
    buttonsOf("Its reader answers", answerButtons(tellable)),
    form,
    problem,
    none,
    list,
  );
  show(callbacks);
  void keepLooking({ panel, show, address: `/messages/${id}/callbacks` });
  return panel;
}

/** Shows what changes while it is looked at. */
async function keepLooking({ panel, show, address }) {
  for (;;) {
    await new Promise((next) => setTimeout(next, lookMs));
    if (!panel.isConnected) return;
    if (document.hidden) continue;
    const { callbacks } = await ask(address);
    if (callbacks !== undefined) show(callbacks);
  }
}

/** What the server says; with `telling`, what it says to that. */
async function ask(address, telling) {
  const post = telling && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(telling) };
  try {
    const response = await fetch(address, { ...post, signal: AbortSignal.timeout(5_000) });
    const body = await response.json();
    if (response.ok) return body;
    const { detail, problems = [] } = body;
    return { problem: problems.length > 0 ? `Nothing was told: ${problems.join("; ")}` : detail };
  } catch {
    return { problem: "The server does not answer." };
  }
}

function buttonGroup(legend, buttons, onTell) {
  const made = buttons.map(({ text, telling }) => {
    const button = element("button", { type: "button", class: "tell" }, text);
    button.addEventListener("click", () => void onTell(telling));
    return button;
  });
  return element(
    "div",
    { class: "tells", role: "group", "aria-label": legend },
    element("span", { class: "legend" }, legend),
    element("div", {}, made),
  );
}

function choiceOf(ways) {
  return element(
    "fieldset",
    { class: "choice" },
    element("legend", {}, "It comes"),
    ways.map(({ id, text, hint }, index) =>
      element(
        "label",
        { title: hint },
        element("input", { type: "radio", name: "way", value: id, checked: index === 0 }),
        element("span", {}, text),
      ),
    ),
  );
}

/** The place of a callback is shown where it is another one than that above. */
function withPlaces(callbacks) {
  return callbacks.map((one, index) => (one.to === callbacks[index - 1]?.to ? one : { ...one, place: one.to }));
}

function callbackItem(callback, provider) {
  const well = isWell(callback);
  const standing = provider === "expo" && callback.state === "waiting" ? "not asked for yet" : standingOf(callback);
  const state = well === undefined ? "open" : well ? "well" : "ill";
  return element(
    "li",
    { class: `callback ${state}` },
    element("span", { class: "says" }, tellingText(callback)),
    element("span", { class: "standing" }, standing),
    callback.at !== undefined && time(callback.at, { precise: true }),
    callback.place !== undefined && element("code", { class: "place" }, callback.place),
  );
}
