import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "./stage.ts";
import type { Supervised } from "./supervised.ts";

export async function kill(stage: Stage, victim: Supervised): Promise<void> {
  await victim.started();
  stage.fault(`kill -9 ${victim.name}`);
  await victim.signal("SIGKILL");
}

/** Pauses a process for so many milliseconds; until it goes on it is among those asleep. */
export async function sleep(
  stage: Stage,
  victim: Supervised,
  { asleep, forMs }: { readonly asleep: Set<Supervised>; readonly forMs: number },
): Promise<void> {
  await victim.started();
  asleep.add(victim);
  stage.fault(`SIGSTOP ${victim.name}`);
  await victim.signal("SIGSTOP");
  await pause(forMs);
  await victim.signal("SIGCONT");
  asleep.delete(victim);
}
