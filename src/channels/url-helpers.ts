import { UnrenderableDelivery } from "./channel.ts";

const allowedSchemes = new Set(["http:", "https:", "mailto:"]);

/**
 * A value that is a whole URL, or begins one.
 * @throws UnrenderableDelivery unless it is http, https or mailto: a `javascript:` or `data:` link would run in the reader's page
 */
export function wholeUrl(value: unknown): string {
  const text = typeof value === "string" ? value.trim() : "";
  if (allowedSchemes.has(URL.parse(text)?.protocol ?? "")) return text;
  throw new UnrenderableDelivery(`${shown(value)} stands in a link or image, but is no URL of http, https or mailto`);
}

/**
 * A value that is a part of a URL, percent-encoded, so that it adds no path, query or host of its own.
 * @throws UnrenderableDelivery when it is no text or number
 */
export function urlPart(value: unknown): string {
  if (typeof value === "string" && value.isWellFormed() && !/^\.{1,2}$/.test(value)) return encodeURIComponent(value);
  if (typeof value === "number" || typeof value === "boolean") return encodeURIComponent(String(value));
  throw new UnrenderableDelivery(`${shown(value)} stands in a part of a link or image, but is no text or number that can be a part of one`);
}

/** A URL as an attribute in either kind of quotes holds it. */
export function escapedUrl(url: string): string {
  if (!/[&"'<>]/.test(url)) return url;
  return url.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function shown(value: unknown): string {
  return value === undefined ? "a missing value" : JSON.stringify(value).slice(0, 80);
}
