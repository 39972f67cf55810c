import { type Bus, createBus } from "./bus/bus.ts";
import type { Environment } from "./bus/environment.ts";
import type { Logger } from "./base/logger.ts";
import * as topics from "../topics/index.ts";

/** This repository's own service: its topics and subscribers, wired by the environment. */
export function createApp({ redis, prefix, email, send }: Environment, logger: Logger): Bus<typeof topics> {
  return createBus({
    application: "busbar",
    topics,
    subscribers: new URL("../subscribers/", import.meta.url),
    prefix,
    channels: { email },
    send,
    logger,
    ...(redis === undefined ? {} : { redis }),
  });
}
