import { element } from "./dom.js";

/** A queue with its counts. */
export function queueItem([name, counts]) {
  const figures = Object.entries(counts).map(([what, count]) =>
    element("span", { class: `count ${what}${count === 0 ? " none" : ""}` }, element("b", {}, count.toLocaleString("en")), ` ${what}`),
  );
  return element("div", {}, element("dt", {}, name), element("dd", {}, figures));
}
