import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { loopbackCertificate } from "./loopback-certificate.ts";

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receiver {
  readonly port: number;
  readonly received: readonly ReceivedRequest[];
  /** How many connections were made to it. */
  readonly connections: () => number;
  /** Ends its connections. */
  readonly drop: () => void;
}

export interface ReceiverOptions {
  /** Default: 204. */
  readonly answer?: (response: ServerResponse, request: IncomingMessage) => void;
  readonly tls?: boolean;
}

/** A receiver of webhooks on loopback, ended with the test. */
export async function webhookReceiver({ answer, tls = false }: ReceiverOptions = {}): Promise<Receiver> {
  const received: ReceivedRequest[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    received.push({ method, url, headers: headers as Record<string, string>, body: Buffer.concat(chunks).toString() });
    if (answer === undefined) response.writeHead(204).end();
    else answer(response, request);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void take(request, response).catch(() => undefined);
  const server = tls ? createTlsServer(loopbackCertificate, listener) : createServer(listener);
  return { received, ...(await listening(server)) };
}

/** A server of bytes. */
export async function tcpReceiver(take: (socket: Socket) => void): Promise<Omit<Receiver, "received">> {
  return listening(createTcpServer(take));
}

async function listening(server: Server): Promise<Omit<Receiver, "received">> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(async () => {
    drop();
    await new Promise((resolve) => void server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections, drop };
}
