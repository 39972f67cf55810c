import { createHash } from "node:crypto";
import { pipeline } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { BusbarError, messageOf } from "../../base/errors.ts";
import type { ArchiveStore } from "./archive-store.ts";
import { type ArchivedEntry, isWriterName, type Manifest, segmentName } from "./segment.ts";

/** A segment that is not as it was written. */
export class DamagedSegment extends Error {
  override readonly name = "DamagedSegment";
}

/** So many are asked for at a time. */
const atOnce = 32;

/** All manifests of an application, or of one of its topics, in the order of topic, day and partition. What is no manifest is left out. */
export async function readManifests(store: ArchiveStore, prefix: string): Promise<readonly Manifest[]> {
  const names = (await store.list(prefix)).filter((name) => /\/p\d+\.json$/.test(name));
  const read: (Manifest | undefined)[] = [];
  for (let from = 0; from < names.length; from += atOnce) {
    const some = names.slice(from, from + atOnce);
    read.push(...(await Promise.all(some.map((name) => readManifest(store, name)))));
  }
  return read.flatMap((manifest) => manifest ?? []);
}

/** Undefined where there is none that can be used. */
export async function readManifest(store: ArchiveStore, name: string): Promise<Manifest | undefined> {
  return manifestOf(await textOf(await store.get(name)));
}

function manifestOf(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text) as Manifest;
    // It becomes a part of a name.
    const named = manifest.writer === undefined || isWriterName(manifest.writer);
    return manifest.version === 1 && typeof manifest.sha256 === "string" && named ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Looks whether a segment is as it was written.
 * @throws DamagedSegment naming it
 */
export async function checkSegment(store: ArchiveStore, manifest: Manifest): Promise<void> {
  const name = segmentName(manifest);
  const body = await store.get(name);
  if (body === undefined) throw new DamagedSegment(`${name} is missing in ${store.title}`);
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (bytes !== manifest.bytes)
    throw new DamagedSegment(`${name} in ${store.title} is damaged: it has ${bytes} bytes, and was written with ${manifest.bytes}`);
  if (hash.digest("hex") !== manifest.sha256)
    throw new DamagedSegment(`${name} in ${store.title} is damaged: its SHA-256 is not the one that it was written with`);
}

/**
 * The entries of a segment behind an entry, in the order of the log.
 * @throws DamagedSegment naming it, before the first entry
 */
export async function* segmentEntries(store: ArchiveStore, manifest: Manifest, after: string | undefined): AsyncGenerator<ArchivedEntry> {
  await checkSegment(store, manifest);
  for await (const line of segmentLines(store, manifest))
    if (after === undefined || isBehind(idOf(line), after)) yield JSON.parse(line) as ArchivedEntry;
}

/**
 * The lines of a segment as they are, without looking first whether they are as they were written.
 * @throws DamagedSegment naming it, where it cannot be read on
 */
export async function* segmentLines(store: ArchiveStore, manifest: Manifest): AsyncGenerator<string> {
  const name = segmentName(manifest);
  const body = await store.get(name);
  if (body === undefined) throw new DamagedSegment(`${name} is missing in ${store.title}`);
  const plain = createGunzip({ chunkSize: 256 * 1_024 });
  // What goes wrong with the one ends the other, and is thrown where that is read.
  pipeline(body, plain, () => undefined);
  let header = true;
  try {
    for await (const line of linesOf(plain)) {
      if (!header) yield line;
      header = false;
    }
  } catch (error) {
    // A store that does not answer says nothing of the segment.
    if (error instanceof BusbarError) throw error;
    throw new DamagedSegment(`${name} in ${store.title} cannot be read: ${messageOf(error)}`);
  } finally {
    plain.destroy();
  }
}

async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of source) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** A line begins with it: those before the asked one need not be read as a whole. */
function idOf(line: string): string {
  return line.slice(7, line.indexOf('"', 7));
}

/** Whether an entry id is behind another one. Pure. */
export function isBehind(id: string, other: string): boolean {
  const [a = 0, b = 0] = id.split("-").map(Number);
  const [c = 0, d = 0] = other.split("-").map(Number);
  return a > c || (a === c && b > d);
}

export async function textOf(body: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  if (body === undefined) return "";
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
