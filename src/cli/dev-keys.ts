import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { keyId, keyProblems, newKey } from "../vault/key-ring.ts";

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

/**
 * What is to be said where a `busbar dev` of this folder has written with keys of its own that are left out of those in force: what they have
 * sealed opens no more. Undefined: none is left out, or no keys are set.
 */
export async function leftOutText(keys: readonly string[] | undefined): Promise<string | undefined> {
  return keys && leftOut(keys, (await keysOfDev()) ?? []);
}

/** The same of keys that are known. Pure. */
export function leftOut(keys: readonly string[], ofDev: readonly string[]): string | undefined {
  const missing = ofDev.filter((key) => !keys.includes(key)).map((key) => `"${keyId(key)}"`);
  if (missing.length === 0) return undefined;
  const named = `${missing.length === 1 ? "the key" : "the keys"} ${missing.join(", ")}`;
  return (
    `busbar dev wrote the log of this folder with ${named} of ${file}, which BUSBAR_KEYS does not hold: what is sealed so cannot be opened, and ` +
    `about those persons nothing can be published. To keep it, append the line of ${file} to BUSBAR_KEYS, with a comma before it: ` +
    "the first key writes, all read. " +
    `Where that log is gone for good, delete ${file}.`
  );
}
