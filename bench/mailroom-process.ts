/** The mailroom in a process of its own. Argument: its folder. Says where it is, in JSON. */
import { startMailroom } from "../src/mailroom/mailroom.ts";

process.once("disconnect", () => process.exit(1));
const { url, smtp } = await startMailroom({ folder: process.argv[2]!, rotateBytes: Infinity });
process.send?.(JSON.stringify({ url, smtp }));
