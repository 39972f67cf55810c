import { execFile } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { NotHere } from "../not-here.ts";

const run = promisify(execFile);

/** A library that is loaded into processes before all others: fault.c says what it does. */
export interface Shim {
  /** The environment of a process whose syncs are written down, and whose clock can be moved. */
  env(options: { readonly fsyncLog?: string; readonly clock?: Clock }): Readonly<Record<string, string>>;
  /** A clock for processes that share it; it begins right. */
  clock(name: string): Clock;
}

export interface Clock {
  readonly file: string;
  /** From now on the wall clock is so many seconds off. */
  set(seconds: number): void;
}

/** @throws NotHere where there is no C compiler */
export async function buildShim(folder: string): Promise<Shim> {
  if (process.platform !== "linux") throw new NotHere("a library can be loaded before others on Linux only");
  mkdirSync(folder, { recursive: true });
  const library = join(folder, "fault.so");
  const source = new URL("./fault.c", import.meta.url).pathname;
  await run("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]).catch((error: Error) => {
    throw new NotHere(`there is no C compiler here that could build ${source} (${error.message.trim().split("\n").at(-1)})`);
  });
  return {
    env: ({ fsyncLog, clock }) => ({
      LD_PRELOAD: library,
      ...(fsyncLog === undefined ? {} : { FSYNC_LOG: fsyncLog }),
      ...(clock === undefined ? {} : { CLOCK_FILE: clock.file }),
    }),
    clock(name) {
      const file = join(folder, `${name}.clock`);
      writeFileSync(file, Buffer.alloc(8));
      return {
        file,
        set(seconds) {
          const bytes = Buffer.alloc(8);
          bytes.writeBigInt64LE(BigInt(seconds));
          const open = openSync(file, "r+");
          writeSync(open, bytes, 0, 8, 0);
          closeSync(open);
        },
      };
    },
  };
}
