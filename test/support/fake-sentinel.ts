import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server that is a Sentinel and the master that it names, and does as a test says: no real one can be stopped in the middle of an answer. */
export interface FakeSentinel {
  readonly url: string;
  /** From now on nobody is told who the master is, until the returned function is called. */
  holdAnswers(): () => void;
  /** Resolves when somebody waits for an answer that is held. */
  asked(): Promise<void>;
  /** How many watch for failovers. */
  watchers(): number;
  /** Resolves when somebody watches. */
  watched(): Promise<void>;
  /** Says that another master was chosen. */
  tellFailover(): void;
  /** Ends the connections to it as the master. */
  dropClients(): void;
  close(): Promise<void>;
}

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

export async function fakeSentinel(): Promise<FakeSentinel> {
  const sockets = new Set<Socket>();
  const watching = new Set<Socket>();
  const clients = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let held = false;
  let onAsked: (() => void) | undefined;
  let onWatched: (() => void) | undefined;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => [sockets, watching, clients].forEach((set) => set.delete(socket)));
    let text = "";
    socket.on("data", (data) => {
      text += data.toString();
      const { commands, rest } = commandsIn(text);
      text = rest;
      for (const command of commands) answer(socket, command);
    });
  });

  const answer = (socket: Socket, [name = "", ...words]: readonly string[]): void => {
    const command = name.toLowerCase();
    if (command === "hello") socket.write(`%2\r\n${bulk("server")}${bulk("redis")}${bulk("proto")}:3\r\n`);
    else if (command === "info") socket.write(bulk("redis_version:7.0.0\r\nloading:0\r\nrole:master\r\n"));
    else if (command === "ping") {
      clients.add(socket);
      socket.write("+PONG\r\n");
    } else if (command === "subscribe") {
      watching.add(socket);
      onWatched?.();
      socket.write(`>3\r\n${bulk("subscribe")}${bulk(words[0]!)}:1\r\n`);
    } else if (command === "sentinel" && words[0]!.toLowerCase() === "sentinels") socket.write("*0\r\n");
    else if (command === "sentinel") {
      const tell = (): void => void socket.write(`*2\r\n${bulk("127.0.0.1")}${bulk(String(port))}`);
      if (!held) return tell();
      waiting.push(tell);
      onAsked?.();
    } else socket.write("+OK\r\n");
  };

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis+sentinel://127.0.0.1:${port}/mymaster`,
    holdAnswers() {
      held = true;
      return () => {
        held = false;
        for (const tell of waiting.splice(0)) tell();
      };
    },
    asked: () => (waiting.length > 0 ? Promise.resolve() : new Promise((resolve) => (onAsked = resolve))),
    watchers: () => watching.size,
    watched: () => (watching.size > 0 ? Promise.resolve() : new Promise((resolve) => (onWatched = resolve))),
    tellFailover() {
      for (const socket of watching) socket.write(`>3\r\n${bulk("message")}${bulk("+switch-master")}${bulk("mymaster")}`);
    },
    dropClients() {
      for (const socket of clients) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The whole commands at the beginning of what a client has sent: lists of texts. */
function commandsIn(text: string): { readonly commands: readonly (readonly string[])[]; readonly rest: string } {
  const commands: string[][] = [];
  for (let rest = text; ;) {
    const parts = rest.split("\r\n");
    const count = Number(parts[0]!.slice(1));
    // Each word is a line with its length and one with itself; behind the last one there is a line end.
    if (!rest.startsWith("*") || parts.length < 2 + 2 * count) return { commands, rest };
    commands.push(Array.from({ length: count }, (_, index) => parts[2 + 2 * index]!));
    rest = parts.slice(1 + 2 * count).join("\r\n");
  }
}
