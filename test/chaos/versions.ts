import { readFileSync } from "node:fs";

export function bullmqVersion(): string {
  const manifest = readFileSync(new URL("../../node_modules/bullmq/package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
