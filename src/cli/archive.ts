import { segmentName, type Manifest } from "../log/archive/segment.ts";
import { lengthArgument } from "./arguments.ts";
import { bytesText, countOf, countText } from "./figures.ts";
import { lookAtOwnApplication, withOwnApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { countingLine, progressLine } from "./progress-line.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

interface Json {
  readonly json?: boolean;
}

export async function listArchive(topic: string | undefined, { json }: Json): Promise<void> {
  await asTyped(() =>
    lookAtOwnApplication(async ({ archive }) => {
      const all = await archive.list(topic);
      if (json === true) printJson(all);
      else print(...(all.length === 0 ? ["The archive is empty."] : all.map(segmentLine)));
    }),
  );
}

export async function verifyArchive(topic: string | undefined, { json }: Json): Promise<void> {
  await asTyped(() =>
    lookAtOwnApplication(async ({ archive }) => {
      const line = countingLine({ what: "Reading", unit: ["segment", "segments"] });
      const onProgress = ({ segments, total }: { readonly segments: number; readonly total: number }): void => line.show(segments, total);
      const { sound, damaged } = await archive.verify(topic, { onProgress }).finally(line.done);
      if (json === true) printJson({ sound, damaged });
      else print(`${countOf(sound.length, "segment")} as written, ${countText(damaged.length)} damaged`);
      for (const each of damaged) complain(oneLine(each));
      if (damaged.length > 0) process.exitCode = 1;
    }),
  );
}

export async function writeArchive(topics: readonly string[], { settle, json }: Json & { readonly settle: string }): Promise<void> {
  const settled = lengthArgument("--settle", settle);
  await asTyped(() =>
    withOwnApplication(async ({ archive }) => {
      const line = progressLine();
      const result = await archive
        .write({
          settle: settled,
          topics: topics.length === 0 ? undefined : topics,
          onSegment: (written) => line.show(segmentLine(written)),
        })
        .finally(line.done);
      if (json === true) printJson(result);
      else
        print(
          ...result.written.map(segmentLine),
          `${countOf(result.written.length, "segment")} written; ${countOf(result.removed, "event")} of the archive left Redis.`,
        );
    }),
  );
}

/** A segment for people. Pure. */
export function segmentLine(manifest: Manifest): string {
  const { events, deliveries, bytes, outcomes } = manifest;
  const known = outcomes ? countOf(deliveries, "delivery", "deliveries") : "what was sent is not known";
  return oneLine(`${segmentName(manifest)}  ${countOf(events, "event")}, ${known}, ${bytesText(bytes)}`);
}
