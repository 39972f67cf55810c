import { readFileSync } from "node:fs";

let known: string | undefined;

/** busbar's own version, as its package says it. */
export function busbarVersion(): string {
  known ??= (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version;
  return known;
}
