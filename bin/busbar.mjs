#!/usr/bin/env node
/**
 * The CLI's binary: `busbar <command>`. On a clone it runs the TypeScript source, after the packages are there; installed as a package
 * it runs what was built, with a loader for the TypeScript of the project that it is called in.
 */
import { existsSync } from "node:fs";
import { checkNode } from "./check-node.mjs";

if (existsSync(new URL("../src/cli/main.ts", import.meta.url))) {
  process.argv.splice(2, 0, "busbar");
  await import("./with-packages.mjs");
} else {
  checkNode();
  // Whoever asks for help runs nothing of a project, and does not wait for the loader.
  if (!process.argv.includes("--help")) {
    const { register } = await import("tsx/esm/api");
    register();
  }
  await import("../dist/cli/main.js");
}
