import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** How many others follow each file that starts processes: the last of those then begins when two thirds of the time are over. */
const between = 6;

/**
 * Files that start processes take the processor, most others wait for Redis and for time-outs: the former are spread over the run, so that
 * the latter fill their time, but none is left over at the end, when a worker has nothing else to do.
 */
class ProcessesSpread extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is vitest's own order, and no array's
    const sorted = await super.sort(files);
    const startsProcesses = sorted.filter(({ moduleId }) => moduleId.includes("/test/e2e/"));
    const others = sorted.filter((file) => !startsProcesses.includes(file));
    return [...startsProcesses.flatMap((file) => [file, ...others.splice(0, between)]), ...others];
  }
}

export default defineConfig({
  test: {
    include: ["test/{unit,contract,redis,e2e,types}/**/*.test.ts", "test/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Much of a run is processes that start and stop, and time-outs that pass: more workers use the cores meanwhile.
    maxWorkers: 4,
    // The files of a worker share what they import. Each takes back what it changes of the process, such as its environment.
    isolate: false,
    sequence: { sequencer: ProcessesSpread },
  },
});
