/** Characters that a terminal acts on, or that turn the order of what is read: C0, C1, line and paragraph separators, bidi controls. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const acting = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from data as one line, with what a terminal would act on written as `\n` or `\u001b`: shown, and not obeyed. */
export function visible(text: string): string {
  return text.replace(acting, (character) => {
    const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The same with every run of white space drawn together: for lists, in which each thing has a line of its own. */
export function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, " "));
}

/** The same line by line: line breaks stay. */
export function visibleLines(text: string): string[] {
  return text.split(/\r?\n/).map(visible);
}

/** JSON for a terminal or a program: `JSON.stringify` leaves some of these characters as they are. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(acting, visible);
}
