/** Makes an element. Strings among the children become text, never HTML; that holds for the whole page. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return made;
}

const kept = new WeakMap();

/** Shows a list: one element an item. What has not changed is left alone, so that nothing jumps, closes or loses the focus. */
export function showList(list, items, { key, render }) {
  const before = kept.get(list) ?? new Map();
  const now = new Map();
  for (const item of items) {
    const json = JSON.stringify(item);
    const known = before.get(key(item));
    now.set(key(item), known?.json === json ? known : { json, node: takeOver(render(item), known?.node) });
  }
  kept.set(list, now);
  for (const { node } of before.values()) if (![...now.values()].some((entry) => entry.node === node)) node.remove();
  [...now.values()].forEach(({ node }, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

/** An element that replaces another keeps what a person has opened in it. */
function takeOver(node, old) {
  const opened = old?.querySelectorAll("details[open]") ?? [];
  for (const { className } of opened) node.querySelector(`details.${className}`)?.setAttribute("open", "");
  return node;
}

/** The time of day; the date as well when it was not today. */
export function time(at, { precise = false } = {}) {
  const date = new Date(at);
  const clock = date.toLocaleTimeString(
    "en-GB",
    precise ? { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 } : {},
  );
  const today = date.toDateString() === new Date().toDateString();
  const day = today ? "" : `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, `;
  return element("time", { datetime: date.toISOString() }, `${day}${clock}`);
}
