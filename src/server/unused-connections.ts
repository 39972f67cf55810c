import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Browsers open connections that they may never use; Node counts those as busy and would wait for them. Returns what ends them. */
export function unusedConnections(server: Server): () => void {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
}
