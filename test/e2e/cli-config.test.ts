import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SettingInForce } from "../../src/bus/environment/settings-in-force.ts";
import { runCli } from "../support/cli.ts";
import { smallApplication } from "../support/small-application.ts";

interface Printed {
  readonly ok: boolean;
  readonly settings: readonly SettingInForce[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

describe("busbar config print", () => {
  it("C6: names where each setting comes from: flag, environment, .env, busbar.config.ts, default", { timeout: 20_000 }, async () => {
    const { folder } = await smallApplication();
    await writeFile(
      join(folder, "busbar.config.ts"),
      `import { defineConfig } from ${JSON.stringify(join(import.meta.dirname, "../../src/index.ts"))};
import * as topics from "./topics/index.ts";

export default defineConfig({ application: "small", prefix: "configured", topics, channels: { handler: { concurrency: 3 }, email: { from: "c@example.com" } } });
`,
    );
    await writeFile(
      join(folder, ".env"),
      "HANDLER_CONCURRENCY=4\nEMAIL_FROM=dotenv@example.com\nPORT=5001\nWORKER_HEALTH_CHECK_PORT=5002\n",
    );
    // Variables that are not set at all: an empty one would hide what .env says.
    const absent = { HANDLER_CONCURRENCY: undefined, PORT: undefined, WORKER_HEALTH_CHECK_PORT: undefined };
    const { code, stdout } = await runCli(["config", "print", "--json", "--health-port", "5003"], {
      cwd: folder,
      env: { ...absent, EMAIL_FROM: "env@example.com", SENDGRID_API_KEY: "SG.secret", EMAIL_FORM: "x" },
    });
    expect(code).toBe(0);
    const { ok, settings, warnings } = JSON.parse(stdout) as Printed;
    const shown = (name: string) => settings.find((setting) => setting.name === name);
    expect(ok).toBe(true);
    expect(shown("WORKER_HEALTH_CHECK_PORT")).toMatchObject({ value: "5003", source: "flag" });
    expect(shown("EMAIL_FROM")).toMatchObject({ value: "env@example.com", source: "environment" });
    expect(shown("HANDLER_CONCURRENCY")).toMatchObject({ value: "4", source: ".env" });
    expect(shown("PORT")).toMatchObject({ value: "5001", source: ".env" });
    expect(shown("QUEUE_PREFIX")).toMatchObject({ value: "configured", source: "busbar.config.ts" });
    expect(shown("LOG_LEVEL")).toMatchObject({ value: "info", source: "default" });
    expect(warnings).toEqual(["EMAIL_FORM is no variable of busbar: did you mean EMAIL_FROM?"]);
    expect(stdout).not.toContain("SG.secret");
  });

  it("C6: lists every problem, and ends with exit code 1", async () => {
    const env = { REDIS_URL: "redis://me:hush@h", REDIS_HOST: "h", PORT: "http" };
    const { code, stdout, stderr } = await runCli(["config", "print"], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^REDIS_URL +redis:\/\/me:\*\*\*@h +environment$/m);
    expect(stderr).toContain("REDIS_URL and REDIS_HOST are both set");
    expect(stderr).toContain("PORT: must be a port");
    expect(stdout + stderr).not.toContain("hush");
  });
});
