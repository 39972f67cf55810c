import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";

/** An agent that knows of each request whether a single byte of it can have left this machine. */
export interface WatchedAgent {
  readonly agent: http.Agent;
  /** True only where it is certain: the request never got a connection that was ready, TLS included. */
  neverLeft(request: unknown): boolean;
  close(): void;
}

/** Free connections are kept this long, as Node's own agent does. */
const keptFree = 5_000;

/**
 * @param secure whether it connects with TLS
 * @param agent in place of one that keeps free connections open
 */
export function watchedAgent(secure: boolean, agent: http.Agent = keepingAgent(secure)): WatchedAgent {
  const opening = new WeakSet<Socket>();
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = connect(...args) as Socket;
    opening.add(socket);
    socket.once(secure ? "secureConnect" : "connect", () => opening.delete(socket));
    return socket;
  };
  return {
    agent,
    neverLeft(request) {
      if (!(request instanceof http.ClientRequest)) return false;
      // An agent of somebody else (a proxy's) does not tell: it is not in the set, so it is not certain.
      return (request as { agent?: unknown }).agent === agent && (request.socket === null || opening.has(request.socket));
    },
    close: () => agent.destroy(),
  };
}

function keepingAgent(secure: boolean): http.Agent {
  return secure ? new https.Agent({ keepAlive: true, timeout: keptFree }) : new http.Agent({ keepAlive: true, timeout: keptFree });
}
