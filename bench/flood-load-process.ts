/**
 * Sends thousands of requests to a server at once, each on a connection of its own, in a process of its own. Arguments: the server's address, and
 * in JSON who sends how many of what. Says, in JSON, the status and the milliseconds of each answer; a request that got none has its error as status.
 */
import { Agent, request } from "node:http";

export interface Senders {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly key?: string;
  readonly body?: string;
  readonly count: number;
}

export interface FloodAnswer {
  readonly status: string;
  readonly ms: number;
}

const [address, json] = process.argv.slice(2);
process.once("disconnect", () => process.exit());
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

function send({ method, path, key, body }: Senders): Promise<FloodAnswer> {
  const begun = performance.now();
  const answer = (status: string): FloodAnswer => ({ status, ms: performance.now() - begun });
  const headers = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  return new Promise((resolve) => {
    const sent = request(`${address}${path}`, { agent, method, headers }, (response) => {
      response.resume();
      response.once("end", () => resolve(answer(String(response.statusCode))));
    });
    sent.once("error", (error: NodeJS.ErrnoException) => resolve(answer(error.code ?? error.message)));
    sent.end(body);
  });
}

const senders = JSON.parse(json!) as Senders[];
// One of each in turn, so that all kinds come at the same time.
const most = Math.max(...senders.map(({ count }) => count));
const turns = Array.from({ length: most }, (_, turn) => senders.filter(({ count }) => turn < count)).flat();
const answers = await Promise.all(turns.map(send));
agent.destroy();
// It is long, and whoever is told must have read it before this process ends.
process.send?.(JSON.stringify(answers), () => process.disconnect());
