import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import { type Environment, readEnvironment } from "../bus/environment.ts";

export interface Application {
  readonly environment: Environment;
  readonly bus: Bus;
}

export interface ApplicationOptions {
  readonly logger: Logger;
  /** Changes to what the environment says, such as the address of a Redis that was just started. */
  readonly adjust?: (environment: Environment) => Environment;
}

/**
 * This repository's application in the light of the environment.
 * @throws BusbarError with every problem of environment, topics, subscribers and templates
 */
export async function loadApplication({ logger, adjust = (environment) => environment }: ApplicationOptions): Promise<Application> {
  // Read even where it is wrong: then the problems of everything else are reported with its own.
  const read = attempt(() => readEnvironment(process.env));
  const environment = adjust("value" in read ? read.value : readEnvironment({}));
  const problems = "problems" in read ? [...read.problems] : [];
  // The import itself fails where a topic is defined wrongly.
  const made = await attemptAsync(async () => (await import("../app.ts")).createApp(environment, logger));
  if ("problems" in made) problems.push(...made.problems);
  else if (problems.length === 0) return { environment, bus: made.value as unknown as Bus };
  else {
    const checked = await attemptAsync(() => made.value.check());
    if ("problems" in checked) problems.push(...checked.problems);
    await made.value.stop();
  }
  throw new BusbarError("INVALID_DEFINITION", "The application cannot start:", { problems });
}

type Attempt<T> = { readonly value: T } | { readonly problems: readonly string[] };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { problems: problemsOf(error) };
  }
}

async function attemptAsync<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { problems: problemsOf(error) };
  }
}

function problemsOf(error: unknown): readonly string[] {
  // The message of an error with one problem says more than the problem alone.
  if (error instanceof BusbarError) return error.problems.length > 1 ? error.problems : [error.message.replace(/:\n {2}- /, ": ")];
  return [messageOf(error)];
}
