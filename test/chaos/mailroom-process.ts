/** The mailroom in a process of its own: its journal outlives everything that a run kills. Arguments: folder, milliseconds an answer takes. */
import { startMailroom } from "../../src/mailroom/mailroom.ts";
import { answerHealth, endWithParent, tell, type ToChild } from "./messages.ts";
import { slowLine } from "./slow-line.ts";

const [folder, delay] = process.argv.slice(2);
endWithParent();
answerHealth(async () => true);
const mailroom = await startMailroom({ folder: folder!, rotateBytes: Infinity });
let lifts: (() => void)[] = [];
process.on("message", (message: ToChild) => {
  if (message.kind !== "faults") return;
  for (const lift of lifts) lift();
  lifts = message.faults.map(({ provider, fault }) => mailroom.fail(provider, fault));
});
const port = await slowLine(Number(new URL(mailroom.url).port), Number(delay));
tell({ kind: "started", address: { url: `http://127.0.0.1:${port}`, smtp: mailroom.smtp } });
