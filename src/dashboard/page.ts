import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";

/** A file of the page, as it is served. */
export interface PageFile {
  /** Such as `/` or `/page.css`. */
  readonly path: string;
  readonly type: string;
  readonly body: string;
  /** Changes with the body. */
  readonly tag: string;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page's own files, read once. There is no build step: what stands in the folder `page` is what the browser gets. */
export function pageFiles(): PageFile[] {
  const folder = new URL("./page/", import.meta.url);
  return readdirSync(folder).flatMap((name) => {
    const type = types[extname(name)];
    if (type === undefined) return [];
    const body = readFileSync(new URL(name, folder), "utf8");
    return [{ path: name === "index.html" ? "/" : `/${name}`, type, body, tag: tagOf(body) }];
  });
}

/** An entity tag for a text. */
export function tagOf(body: string): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}
