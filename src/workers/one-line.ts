/** Characters that a time line keeps of a step. */
const longest = 200;

/** Text as a time line keeps it. */
export function oneLine(text: string, most = longest): string {
  // Bidi controls would turn the order of what people read.
  return text.replace(/[\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").slice(0, most);
}
