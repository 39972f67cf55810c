import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

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
    sequence: {
      sequencer: class extends BaseSequencer {
        /** Those that start processes come first: none of them is left over at the end, when nothing else is there to do. */
        override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
          const sorted = await super.sort(files);
          const rank = ({ moduleId }: TestSpecification): number => (moduleId.includes("/e2e/") ? 0 : 1);
          return sorted.toSorted((one, other) => rank(one) - rank(other));
        }
      },
    },
  },
});
