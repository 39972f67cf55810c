/**
 * A process with one role of a bus, or with `replayer`, which works on stored replays, and operations on dead letters, as the command line does. It stops cleanly on SIGTERM.
 * Arguments: the role, and ChaosOptions in JSON.
 */
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import type { Role } from "../../src/index.ts";
import { chaosBus, type ChaosOptions } from "./domain.ts";
import { answerHealth, endWithParent, tell } from "./messages.ts";
import { sabotage } from "./sabotage.ts";

const [role, text] = process.argv.slice(2);
const options = JSON.parse(text!) as ChaosOptions;
sabotage(options.sabotage);
const bus = chaosBus(options, pino({ level: process.env["CHAOS_LOG"] ?? "info" }));
let stopping = false;

endWithParent();
process.once("SIGTERM", () => {
  stopping = true;
  void bus.stop().then(() => process.exit(0));
});
answerHealth(role === "replayer" ? async () => true : () => bus.ready());
if (role === "replayer") {
  await bus.connect();
  tell({ kind: "started" });
  // Whoever was killed left its lock behind, for 10 s; the process ends when it is told to stop.
  for (;;) {
    for (const { id, state } of (await bus.replays.list()).replays) if (state === "running") await bus.replays.work(id);
    for (const { id, state } of (await bus.deadLetters.bulk.list()).operations)
      if (state === "running") await bus.deadLetters.bulk.work(id);
    await pause(250);
  }
} else {
  await bus.start({ only: [role as Role] });
  if (!stopping) tell({ kind: "started" });
}
