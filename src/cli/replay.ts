import type { Bus } from "../bus/bus.ts";
import type { ReplayResult } from "../bus/replay.ts";
import { timeArgument } from "./arguments.ts";
import { confirmed } from "./confirm.ts";
import { countOf } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { progressLine as progress } from "./progress-line.ts";
import { progressLine, type ReplayRange, replayLines, sameCall, sampleLines } from "./replay-lines.ts";
import { firstSignal } from "./until-signal.ts";
import { UsageError } from "./usage-error.ts";
import { asTyped } from "./wrong-call.ts";

export interface ReplayCommand {
  readonly subscriber: string;
  readonly from?: string;
  readonly to?: string;
  readonly preview?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Routes past events again for one subscriber: looks first, asks, then queues what is missing. Ctrl-C stops it between two events. */
export async function replay(topic: string, { subscriber, preview, yes, json, ...times }: ReplayCommand): Promise<void> {
  if (preview === true && yes === true) throw new UsageError("--preview only looks, so there is nothing to say --yes to: give one of them");
  const now = Date.now();
  const from = times.from === undefined ? undefined : timeArgument("--from", times.from, now);
  const to = times.to === undefined ? now : timeArgument("--to", times.to, now);
  if (from !== undefined && from > to) throw new UsageError("--from is after --to: nothing lies between them");

  const range: ReplayRange = { topic, subscriber, from, to };
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  await asTyped(() =>
    withApplication(async (bus) => {
      const seen = await run(bus, range, { preview: true, signal: ending.signal });
      if (json !== true) print(...replayLines(range, seen), ...sampleLines(seen));
      if (!seen.finished) return stopped(range, seen, json);
      if (preview === true) return json === true ? printJson(seen) : undefined;
      if (seen.missing + seen.audiences === 0) return json === true ? printJson(seen) : print("Nothing is missing: nothing was queued.");
      if (
        !(await confirmed({
          text: `Queue ${countOf(seen.missing, "delivery", "deliveries")} that ${seen.missing === 1 ? "is" : "are"} missing?`,
          yes,
        }))
      ) {
        print("Nothing was changed.");
        process.exitCode = 1;
        return undefined;
      }
      const result = await run(bus, range, { preview: false, signal: ending.signal });
      if (!result.finished) return stopped(range, result, json);
      return json === true ? printJson(result) : print(`Done: ${countOf(result.queued, "delivery", "deliveries")} queued.`);
    }),
  );
}

async function run(
  bus: Bus,
  { topic, subscriber, from, to }: ReplayRange,
  { preview, signal }: { readonly preview: boolean; readonly signal: AbortSignal },
): Promise<ReplayResult> {
  const line = progress();
  try {
    return await bus.replay({
      topic,
      subscriber,
      ...(from === undefined ? {} : { from }),
      to,
      preview,
      signal,
      onProgress: (result) => line.show(`${preview ? "Looking" : "Replaying"}: ${progressLine(result)}`),
    });
  } finally {
    line.done();
  }
}

function stopped(range: ReplayRange, result: ReplayResult, json: boolean | undefined): void {
  if (json === true) printJson(result);
  complain(
    `stopped after ${countOf(result.events, "event")}, ${countOf(result.queued, "delivery", "deliveries")} queued; the same call goes on, and queues nothing twice: ${sameCall(range)}`,
  );
  process.exitCode = 1;
}
