import type { Bus } from "../bus/bus.ts";
import type { TailOptions } from "../bus/inspect.ts";
import type { Replays } from "../bus/replay/replays.ts";
import type { BusEvent } from "../define/event.ts";
import type { Published, PublishOptions } from "../define/publish.ts";

/** What commands look at and operate: the bus of an application in this process, or that of a server. */
export interface OperatedBus extends Pick<Bus, "deliveries" | "deadLetters" | "channels" | "subscribers" | "stats" | "replay" | "audit"> {
  readonly suppressions: Omit<Bus["suppressions"], "count">;
  publish(topicName: string, payload: unknown, options?: PublishOptions): Promise<Published>;
  /** A server is asked for it. */
  example(topicName: string): unknown;
  readonly inspect: Pick<Bus["inspect"], "trace" | "search"> & {
    /** @param options.patterns the same as `filters`, as they were typed: a server reads them itself */
    tail(options: TailOptions & { readonly patterns?: readonly string[] }): AsyncIterable<BusEvent>;
  };
  readonly replays: Omit<Replays, "diff" | "local">;
}
