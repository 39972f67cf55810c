import { createServer, connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import type { Random } from "./random.ts";

/** Stands between Redis and whoever talks to it. */
export interface Proxy {
  readonly port: number;
  /** From now on this share of replies ends its connection in place of arriving. */
  cut(share: number): void;
  /** Replies that were cut off so far: the connection ended after the command had reached Redis, and before its answer came back. */
  cuts(): number;
  /** While silent, nothing passes in either direction, and connections stay; what waited passes afterwards, as after a cut of a network. */
  silence(silent: boolean): void;
  /** From now on what replicas are sent arrives so many milliseconds later; what is still on its way when its server dies never arrives. */
  lag(milliseconds: number): void;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** The port of the real one, on loopback. */
  readonly target: number;
  readonly random: Random;
}

export async function startProxy({ target, random }: ProxyOptions): Promise<Proxy> {
  const open = new Set<Socket>();
  let cuts = 0;
  let share = 0;
  let silent = false;
  let lag = 0;
  const server = createServer((client) => {
    const redis = connect(target, "127.0.0.1");
    const end = (): void => {
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) {
      open.add(socket);
      socket.once("close", () => {
        open.delete(socket);
        end();
      });
      socket.on("error", end);
    }
    let ofReplica = false;
    client.on("data", (bytes: Buffer) => {
      ofReplica ||= bytes.includes("PSYNC");
      redis.write(bytes);
    });
    if (silent) for (const socket of [client, redis]) socket.pause();
    redis.on("data", (bytes: Buffer) => {
      if (ofReplica && lag > 0) setTimeout(() => client.destroyed || client.write(bytes), lag);
      else if (random() < share) {
        cuts += 1;
        end();
      } else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: (wanted) => void (share = wanted),
    cuts: () => cuts,
    silence(wanted) {
      silent = wanted;
      for (const socket of open) if (silent) socket.pause();
      for (const socket of open) if (!silent) socket.resume();
    },
    lag: (milliseconds) => void (lag = milliseconds),
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
