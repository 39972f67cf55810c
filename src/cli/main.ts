import { run } from "./run.ts";

// A reader such as `head` may leave before everything is printed.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

// All is said. What a failed connection has left behind does not hold the process for long.
if (!(await run(process.argv))) setTimeout(() => process.exit(process.exitCode), 200).unref();
