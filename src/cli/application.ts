import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { applicationProblems } from "../bus/assemble.ts";
import { type Bus, createBus } from "../bus/bus.ts";
import { type Environment, readEnvironment } from "../bus/environment.ts";
import type { BusOptions } from "../bus/options.ts";
import { applicationFile } from "./application-file.ts";

export interface Application {
  readonly environment: Environment;
  readonly bus: Bus;
}

export interface ApplicationOptions {
  readonly logger: Logger;
  /** Changes to what the environment says, such as the address of a Redis that was just started. */
  readonly adjust?: (environment: Environment) => Environment;
}

/** What the application's file exports. */
interface ApplicationModule {
  readonly appOptions: (environment: Environment, logger: Logger) => BusOptions;
}

/**
 * The application in the light of the environment. What a start would find is left to the start; but where this fails already,
 * everything else is looked at too, so that one run tells all.
 * @throws BusbarError with every problem of environment, topics, subscribers and templates
 */
export async function loadApplication({ logger, adjust = (environment) => environment }: ApplicationOptions): Promise<Application> {
  const problems: string[] = [];
  const environment = adjust(
    orDefault(
      () => readEnvironment(process.env),
      () => readEnvironment({}),
      problems,
    ),
  );
  const options = await appOptionsOf(environment, logger, problems);
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

async function appOptionsOf(environment: Environment, logger: Logger, problems: string[]): Promise<BusOptions | undefined> {
  const file = applicationFile();
  try {
    // The import itself fails where a topic is defined wrongly.
    const { appOptions } = (await import(file.href)) as ApplicationModule;
    return appOptions(environment, logger);
  } catch (error) {
    problems.push(`topics: ${messageOf(error)}`);
    return undefined;
  }
}

function orDefault<T>(work: () => T, fallback: () => T, problems: string[]): T {
  try {
    return work();
  } catch (error) {
    problems.push(...(error instanceof BusbarError ? error.problems : [messageOf(error)]));
    return fallback();
  }
}
