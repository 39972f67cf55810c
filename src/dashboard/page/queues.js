import { element } from "./dom.js";

/** A queue with its counts, and whether it is paused. */
export function queueItem([name, counts, paused = false]) {
  const figures = Object.entries(counts).map(([what, count]) =>
    element("span", { class: `count ${what}${count === 0 ? " none" : ""}` }, element("b", {}, count.toLocaleString("en")), ` ${what}`),
  );
  return element("div", {}, element("dt", { class: paused && "paused", title: paused && "paused" }, name), element("dd", {}, figures));
}

/** Whether they need more room than most: pages mostly show small ones, in two columns. */
export function hasLargeCounts(queues) {
  return Object.values(queues).some((counts) => Object.values(counts).some((count) => count >= 1_000));
}
