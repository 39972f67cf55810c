import { silentLogger } from "../base/logger.ts";
import { type SettingInForce, settingsInForce } from "../bus/environment/settings-in-force.ts";
import { readApplication } from "./application.ts";
import { keyId } from "../vault/key-ring.ts";
import { keysOfDev, leftOutText } from "./dev-keys.ts";
import { fromEnvFile } from "./env-file.ts";
import { print, printJson } from "./output.ts";
import { tableLines } from "./table.ts";
import { oneLine } from "./visible.ts";

export interface ConfigPrintCommand {
  readonly healthPort?: string;
  readonly json?: boolean;
}

/** Prints every setting with where it comes from, connects to nothing, and reports every problem; exit code 1 where there is one. */
export async function printConfig({ healthPort, json = false }: ConfigPrintCommand): Promise<void> {
  const devKeys = await keysOfDev();
  const { environment, bus, config, problems } = await readApplication({
    logger: silentLogger,
    adjust: (read) => ({ ...read, keys: read.keys ?? devKeys }),
  });
  await bus?.stop();
  const settings = settingsInForce({
    flags: { WORKER_HEALTH_CHECK_PORT: healthPort },
    env: process.env,
    fromEnvFile: fromEnvFile(),
    config,
    keyIds: environment.keys?.map(keyId),
  });
  const leftOut = await leftOutText(environment.keys);
  const warnings = [...environment.warnings, ...(leftOut === undefined ? [] : [leftOut])];
  if (problems.length > 0) process.exitCode = 1;
  if (json) return printJson({ ok: problems.length === 0, settings, problems, warnings });
  print(...tableLines([{ title: "setting" }, { title: "value" }, { title: "from" }], settings.map(rowOf)));
  for (const warning of warnings) print(`Warning: ${oneLine(warning)}`);
  if (problems.length === 0) return;
  const lines = problems.map((problem) => `  - ${oneLine(problem)}\n`);
  process.stderr.write(`busbar: The configuration cannot be used:\n${lines.join("")}`);
}

function rowOf({ name, value, source, file }: SettingInForce): readonly string[] {
  return [name, value === null ? "" : String(value), file === undefined ? source : `${source}, the file ${file}`];
}
