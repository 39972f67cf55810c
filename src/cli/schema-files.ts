import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { parseSnapshot, snapshotFile, snapshotText, type TopicSnapshot } from "../schema/snapshot.ts";

/**
 * The snapshots in a folder, by their topics; undefined where there is no such folder.
 * @throws BusbarError `INVALID_CONFIGURATION` for one that cannot be read
 */
export async function readSnapshots(folder: string): Promise<ReadonlyMap<string, TopicSnapshot> | undefined> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (names === undefined) return undefined;
  const files = names.filter((name) => name.endsWith(".json")).toSorted();
  const snapshots = await Promise.all(files.map(async (name) => parseSnapshot(await readFile(`${folder}/${name}`, "utf8"), name)));
  return new Map(snapshots.map((snapshot) => [snapshot.topic, snapshot]));
}

export async function writeSnapshots(folder: string, snapshots: readonly TopicSnapshot[]): Promise<void> {
  if (snapshots.length === 0) return;
  await mkdir(folder, { recursive: true });
  await Promise.all(snapshots.map((snapshot) => writeFile(`${folder}/${snapshotFile(snapshot.topic)}`, snapshotText(snapshot))));
}
