#!/usr/bin/env node
/** The CLI's binary: `busbar <command>`. */
process.argv.splice(2, 0, "busbar");
await import("./with-packages.mjs");
