import { readFile, readlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { runCommand } from "./run-command.ts";

/** Whether a process runs. One that has ended and only waits to be collected by its parent does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // The state is the first letter after the name, which stands in parentheses (proc(5)); elsewhere than on Linux there is no such file.
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}

/** Whether a process is a Redis whose data lie in `folder`: the pid in a file may have gone to another program since. */
export async function servesFolder(pid: number, folder: string): Promise<boolean> {
  if (process.platform === "linux") return (await readlink(`/proc/${pid}/cwd`).catch(() => "")) === folder;
  const { output } = await runCommand(["ps", "-o", "command=", "-p", String(pid)], { timeout: 5_000 });
  return /redis|valkey/.test(output);
}

/** Waits until a process has ended; `false` when it still runs after `timeout` milliseconds. */
export async function hasEnded(pid: number, timeout: number): Promise<boolean> {
  const deadline = performance.now() + timeout;
  while (await isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await pause(10);
  }
  return true;
}
