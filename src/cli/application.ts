import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { applicationProblems } from "../bus/assemble.ts";
import { type Bus, createBus } from "../bus/bus.ts";
import { configuredOptions } from "../bus/config.ts";
import { type Environment, readEnvironment } from "../bus/environment.ts";
import type { BusOptions } from "../bus/options.ts";
import { applicationFile } from "./application-file.ts";
import { freshImport } from "./fresh-import.ts";

export interface Application {
  readonly environment: Environment;
  readonly bus: Bus;
}

export interface ApplicationOptions {
  readonly logger: Logger;
  /** Changes to what the environment says, such as the address of a Redis that was just started. */
  readonly adjust?: (environment: Environment) => Environment;
  /** Reads the application's files anew; see `freshImport`. Default: as they were loaded first. */
  readonly generation?: number;
}

/**
 * The application in the light of the environment. What a start would find is left to the start; but where this fails already,
 * everything else is looked at too, so that one run tells all.
 * @throws BusbarError with every problem of environment, topics, subscribers and templates
 */
export async function loadApplication({
  logger,
  generation,
  adjust = (environment) => environment,
}: ApplicationOptions): Promise<Application> {
  const problems: string[] = [];
  const environment = adjust(
    orDefault(
      () => readEnvironment(process.env),
      () => readEnvironment({}),
      problems,
    ),
  );
  const options = await configuredOptionsOf({ environment, logger, generation }, problems);
  const bus =
    options &&
    orDefault(
      () => createBus(options),
      () => undefined,
      problems,
    );
  if (problems.length === 0 && bus !== undefined) return { environment, bus };
  if (options !== undefined) problems.push(...(await applicationProblems(options)));
  throw new BusbarError("INVALID_DEFINITION", "The application cannot start:", { problems: [...new Set(problems)] });
}

async function configuredOptionsOf(
  { environment, logger, generation }: Pick<ApplicationOptions, "logger" | "generation"> & { readonly environment: Environment },
  problems: string[],
): Promise<BusOptions | undefined> {
  const file = applicationFile();
  try {
    // The import itself fails where a topic is defined wrongly.
    const module = (await (generation === undefined ? import(file.href) : freshImport(file, generation))) as { default?: unknown };
    const options = configuredOptions(module.default, environment, logger);
    return generation === undefined ? options : { ...options, ...freshSubscribers(options, generation) };
  } catch (error) {
    problems.push(...(error instanceof BusbarError ? error.problems : [`topics: ${messageOf(error)}`]));
    return undefined;
  }
}

/** A folder of subscribers is read by its name, so the generation goes along with it. */
function freshSubscribers({ subscribers }: BusOptions, generation: number): Pick<BusOptions, "subscribers"> {
  if (!(subscribers instanceof URL)) return {};
  const folder = new URL(subscribers);
  folder.searchParams.set("busbar", String(generation));
  return { subscribers: folder };
}

function orDefault<T>(work: () => T, fallback: () => T, problems: string[]): T {
  try {
    return work();
  } catch (error) {
    problems.push(...(error instanceof BusbarError ? error.problems : [messageOf(error)]));
    return fallback();
  }
}
