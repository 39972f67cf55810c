import { replayHere } from "../../bus/replay/replay-here.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { remoteAudit } from "./remote-audit.ts";
import { remoteChannels } from "./remote-channels.ts";
import { remoteDeadLetters } from "./remote-dead-letters.ts";
import { remoteDeliveries } from "./remote-deliveries.ts";
import { remoteInspector } from "./remote-inspector.ts";
import { remotePublish } from "./remote-publish.ts";
import { remoteReplays } from "./remote-replays.ts";
import { remoteSchedules } from "./remote-schedules.ts";
import { remoteSubscribers } from "./remote-subscribers.ts";
import { remoteSuppressions } from "./remote-suppressions.ts";
import type { ServerApi } from "./server-api.ts";

/** The bus of a server, over its HTTP API: what commands ask of one, and nothing else. Who does something is the key's name there; why is sent along. */
export function remoteBus(api: ServerApi): OperatedBus {
  const replays = remoteReplays(api);
  return {
    ...remotePublish(api),
    inspect: remoteInspector(api),
    deliveries: remoteDeliveries(api),
    deadLetters: remoteDeadLetters(api),
    suppressions: remoteSuppressions(api),
    channels: remoteChannels(api),
    subscribers: remoteSubscribers(api),
    replays,
    replay: replayHere(replays),
    stats: () => api.get("/v1/stats"),
    schedules: remoteSchedules(api),
    audit: remoteAudit(api),
  };
}
