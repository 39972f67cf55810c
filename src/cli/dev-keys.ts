import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { keyProblems, newKey } from "../vault/key-ring.ts";

/** Beside the data of `dev`, which they open. */
const file = join(".busbar", "keys");

/** The keys that a `busbar dev` of this folder made for itself; undefined: none has. */
export async function keysOfDev(): Promise<readonly string[] | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const keys = text.split(",").map((key) => key.trim());
  return keyProblems(keys).length === 0 ? keys : undefined;
}

/** The same, made where there are none: a developer needs no keys of their own. */
export async function ownKeys(): Promise<readonly string[]> {
  const known = await keysOfDev();
  if (known !== undefined) return known;
  const made = newKey("dev");
  await mkdir(dirname(file), { recursive: true });
  // Another `dev` of this folder may be beginning too: the first one's stays.
  await writeFile(file, made, { flag: "wx", mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    // Sealed with a key that is kept nowhere, nothing could be opened after the next start.
    if (error.code !== "EEXIST") throw error;
  });
  return (await keysOfDev()) ?? [made];
}
