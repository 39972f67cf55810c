import { element } from "./dom.js";

const queues = ["email", "sms", "whatsapp", "push", "webhook", "handler", "routing", "audiences", "callbacks"];
const classes = ["refused", "unrenderable", "rejected", "exhausted", "poison"];
const ages = [
  ["", "any time"],
  ["3600000", "the last hour"],
  ["86400000", "the last day"],
  ["604800000", "the last 7 days"],
];

/** Which dead letters are meant, and how they are shown. */
export function letterFilterForm() {
  return element(
    "form",
    { class: "bench-filter" },
    element(
      "fieldset",
      { class: "choice" },
      element("legend", { class: "unseen" }, "Shown"),
      [
        ["groups", "By cause"],
        ["list", "One by one"],
      ].map(([value, text], index) =>
        element("label", {}, element("input", { type: "radio", name: "view", value, checked: index === 0 }), element("span", {}, text)),
      ),
    ),
    select("queue", "Queue", all(queues)),
    select("reasonClass", "Class", all(classes)),
    select("age", "From", ages),
    field("subscriber", "Subscriber", "any"),
    field("topic", "Topic", "any"),
    field("recipient", "Recipient", "any address"),
    field("fingerprint", "Group", "any"),
  );
}

/** What the API is asked for: what the form says, without what it leaves open. */
export function filterOf(form) {
  const given = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([name, value]) => value && name !== "view");
  return Object.fromEntries(given.map(([name, value]) => (name === "age" ? ["from", String(Date.now() - Number(value))] : [name, value])));
}

function select(name, label, options) {
  const choices = options.map(([value, text]) => element("option", { value }, text));
  return element("label", {}, element("span", {}, label), element("select", { name }, choices));
}

function field(name, label, placeholder) {
  const input = element("input", { name, placeholder, autocomplete: "off", spellcheck: "false", maxlength: "200" });
  return element("label", {}, element("span", {}, label), input);
}

function all(names) {
  return [["", "all"], ...names.map((name) => [name, name])];
}
