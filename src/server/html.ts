/** Text that is HTML: what was put into it is escaped. Made by {@link html} alone. */
export interface Html {
  readonly html: string;
}

type Value = string | Html | readonly Html[] | undefined;

/** A template tag: every value is escaped, but for what is HTML already. Undefined is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: parts.map((part, index) => part + markup(values[index])).join("") };
}

function markup(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "string") return escaped(value);
  return "html" in value ? value.html : value.map((each) => each.html).join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
