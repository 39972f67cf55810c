import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const inMemory = "/dev/shm";
/** A run has up to 560 MB in it at once: packages that are installed, servers' data, a copy or two of this repository. */
const neededBytes = 2 * 1024 ** 3;
/** What tsx and Node keep there for the processes of a run, which nobody cleans up. */
const caches = /^(tsx-\d+|node-compile-cache)$/;
const cleaningMs = 3_000;

export interface RunFolder {
  /** @returns the names of what tests have left behind in it */
  remove(): Promise<readonly string[]>;
}

/**
 * The temporary folder of a test run: whatever the run, and each process of it, puts into a temporary folder lies in this one, and goes with it.
 * It lies in memory where the machine has the room: to install the package there takes 10 s, and 15 to 22 s on a disk.
 */
export function runFolder(): RunFolder {
  const before = process.env["TMPDIR"];
  const folder = memoryFolder() ?? made(tmpdir());
  process.env["TMPDIR"] = folder;
  const watcher = removeWithUs(folder);
  return {
    async remove() {
      watcher.kill("SIGKILL");
      const left = await leftIn(folder);
      rmSync(folder, { recursive: true, force: true });
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
      return left;
    },
  };
}

/** What others clean up when a process is gone, such as a server's data, they may still be at. */
async function leftIn(folder: string): Promise<readonly string[]> {
  for (const giveUpAt = performance.now() + cleaningMs; ; await pause(50)) {
    const left = readdirSync(folder).filter((name) => !caches.test(name));
    if (left.length === 0 || performance.now() > giveUpAt) return left;
  }
}

/** A shell that removes it when this process has been killed, after the servers in it, which end by themselves then. */
function removeWithUs(folder: string): ChildProcess {
  const watcher = spawn("/bin/sh", ["-c", 'read -r _; sleep 2; rm -rf "$1"', "busbar-run", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a shell, only a run that is killed leaves something behind.
  watcher.on("error", () => undefined);
  watcher.stdin.on("error", () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref?: () => void }).unref?.();
  return watcher;
}

/** Undefined where there is no room, or where no program may be run, as in most containers. */
function memoryFolder(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    if (bavail * bsize < neededBytes) return undefined;
    const folder = made(inMemory);
    try {
      const program = join(folder, "runs");
      writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
      execFileSync(program);
      rmSync(program);
      return folder;
    } catch {
      rmSync(folder, { recursive: true, force: true });
      return undefined;
    }
  } catch {
    return undefined;
  }
}

function made(parent: string): string {
  const folder = mkdtempSync(join(parent, "busbar-run-"));
  // PostgreSQL runs as another user.
  chmodSync(folder, 0o711);
  return folder;
}
