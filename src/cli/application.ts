import { existsSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { applicationProblems } from "../bus/assemble.ts";
import { type Bus, createBus } from "../bus/bus.ts";
import { type Config, configuredOptions } from "../bus/config.ts";
import { type Environment, readEnvironment } from "../bus/environment/environment.ts";
import { guardLoading } from "../bus/load/load-guard.ts";
import { loadFiles } from "../bus/load/load-files.ts";
import { loadTopics, type TopicInFile } from "../bus/load/load-topics.ts";
import { type BusOptions, parseOptions } from "../bus/options.ts";
import { exportName } from "../define/topic.ts";
import { applicationFile, applicationFolder } from "./application-file.ts";
import { freshUrl } from "./fresh-import.ts";

export interface Application {
  readonly environment: Environment;
  readonly bus: Bus;
  /** Where its keys are in Redis. */
  readonly place: Place;
  /** Where the world reaches its HTTP server. */
  readonly publicUrl: string | undefined;
}

/** Where what belongs to one application is. */
export interface Place {
  /** The address of Redis. */
  readonly redis: string;
  readonly prefix: string;
  readonly application: string;
}

export interface ApplicationOptions {
  readonly logger: Logger;
  /** Changes to what the environment says, such as the address of a Redis that was just started. */
  readonly adjust?: (environment: Environment) => Environment;
  /** Reads the application's files anew; see `freshUrl`. Default: as they were loaded first. */
  readonly generation?: number;
}

/** An application as far as it could be read. */
export interface ReadApplication {
  readonly environment: Environment;
  /** Where the configuration cannot be used: what its folder holds. */
  readonly options: BusOptions;
  /** Undefined where there is a problem. */
  readonly bus: Bus | undefined;
  /** The same where files of topics are all that is wrong, which the configuration does without. */
  readonly toLook: Bus | undefined;
  readonly topics: readonly TopicInFile[];
  /** What the configuration's file exports; undefined where it could not be loaded. */
  readonly config: unknown;
  readonly problems: readonly string[];
}

/**
 * The application in the light of the environment. What a start would find is left to the start; but where this fails already,
 * everything else is looked at too, so that one run tells all.
 * @throws BusbarError with every problem of environment, topics, subscribers and templates
 */
export async function loadApplication(options: ApplicationOptions): Promise<Application> {
  // What a file begins while it is loaded may fail a little later.
  const guard = guardLoading();
  try {
    const { environment, bus, ...read } = await readApplication(options);
    if (bus !== undefined) return { environment, bus, place: placeOf(read.options), publicUrl: parseOptions(read.options).publicUrl };
    throw await cannotStart(read, () => guard.release());
  } finally {
    guard.release();
  }
}

/** What looking at an application takes. */
export interface ApplicationToLook {
  readonly bus: Bus;
  readonly place: Place;
  readonly options: BusOptions;
  /** What is wrong with files of topics that are left out. */
  readonly left: readonly string[];
}

/**
 * The application for those who change nothing: a topic's file that its configuration does without may be broken.
 * @throws BusbarError with every problem of environment, topics, subscribers and templates
 */
export async function applicationToLook(options: ApplicationOptions): Promise<ApplicationToLook> {
  const guard = guardLoading();
  try {
    const { toLook: bus, ...read } = await readApplication(options);
    if (bus === undefined) throw await cannotStart(read, () => guard.release());
    return { bus, place: placeOf(read.options), options: read.options, left: read.problems };
  } finally {
    guard.release();
  }
}

/** @param later what went wrong while all else was looked at */
async function cannotStart(
  { options, problems }: Pick<ReadApplication, "options" | "problems">,
  later: () => readonly string[],
): Promise<BusbarError> {
  const all = new Set([...problems, ...(await applicationProblems(options)), ...later()]);
  return new BusbarError("INVALID_DEFINITION", "The application cannot start:", { problems: [...all] });
}

/**
 * The same with what is wrong in place of an error; subscribers and templates are not looked at yet.
 * @throws BusbarError when there is no application at all
 */
export async function readApplication({ logger, generation, adjust = (all) => all }: ApplicationOptions): Promise<ReadApplication> {
  const problems: string[] = [];
  const environment = adjust(
    orDefault(
      () => readEnvironment(process.env),
      () => readEnvironment({}),
      problems,
    ),
  );
  const file = applicationFile();
  const fresh = (place: URL): URL => (generation === undefined ? place : freshUrl(place, generation));
  const folder = fresh(applicationFolder(file));
  // Each topic alone, before the configuration imports all of them: so it is known which one is wrong.
  const topics = await loadTopics(fresh(new URL("topics/", folder)));
  const configuration = await loadFiles({ folder, title: "" }, [relative(fileURLToPath(applicationFolder(file)), fileURLToPath(file))]);
  problems.push(...new Set([...topics.problems, ...configuration.problems]));

  const withoutConfiguration = (): BusOptions => configuredOptions(inFolder(folder, topics.topics), environment, logger);
  const [loaded] = configuration.files;
  const configured = (): BusOptions => configuredOptions(loaded?.module["default"], environment, logger);
  const wrong: string[] = [];
  const read = loaded === undefined ? withoutConfiguration() : orDefault(configured, withoutConfiguration, wrong);
  problems.push(...wrong.map((problem) => `${loaded?.file}: ${problem}`));
  const options = {
    ...read,
    ...(read.subscribers instanceof URL ? { subscribers: fresh(read.subscribers) } : {}),
    ...(read.schedules instanceof URL ? { schedules: fresh(read.schedules) } : {}),
  };
  const bus = orDefault(
    () => createBus(options),
    () => undefined,
    problems,
  );
  const ofTopics = loaded !== undefined && problems.every((problem) => topics.problems.includes(problem));
  return {
    environment,
    options,
    bus: problems.length === 0 ? bus : undefined,
    toLook: ofTopics ? bus : undefined,
    topics: topics.topics,
    config: loaded?.module["default"],
    problems,
  };
}

function placeOf(options: BusOptions): Place {
  const { redis, prefix, application } = parseOptions(options);
  return { redis, prefix, application };
}

/** What the folder of an application holds, for as long as its configuration cannot be used. */
function inFolder(folder: URL, topics: readonly TopicInFile[]): Config {
  const subscribers = new URL(`subscribers/${folder.search}`, folder);
  const schedules = new URL(`schedules/${folder.search}`, folder);
  return {
    application: "unknown",
    topics: Object.fromEntries(topics.map(({ topic }) => [exportName(topic.name), topic])),
    ...(existsSync(subscribers) ? { subscribers } : {}),
    ...(existsSync(schedules) ? { schedules } : {}),
  };
}

function orDefault<T>(work: () => T, fallback: () => T, problems: string[]): T {
  try {
    return work();
  } catch (error) {
    problems.push(...(error instanceof BusbarError ? error.problems : [messageOf(error)]));
    return fallback();
  }
}
