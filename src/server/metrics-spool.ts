import type { Registry } from "prom-client";
import type { Bus } from "../bus/bus.ts";
import { promClient } from "./process-figures.ts";

/**
 * What this process knows of its spool, whether Redis answers or not; nothing where it has none:
 *
 * | metric | type | what |
 * |---|---|---|
 * | `busbar_spool_events` | gauge | events that wait in its files for Redis |
 * | `busbar_spool_bytes` | gauge | how much that is |
 * | `busbar_spool_refused_events` | gauge | events of the spool that could not be published and were set aside, since it started |
 */
export async function spoolGaugesIn(registry: Registry): Promise<(standing: ReturnType<Bus["spool"]>) => void> {
  const { Gauge } = await promClient();
  let gauges:
    | {
        readonly events: InstanceType<typeof Gauge>;
        readonly bytes: InstanceType<typeof Gauge>;
        readonly refused: InstanceType<typeof Gauge>;
      }
    | undefined;
  const gauge = (name: string, help: string) => new Gauge({ name: `busbar_spool_${name}`, help, registers: [registry] });
  return (standing) => {
    if (standing === undefined) return;
    gauges ??= {
      events: gauge("events", "Events that wait in this process' files for Redis."),
      bytes: gauge("bytes", "Bytes that wait in this process' files for Redis."),
      refused: gauge("refused_events", "Events of the spool that were set aside."),
    };
    gauges.events.set(standing.events);
    gauges.bytes.set(standing.bytes);
    gauges.refused.set(standing.refused);
  };
}
