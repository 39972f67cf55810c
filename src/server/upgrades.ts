import type { Server } from "node:http";

/**
 * A request that asks for another protocol (`Upgrade: h2c`, `websocket`) is answered as any other, and is the last one on its connection:
 * Node's parser is no longer whole after it, and would leave a broken request that follows without an answer.
 */
export function endAfterUpgrade(server: Server): void {
  server.prependListener("request", ({ headers }, response) => {
    if (headers.upgrade !== undefined) response.setHeader("connection", "close");
  });
}
