import type { Bus } from "../bus/bus.ts";
import type { CallbackCarrier } from "../mailroom/callback-carrier.ts";

/** Where a test's callbacks go: no server listens there, they are brought to the bus itself. */
export const testCallbacks = "http://127.0.0.1:4000/callbacks";

const statuses = { taken: 200, challenge: 200, refused: 403, unknown: 404 } as const;

/** Brings the callbacks of a test's mailroom to its bus, as a server of this machine does, and answers as that would. */
export function intoBus(bus: () => Pick<Bus, "callbacks">): CallbackCarrier {
  return async ({ method, url, headers, body = "" }) => {
    const { host, pathname, search } = new URL(url);
    const answer = await bus().callbacks.receive({
      provider: pathname.split("/")[2] ?? "",
      method,
      path: pathname + search,
      headers: { ...headers, host },
      body: Buffer.from(body),
      peer: "127.0.0.1",
    });
    return { status: statuses[answer.kind], text: answer.kind === "challenge" ? answer.answer : "" };
  };
}
