import { type AddressInfo, connect, createServer } from "node:net";
import { once } from "node:events";

/**
 * A line to a port of this machine whose answers take so many milliseconds; requests arrive at once. So at any moment many messages
 * are accepted whose senders do not know it yet: those are what a fault may double.
 */
export async function slowLine(port: number, delay: number): Promise<number> {
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    client.pipe(upstream);
    upstream.on("data", (chunk) => setTimeout(() => client.write(chunk), delay));
    upstream.on("close", () => setTimeout(() => client.destroy(), delay));
    // Killed clients reset their connections; what they had sent is in the journal.
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
