import type { Registry } from "prom-client";

let figures: Promise<Registry> | undefined;

/** It takes a tenth of a second and 13 MB: only those who measure load it. */
export function promClient(): Promise<typeof import("prom-client")> {
  return import("prom-client");
}

/**
 * What prom-client measures of the process itself, in Prometheus' text format: processor, memory, the event loop's delay, garbage
 * collection. It cannot be ended, so there is one of it however many servers there are.
 */
export async function processFigures(): Promise<string> {
  figures ??= promClient().then(({ Registry, collectDefaultMetrics }) => {
    const register = new Registry();
    collectDefaultMetrics({ register });
    return register;
  });
  return (await figures).metrics();
}
