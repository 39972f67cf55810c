import type { Logger } from "./base/logger.ts";
import type { Environment } from "./bus/environment.ts";
import type { BusOptions } from "./bus/options.ts";
import * as topics from "../topics/index.ts";

/** This repository's own service: its topics and subscribers, wired by the environment. */
export function appOptions({ redis, prefix, email, send }: Environment, logger: Logger): BusOptions<typeof topics> {
  return {
    application: "busbar",
    topics,
    subscribers: new URL("../subscribers/", import.meta.url),
    prefix,
    channels: { email },
    send,
    logger,
    ...(redis === undefined ? {} : { redis }),
  };
}
