import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { LogEntry, TopicLog } from "../topic-log.ts";
import type { ArchiveStore } from "./archive-store.ts";
import { readManifest } from "./read-segment.ts";
import {
  dayMs,
  dayStart,
  entryLine,
  type Manifest,
  manifestName,
  type PlannedText,
  segmentName,
  type SegmentPlace,
  writerName,
} from "./segment.ts";

export interface WriteOptions {
  readonly log: Pick<TopicLog, "range">;
  readonly store: ArchiveStore;
  /** What was planned for each of these entries, and how that ended, in their order. */
  readonly plansOf: (entries: readonly LogEntry[]) => Promise<readonly PlannedText[]>;
  /** Whether it is still known what was sent on that day. */
  readonly outcomes: boolean;
  readonly signal?: AbortSignal | undefined;
}

const pageSize = 1_000;

/**
 * Writes one day of one log: read a page → look how it ended → write its lines → compress, with the manifest last. Undefined: there is nothing of that day,
 * or another process was faster: its segment counts, and this one is taken away. What dies in the midst leaves a segment without a manifest, which is none.
 */
export async function writeSegment(
  place: SegmentPlace,
  { log, store, plansOf, outcomes, signal }: WriteOptions,
): Promise<Manifest | undefined> {
  const from = dayStart(place.day);
  const range = { from, to: from + dayMs - 1 };
  const found = { events: 0, deliveries: 0, first: "", last: "", firstNumber: 0, lastNumber: 0, plainBytes: 0 };

  const pages = async (after: string | undefined): Promise<readonly LogEntry[]> =>
    log.range(place.topic, place.partition, { ...range, after, count: pageSize });
  const firstPage = await pages(undefined);
  if (firstPage.length === 0) return undefined;

  const lines = async function* (): AsyncGenerator<string> {
    yield `${JSON.stringify({ busbar: 1, ...place, outcomes })}\n`;
    let page = firstPage;
    let made = plansOf(page);
    while (page.length > 0) {
      signal?.throwIfAborted();
      const plans = await made;
      // The next page is read while this one is compressed.
      const following = page.length < pageSize ? [] : pages(page.at(-1)!.id);
      let text = "";
      for (const [index, entry] of page.entries()) {
        const planned = plans[index]!;
        text += entryLine(entry, planned.json);
        found.deliveries += planned.deliveries;
      }
      found.events += page.length;
      found.first ||= page[0]!.id;
      found.last = page.at(-1)!.id;
      found.firstNumber ||= page[0]!.number;
      found.lastNumber = page.at(-1)!.number;
      found.plainBytes += Buffer.byteLength(text);
      page = await following;
      made = page.length === 0 ? Promise.resolve([]) : plansOf(page);
      // Whoever waits for it hears of it.
      made.catch(() => undefined);
      yield text;
    }
  };

  const hash = createHash("sha256");
  let bytes = 0;
  const compressed = Readable.from(lines()).pipe(createGzip({ level: 4, chunkSize: 256 * 1_024 }));
  const counted = async function* (source: Readable): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const own = { ...place, writer: writerName() };
  await store.put(segmentName(own), Readable.from(counted(compressed)));
  const manifest: Manifest = {
    version: 1,
    ...own,
    ...found,
    bytes,
    sha256: hash.digest("hex"),
    outcomes,
    written: new Date().toISOString(),
  };
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  if (await store.create(manifestName(place), text)) return manifest;
  if ((await readManifest(store, manifestName(place))) === undefined) {
    // What cannot be read holds nothing.
    await store.put(manifestName(place), text);
    return manifest;
  }
  // Nobody reads it; whoever may not take anything away leaves it.
  await store.remove(segmentName(own)).catch(() => undefined);
  return undefined;
}
