/** A process with one role of a bus. It stops cleanly on SIGTERM. Arguments: the role, and ChaosOptions in JSON. */
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
answerHealth(() => bus.ready());
await bus.start({ only: [role as Role] });
if (!stopping) tell({ kind: "started" });
