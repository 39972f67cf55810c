/** What somebody asks for with a button of the queue board. */
export interface BoardVerb {
  readonly verb: "pause" | "resume" | "redrive" | "remove";
  /** The channel, or one of the queues beside them. */
  readonly queue: string;
  /** Of `redrive` and `remove`. */
  readonly job?: string;
}

const ofQueue: Readonly<Record<string, BoardVerb["verb"] | undefined>> = { pause: "pause", resume: "resume" };
const ofJob: Readonly<Record<string, BoardVerb["verb"] | undefined>> = { retry: "redrive", clean: "remove" };

/**
 * The verb that bull-board's page means by a request; undefined for those that busbar does not do there, because they would change jobs behind the
 * ledger's back: editing and adding jobs, emptying and obliterating queues, promoting what waits, everything at once. Pure.
 * @param path below the board's own, such as `/api/queues/{shop.email}/pause`
 */
export function boardVerb(method: string, path: string, application: string): BoardVerb | undefined {
  const [, api, queues, full = "", first = "", second, ...more] = path.split("/").map(decoded);
  const name = full.startsWith(`{${application}.`) && full.endsWith("}") ? full.slice(application.length + 2, -1) : undefined;
  if (method !== "PUT" || api !== "api" || queues !== "queues" || name === undefined || more.length > 0) return undefined;
  const verb = second === undefined ? ofQueue[first] : ofJob[second];
  if (verb === undefined) return undefined;
  return { verb, queue: name, ...(second === undefined ? {} : { job: first }) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
