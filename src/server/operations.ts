import type { Operation } from "./operation.ts";
import type { KeyControl } from "./key-control.ts";
import { auditOperations } from "./operations/audit.ts";
import { channelOperations } from "./operations/channels.ts";
import { deadLetterOperations } from "./operations/dead-letters.ts";
import { deliveryOperations } from "./operations/deliveries.ts";
import { eventOperations } from "./operations/events.ts";
import { filterOperations } from "./operations/filters.ts";
import { keyOperations } from "./operations/keys.ts";
import { scheduleOperations } from "./operations/schedules.ts";
import { subscriberOperations } from "./operations/subscribers.ts";
import { replayOperations } from "./operations/replays.ts";
import { suppressionOperations } from "./operations/suppressions.ts";
import { systemOperations } from "./operations/system.ts";
import type { ServedBus } from "./served-bus.ts";

export interface OperationsOptions {
  /** Messages really leave. */
  readonly live: boolean;
  readonly keys: KeyControl;
}

/** Everything that the API answers besides publishing. The bus may be switched for another: its parts are asked for with each request. */
export function allOperations(bus: ServedBus, { live, keys }: OperationsOptions): readonly Operation[] {
  return [
    ...eventOperations(bus),
    ...deliveryOperations(bus),
    ...deadLetterOperations(bus),
    ...replayOperations(bus),
    ...suppressionOperations(bus),
    ...channelOperations(bus),
    ...subscriberOperations(bus),
    ...scheduleOperations(bus),
    ...filterOperations(bus),
    ...systemOperations(bus, { live }),
    ...auditOperations(bus),
    ...keyOperations(keys),
  ];
}
