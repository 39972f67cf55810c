import type { Bus } from "../bus/bus.ts";
import type { TailOptions } from "../bus/inspect.ts";
import type { Replays } from "../bus/replay/replays.ts";
import type { BusEvent } from "../define/event.ts";
import type { Published, PublishOptions } from "../define/publish.ts";

/** What commands look at and operate: the bus of an application in this process, or that of a server. */
export interface OperatedBus extends Pick<Bus, "testMessage" | "deliveries" | "subscribers" | "stats" | "replay" | "audit"> {
  publish(topicName: string, payload: unknown, options?: PublishOptions): Promise<Published>;
  readonly deadLetters: Omit<Bus["deadLetters"], "bulk"> & { readonly bulk: Omit<Bus["deadLetters"]["bulk"], "workBeside"> };
  readonly channels: Omit<Bus["channels"], "standings">;
  readonly suppressions: Omit<Bus["suppressions"], "count">;
  readonly schedules: Omit<Bus["schedules"], "started">;
  readonly inspect: Pick<Bus["inspect"], "trace" | "search"> & {
    /** @param options.patterns the same as `filters`, as they were typed: a server reads them itself */
    tail(options: TailOptions & { readonly patterns?: readonly string[] }): AsyncIterable<BusEvent>;
  };
  readonly replays: Omit<Replays, "diff" | "local">;
}
