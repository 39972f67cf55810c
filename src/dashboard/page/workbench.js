import { element, time } from "./dom.js";
import { button, deadLetterAutopsy } from "./autopsy.js";
import { bulkPanel } from "./bulk.js";
import { ask } from "./dead-letters-api.js";
import { filterOf, letterFilterForm } from "./letter-filter.js";
import { closeButton } from "./reader.js";

const debounceMs = 250;
const pageSize = 50;

/** The dead letters, in a dialog that the address `#dead-letters` opens, and `#dead-letters=<id>` at one of them. */
export function deadLetterWorkbench(dialog, { opener, onChange }) {
  const form = letterFilterForm();
  const place = element("div", { class: "part bench" });
  const note = element("p", { class: "note", role: "status" });
  let turn = 0;
  let timer;

  const filter = () => filterOf(form);
  const view = () => new FormData(form).get("view");
  const only = (fingerprint) => {
    form.elements.fingerprint.value = fingerprint;
    form.elements.view.value = "list";
    void look();
  };

  const look = async () => {
    clearTimeout(timer);
    turn += 1;
    const mine = turn;
    note.textContent = "Looking …";
    const grouped = view() === "groups";
    const answer = await ask(grouped ? "GET /v1/dead-letters/groups" : "GET /v1/dead-letters", { ...filter(), count: pageSize });
    if (mine !== turn) return;
    if (answer.problem !== undefined) return show(answer.problem, []);
    if (grouped) {
      const { groups, total, more } = answer;
      const text = `${count(total, "dead letter")} in ${count(groups.length + more, "group")}`;
      show(
        total === 0 ? "Nothing is dead here." : text,
        groups.map((group) => groupItem(group, only)),
        total > 0,
      );
    } else {
      const list = element("ol", { class: "letters" }, answer.deadLetters.map(letterItem));
      show(answer.deadLetters.length === 0 ? "Nothing is dead here." : "The newest first", [list], answer.deadLetters.length > 0);
      if (answer.next !== undefined) place.append(moreButton(list, answer.next));
    }
  };

  const moreButton = (list, cursor) => {
    const older = element("button", { type: "button", class: "quiet more" }, "Show older ones");
    older.addEventListener("click", async () => {
      const answer = await ask("GET /v1/dead-letters", { ...filter(), count: pageSize, cursor });
      if (answer.problem !== undefined) return void (note.textContent = answer.problem);
      list.append(...answer.deadLetters.map(letterItem));
      if (answer.next === undefined) older.remove();
      else older.replaceWith(moreButton(list, answer.next));
    });
    return older;
  };

  const show = (text, items, any = false) => {
    note.textContent = text;
    place.replaceChildren(...(any ? [verbs()] : []), ...items);
  };

  const begin = (verb) => place.replaceChildren(bulkPanel({ verb, filter: filter(), onEnd: done, onClose: () => void look() }));
  const verbs = () =>
    element(
      "p",
      { class: "verbs" },
      button("Queue these again …", () => begin("redrive")),
      button("Discard these …", () => begin("discard")),
    );

  const done = async () => onChange();
  const close = () => dialog.open && dialog.close();

  const follow = async () => {
    const match = /^#dead-letters(?:=([\w-]+))?$/.exec(location.hash);
    if (match === null) return close();
    const id = match[1];
    const title = element("h2", { id: "dead-letters-title" }, id === undefined ? "Dead letters" : "A dead letter");
    if (id === undefined) {
      dialog.replaceChildren(element("header", {}, title, closeButton(close)), form, note, place);
      void look();
    } else {
      const back = element("a", { class: "quiet", href: "#dead-letters" }, "All dead letters");
      const autopsy = await deadLetterAutopsy(id, { onEnd: () => void done().then(backToAll) });
      if (location.hash !== `#dead-letters=${id}`) return undefined;
      dialog.replaceChildren(element("header", {}, title, back, closeButton(close)), autopsy);
    }
    if (!dialog.open) dialog.showModal();
    return undefined;
  };

  form.addEventListener("input", ({ target }) => {
    clearTimeout(timer);
    timer = setTimeout(look, target.type === "radio" ? 0 : debounceMs);
  });
  form.addEventListener("submit", (event) => (event.preventDefault(), void look()));
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => {
    if (location.hash.startsWith("#dead-letters")) history.pushState(null, "", location.pathname);
  });
  addEventListener("hashchange", follow);

  return {
    follow,
    /** How many there are, for the link in the page's head. */
    show(counts) {
      const dead = Object.values(counts).reduce((sum, each) => sum + (each.dead ?? 0), 0);
      opener.textContent = dead === 0 ? "Dead letters" : count(dead, "dead letter");
      opener.classList.toggle("on", dead > 0);
    },
  };
}

function letterItem({ id, queue, subscriber, to, event, reason, lastAt }) {
  const whom = to === undefined || to === subscriber ? "" : ` → ${to}`;
  return element(
    "li",
    {},
    element("a", { href: `#dead-letters=${id}` }, `${[queue, subscriber].filter(Boolean).join(" / ")}${whom}`),
    element("span", { class: "dead" }, reason),
    element("small", {}, event === undefined ? "" : `${event.type} · `, time(lastAt)),
  );
}

function groupItem({ fingerprint, count: letters, error, queues: on, subscribers, reasonClass, firstAt, lastAt, sample }, only) {
  const show = element("button", { type: "button", class: "group-count" }, letters.toLocaleString("en"));
  show.addEventListener("click", () => only(fingerprint));
  show.setAttribute("aria-label", `Show the ${letters} of this cause`);
  return element(
    "article",
    { class: "group" },
    show,
    element("p", { class: "dead" }, error || "The newest was taken away just now"),
    element("small", {}, [on.join(", "), subscribers.join(", "), reasonClass].filter(Boolean).join(" · ")),
    element(
      "small",
      {},
      time(firstAt),
      " – ",
      time(lastAt),
      sample && " · ",
      sample && element("a", { href: `#dead-letters=${sample.id}` }, "the newest"),
    ),
  );
}

const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

function backToAll() {
  location.hash = "dead-letters";
}
