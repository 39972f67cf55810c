import { numberArgument } from "./arguments.ts";
import { diffLines } from "./diff-lines.ts";
import { withOwnApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { countingLine } from "./progress-line.ts";
import { selectionOf, type TypedSelection } from "./replay.ts";
import { firstSignal } from "./until-signal.ts";
import { asTyped } from "./wrong-call.ts";

export interface DiffCommand extends TypedSelection {
  /** So many differences are shown. */
  readonly limit: string;
  readonly json?: boolean;
}

/** Says what a change of code would have done: the summary first, then the differences. Exit code 1 where it was ended before it was through. */
export async function replayDiff(topics: readonly string[], { limit, json, ...typed }: DiffCommand): Promise<void> {
  const most = numberArgument("--limit", limit, { least: 0, most: 1_000_000 });
  const selection = await selectionOf(topics, typed);
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  await asTyped(() =>
    withOwnApplication(async ({ replays }) => {
      const line = countingLine({ what: "Comparing", unit: ["event", "events"] });
      const result = await replays
        .diff(selection, {
          most,
          signal: ending.signal,
          onProgress: ({ events, total }) => line.show(events, total),
        })
        .finally(line.done);
      if (json === true) printJson(result);
      else print(...diffLines(selection, result));
      if (result.finished) return;
      complain("it was ended before it was through: the figures are of what it had read");
      process.exitCode = 1;
    }),
  );
}
