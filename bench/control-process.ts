/** Workers in a process of their own, which tells of each job that begins. Argument: the address of Redis. */
import { setTimeout as pause } from "node:timers/promises";
import { createBus } from "../src/index.ts";
import { controlled } from "./control-subscriber.ts";

process.once("disconnect", () => process.exit(1));
let underWay = 0;
const bus = createBus({
  ...controlled({
    redis: process.argv[2]!,
    async handle() {
      underWay += 1;
      process.send?.({ at: Date.now(), underWay });
      await pause(100);
      underWay -= 1;
    },
  }),
});
process.once("SIGTERM", () => void bus.stop().then(() => process.exit(0)));
await bus.start({ only: ["workers"] });
process.send?.("started");
