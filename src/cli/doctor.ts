import { silentLogger } from "../base/logger.ts";
import { type Diagnosis, error, warning } from "../bus/doctor/diagnosis.ts";
import { examine } from "../bus/doctor/examine.ts";
import { callbackWarnings } from "../bus/callbacks/callback-warnings.ts";
import { parseOptions } from "../bus/options.ts";
import { readApplication } from "./application.ts";
import { keysOfDev } from "./dev-keys.ts";
import { redisOfDev } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { oneLine } from "./visible.ts";

export interface DoctorCommand {
  readonly json?: boolean;
  /** Warnings count as errors. */
  readonly strict?: boolean;
}

/** Looks at everything that keeps messages from being sent, each with what to do about it; exit code 1 where something does. */
export async function doctor({ json = false, strict = false }: DoctorCommand): Promise<void> {
  const found = await diagnoses();
  const count = (level: Diagnosis["level"]): number => found.filter((each) => each.level === level).length;
  const well = count("error") === 0 && !(strict && count("warning") > 0);
  if (!well) process.exitCode = 1;
  if (json) return printJson({ ok: well, findings: found });
  print(...found.flatMap(lines), `${counted(count("error"), "error")}, ${counted(count("warning"), "warning")}`);
}

async function diagnoses(): Promise<Diagnosis[]> {
  const [devRedis, devKeys] = await Promise.all([redisOfDev(), keysOfDev()]);
  const { environment, options, bus, problems } = await readApplication({
    logger: silentLogger,
    adjust: (read) => ({ ...read, redis: read.redis ?? devRedis, keys: read.keys ?? devKeys }),
  });
  const configuration = [
    ...problems.map((message) => error("configuration", message, "Correct it; busbar check tells all problems.")),
    ...environment.warnings.map((message) => warning("configuration", message, "Correct its name, or leave it out.")),
  ];
  try {
    // Where its address cannot be used, the default one is somebody else's.
    if (problems.some((problem) => problem.startsWith("REDIS_"))) return configuration;
    const { redis, prefix, durability } = environment;
    const place = { ...(redis === undefined ? {} : { redis }), ...(prefix === undefined ? {} : { prefix }) };
    const settings = parseOptions(bus === undefined ? { application: "unknown", topics: {}, ...place } : options);
    const unheard = callbackWarnings(settings).map((message) =>
      warning("callbacks", `${message}.`, "docs/callbacks.md says how, for each provider."),
    );
    return [...configuration, ...unheard, ...(await examine({ settings, durability, bus }))];
  } finally {
    await bus?.stop();
  }
}

function lines({ level, about, message, fix }: Diagnosis): string[] {
  const first = `${level.padEnd(8)} ${about.padEnd(14)} ${oneLine(message)}`;
  return fix === undefined || level === "ok" ? [first] : [first, `${" ".repeat(23)} → ${oneLine(fix)}`];
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
