import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that start processes come first: none of them is left over at the end, when a worker has nothing else to do. */
class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is vitest's own order, and no array's
    const sorted = await super.sort(files);
    const startsProcesses = new Set(sorted.filter(({ moduleId }) => moduleId.includes("/test/e2e/")));
    return [...startsProcesses, ...sorted.filter((file) => !startsProcesses.has(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/{unit,contract,redis,e2e,types}/**/*.test.ts", "test/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Much of a run is processes that start and stop, and time-outs that pass: a third worker uses the cores meanwhile.
    maxWorkers: 3,
    // The files of a worker share what they import. Each takes back what it changes of the process, such as its environment.
    isolate: false,
    sequence: { sequencer: ProcessesFirst },
  },
});
