/**
 * Calls back as SendGrid does, at a steady rate, in a process of its own. Arguments: the address, the private key in PEM, how many, how many a
 * second, and how many before that to warm up, both sides of the line. Says the milliseconds of each answer and the statuses that were not 200,
 * in JSON. A time begins when the call was due, so that nothing is hidden where calls are late.
 */
import { createPrivateKey, randomBytes, sign } from "node:crypto";
import { Agent, request } from "node:http";
import { pace } from "./pace.ts";

const [address, pem, count, perSecond, warmUp] = process.argv.slice(2);
process.once("disconnect", () => process.exit(1));
const agent = new Agent({ keepAlive: true, maxSockets: 100 });
const key = createPrivateKey(pem!);

interface Call {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signed before the time is taken: that is the vendor's work. */
function callOf(index: number): Call {
  const [timestamp, id] = [String(Math.floor(Date.now() / 1_000)), randomBytes(16).toString("hex")];
  const reference = `d_${"abcdefgh".repeat(3)}${(index % 8_000).toString(8).padStart(8, "2").replaceAll(/[01]/g, "a")}.bcd1`;
  const event = { event: "delivered", email: "asha@example.in", sg_event_id: id, sg_message_id: id, timestamp, busbar: reference };
  const body = JSON.stringify([event]);
  const signature = sign("sha256", Buffer.from(timestamp + body), key).toString("base64");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-twilio-email-event-webhook-timestamp": timestamp,
      "x-twilio-email-event-webhook-signature": signature,
    },
  };
}

const send = ({ body, headers }: Call): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(address!, { agent, method: "POST", headers }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(body);
  });

async function sendAll(many: number): Promise<{ readonly times: readonly number[]; readonly failures: readonly string[] }> {
  const calls = Array.from({ length: many }, (_, index) => callOf(index));
  const times: number[] = [];
  const failures: string[] = [];
  const start = performance.now();
  await pace({ count: many, perSecond: Number(perSecond) }, async (index) => {
    const due = start + (index * 1_000) / Number(perSecond);
    // A tenth are doubles of the one before.
    const status = await send(calls[index % 10 === 9 ? index - 1 : index]!).catch((error: unknown) => String(error));
    if (status === 200) times.push(performance.now() - due);
    else failures.push(String(status));
  });
  return { times, failures };
}

await sendAll(Number(warmUp));
const measured = await sendAll(Number(count));
agent.destroy();
process.send?.(JSON.stringify(measured));
process.disconnect();
