import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // One Redis for the whole run: it is started in a temporary folder, and stopped at the end.
    globalSetup: ["busbar/testing/global-setup"],
    testTimeout: 20_000,
  },
});
