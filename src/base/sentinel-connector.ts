import type { Socket } from "node:net";
import { SentinelConnector } from "ioredis";

/** What ioredis keeps to itself of its connector. */
interface Watching {
  readonly stream: Socket;
  failoverDetector: { cleanup(): void } | null;
  disconnect(): void;
  initFailoverDetector(): Promise<void>;
}

/**
 * ioredis' connector to the master that Sentinels name, with one fault of it mended (seen in 6.0.0): the watch over a connection stays when that ends.
 * Where it hears of the failover while the next connection is being made, it ends the making, and ioredis never connects again. Here each connection
 * has a watch of its own, which ends that connection and goes with it.
 */
export function sentinelConnector(options: ConstructorParameters<typeof SentinelConnector>[0]): SentinelConnector {
  const connector = new SentinelConnector(options);
  const watching = connector as unknown as Watching;
  const watch = watching.initFailoverDetector;
  watching.initFailoverDetector = () => {
    const { stream } = watching;
    const own = Object.create(watching, {
      failoverDetector: { value: null, writable: true },
      disconnect: {
        value: () => {
          own.failoverDetector?.cleanup();
          stream.destroy();
        },
      },
    }) as Watching;
    stream.once("close", () => own.failoverDetector?.cleanup());
    return watch.call(own);
  };
  return connector;
}
