import { type Diagnosis, ok, warning } from "./diagnosis.ts";

/**
 * Commands that an idle process sends in a day, by `node --import tsx bench/idle-bench.ts` with this repository's 24 topics and 24
 * subscribers: what happens in scripts is not counted, because hosts that bill by command bill the call.
 */
export const idleCommandsADay = {
  /** Of a router: sweeps, the bell, its queues `routing` and `audiences`, its name, retention, the reconciler. */
  router: 314_000,
  /** Of one channel's worker, and of the one that reads callbacks: it asks for jobs every 5 s, and every 4 s looks for those whose worker is gone. */
  channelWorker: 57_000,
} as const;

/** The names of connections by which running processes are told. */
const bell = "busbar-bell";
const worker = /^busbar-worker-(?!routing$|audiences$)/;

/** What the processes that are connected now send while they have nothing to do. Pure. */
export function idleFinding(clients: ReadonlyMap<string, number> | undefined, channelsOn: number): Diagnosis {
  const about = "idle commands";
  const { router, channelWorker } = idleCommandsADay;
  if (clients === undefined) return warning(about, "Which processes run cannot be seen.", "Allow CLIENT LIST.");
  const routers = clients.get(bell) ?? 0;
  const workers = [...clients].reduce((sum, [name, count]) => sum + (worker.test(name) ? count : 0), 0);
  if (routers + workers === 0)
    return ok(
      about,
      `No router and no worker runs; one of each, with ${channelsOn} channels, ${sends(router + (channelsOn + 1) * channelWorker)}.`,
    );
  const running = [counted(routers, "router"), counted(workers, "channel worker")].join(" and ");
  return ok(about, `What runs now, ${running}, ${sends(routers * router + workers * channelWorker)}.`);
}

function sends(aDay: number): string {
  return `sends about ${roundly(aDay)} commands a day while nothing happens, ${roundly(aDay * 30)} a month`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function roundly(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en");
}
