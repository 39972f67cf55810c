import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** Those of this process: it may have several buses. */
const own = new Set<string>();

/** A name for one who fires schedules, which tells where it runs. */
export function holderId(): string {
  const id = `${hostname()}/${process.pid}/${randomBytes(6).toString("hex")}`;
  own.add(id);
  return id;
}

/** Whether one has ended without saying so, as far as this machine can tell. */
export function isDeadHolder(id: string): boolean {
  const [host, pid] = id.split("/");
  if (host !== hostname() || own.has(id)) return false;
  // In a container that was started again, our own number was theirs.
  if (Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === "ESRCH";
  }
}
