import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";

/**
 * A shell that waits for the end of its input, which comes when whoever holds the other end is gone; then it kills the server, if
 * the pid is still that of a process in the server's folder, and removes the folder.
 */
const script = `read -r _
case "$(readlink "/proc/$1/cwd" 2>/dev/null)" in "$2" | "") kill -9 "$1" ;; esac
rm -rf "$2"`;

/**
 * Ends a server and removes its folder when this process, or worker thread, ends, however it does: test runners kill theirs.
 * @returns a function to call when the server has ended
 */
export function endWithUs(pid: number, folder: string): () => void {
  const watcher = spawn("/bin/sh", ["-c", script, "busbar-test-redis", String(pid), realpathSync(folder)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a shell, a server outlives only a test run that is killed.
  watcher.on("error", () => undefined);
  watcher.stdin.on("error", () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref?: () => void }).unref?.();
  return () => void watcher.kill("SIGKILL");
}
