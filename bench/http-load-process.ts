/**
 * Publishes over HTTP from some connections at once, in a process of its own. Arguments: the address of a topic's events, an API key, how
 * many, from how many connections, and how many before that to warm up, both sides of the line. Says the milliseconds of each answer and the
 * statuses that were not 202, in JSON.
 */
import { Agent, request } from "node:http";
import { orderPlaced } from "../topics/index.ts";

const [address, key, count, connections, warmUp] = process.argv.slice(2);
process.once("disconnect", () => process.exit(1));
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };

const publish = (index: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(address!, { agent, method: "POST", headers }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(JSON.stringify({ ...orderPlaced.example!, orderId: `B-${index}` }));
  });

async function publishAll(many: number): Promise<{ readonly times: readonly number[]; readonly failures: readonly string[] }> {
  const times: number[] = [];
  const failures: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < many; index = next++) {
      const start = performance.now();
      const status = await publish(index).catch((error: unknown) => String(error));
      if (status === 202) times.push(performance.now() - start);
      else failures.push(String(status));
    }
  };
  await Promise.all(Array.from({ length: Number(connections) }, worker));
  return { times, failures };
}

await publishAll(Number(warmUp));
const measured = await publishAll(Number(count));
agent.destroy();
process.send?.(JSON.stringify(measured));
process.disconnect();
