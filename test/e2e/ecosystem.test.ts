import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { variables } from "../../src/bus/environment/environment-variables.ts";
import { freePort, startCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

interface Process {
  readonly name: string;
  readonly cwd: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly instances?: number;
  readonly kill_timeout: number;
  readonly increment_var?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "..", "..");
const { apps } = createRequire(import.meta.url)("../../ecosystem.config.cjs") as { readonly apps: readonly Process[] };
const { url, prefix } = testRedis();

describe("ecosystem.config.cjs", () => {
  it("A12: runs every role, once each, and more than one process of workers", () => {
    const roles = apps.flatMap(({ args }) => args[args.indexOf("--only") + 1]!.split(","));
    expect(roles.toSorted()).toEqual(["router", "server", "workers"]);
    expect(apps.find(({ args }) => args.includes("workers"))?.instances).toBeGreaterThan(1);
  });

  it("names a script that is there, and variables that busbar reads", () => {
    for (const { cwd, script, env = {}, increment_var: counted } of apps) {
      expect(existsSync(join(cwd, script))).toBe(true);
      expect(Object.keys(env).filter((name) => !(name in variables.shape))).toEqual([]);
      expect(counted === undefined || counted in env).toBe(true);
    }
  });

  it("gives each process a port of its own for its probes, and none that something else listens on", () => {
    const ports = apps.flatMap(({ instances = 1, env = {} }) =>
      env["WORKER_HEALTH_CHECK_PORT"] === undefined
        ? []
        : Array.from({ length: instances }, (_, index) => Number(env["WORKER_HEALTH_CHECK_PORT"]) + index),
    );
    const taken = [4_000, 4_010, 4_025];
    expect(ports.length).toBe(3);
    expect(new Set([...ports, ...taken]).size).toBe(ports.length + taken.length);
  });

  it("D7: waits longer for the end of a process than a clean stop may take", () => {
    const longest = 2_000 + 5_000 + 2 * 15_000;
    expect(apps.every(({ kill_timeout: patience }) => patience > longest)).toBe(true);
  });

  it("D7: starts each process as it is written there, and ends it on PM2's SIGINT", { timeout: 40_000 }, async () => {
    const codes = apps.map(async ({ script, args, env }) => {
      const port = String(await freePort());
      const ports = { PORT: port, ...(env === undefined ? {} : { WORKER_HEALTH_CHECK_PORT: port }) };
      const running = startCli(args, { program: [join(root, script)], env: { REDIS_URL: url, QUEUE_PREFIX: prefix, ...env, ...ports } });
      await running.until(/"msg":"started"/);
      const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
      running.signal("SIGINT");
      return [status, await running.ended];
    });
    expect(await Promise.all(codes)).toEqual(apps.map(() => [200, 0]));
  });
});
