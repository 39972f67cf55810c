import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { messageOf } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import { namesRedis } from "../bus/environment/redis-settings.ts";
import { type Mailroom, startMailroom } from "../mailroom/mailroom.ts";
import { nextFreePort } from "../server/listen.ts";
import { createMetrics } from "../server/metrics.ts";
import { startServer } from "../server/server.ts";
import { type Application, loadApplication } from "./application.ts";
import { applicationFile } from "./application-file.ts";
import { leftOutText, ownKeys } from "./dev-keys.ts";
import { callbackOptions } from "./mailroom-callbacks.ts";
import { type OwnRedis, ownRedis } from "./own-redis.ts";
import { publishExamples } from "./publish-examples.ts";
import { reloadOnChange } from "./reload.ts";
import { tellUnexpectedEnd } from "./unexpected-end.ts";
import { nextLine } from "./schedule-lines.ts";
import { reportStrayRejections } from "./stray-rejections.ts";
import { switchableBus } from "./switchable-bus.ts";
import { terminalLogger } from "./terminal-logger.ts";
import { terminalView } from "./terminal-view.ts";
import { tellStatistics } from "./statistics.ts";
import { firstSignal, untilSignal } from "./until-signal.ts";

/** Where a project keeps what `dev` makes. */
export const dataFolder = ".busbar";

export interface DevCommand {
  /** Prints the figures of the whole system every 30 s. */
  readonly stats?: boolean;
  /** What the mailroom's providers tell of each message by themselves. */
  readonly statuses?: string | undefined;
}

/** Everything in one process. What is started is stopped in reverse order, after a failure too. */
export async function dev({ stats = false, statuses }: DevCommand): Promise<void> {
  // Where there is no application, nothing is begun for it.
  applicationFile();
  // A developer's machine has other work: collect early rather than let the heap grow with the messages that pass through.
  setFlagsFromString("--heap-growing-percent=20");
  reportStrayRejections(say);
  const signal = firstSignal();
  const ending = tellUnexpectedEnd();
  const started: { name: string; stop: () => Promise<void> | void }[] = [];
  const stopAll = async (): Promise<void> => {
    for (const { name, stop } of started.splice(0).toReversed()) {
      await Promise.resolve(stop()).catch((error: unknown) => say(`${name} did not stop cleanly: ${messageOf(error)}`));
    }
  };

  // Compiling the templates takes a second, so it begins while Redis starts. What is wrong is told before anything runs.
  const checked = checkApplication();
  checked.catch(() => undefined);
  try {
    const redis = namesRedis(process.env) ? undefined : await ownRedis({ folder: dataFolder, say });
    if (redis !== undefined) started.push({ name: "Redis", stop: redis.stop });
    const mailroom = await startMailroom({ folder: join(dataFolder, "mailroom"), ...callbackOptions({ statuses }, process.env) });
    started.push({ name: "the mailroom", stop: mailroom.stop });

    // Known before the bus is made, since messages hold addresses of this server.
    const freePort = await nextFreePort(4_000);
    await checked;
    const { bus: first, environment, place, publicUrl } = await application({ redis, mailroom, freePort });
    for (const warning of environment.warnings) say(warning);
    const leftOut = await leftOutText(environment.keys);
    if (leftOut !== undefined) say(`Warning: ${leftOut}`);
    const bus = switchableBus(first);
    const view = terminalView(bus, say);
    started.push({ name: "the bus", stop: bus.stop }, { name: "the view", stop: view.stop });
    // Before anything is published: what is counted, is counted from the beginning.
    const metrics = await createMetrics({ bus });
    await bus.start();
    const server = await startServer({
      bus,
      inbox: mailroom.inbox,
      callbacks: mailroom.callbacks,
      faults: mailroom.faults,
      // It sends nothing for real and listens on loopback: whoever is on this machine may try everything.
      keys: place,
      metrics,
      open: true,
      live: environment.send.live,
      publicUrl,
      port: environment.port ?? freePort,
      tryNextPort: environment.port === undefined,
      logger: terminalLogger(say),
    });
    started.push({ name: "the server", stop: server.stop });
    mailroom.callbacks.goTo(mailroom.callbacks.address ?? `${server.url}/callbacks`);

    const load = async (generation: number): Promise<Bus> => (await application({ redis, mailroom, freePort, generation })).bus;
    started.push({ name: "the watch over the files", stop: (await reloadOnChange({ bus, load, say })).stop });

    say(`Ready: ${server.url}   (Ctrl-C stops; data stays in ${dataFolder}/)`);
    const timed = nextLine(await bus.schedules.list(), Intl.DateTimeFormat().resolvedOptions().timeZone);
    if (timed !== undefined) say(timed);
    if (!environment.send.live)
      say(
        `Real sending is off: every message goes to the inbox on that page (the mailroom's own address: ${mailroom.url}/mailroom/messages).`,
      );
    const tell = (line: string): void => say(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
    if (stats) started.push({ name: "the statistics", stop: tellStatistics({ bus, tell, logger: silentLogger }).stop });
    await publishExamples(bus, say);
  } catch (error) {
    ending.expected();
    await stopAll();
    throw error;
  }

  await untilSignal(signal, async () => {
    ending.expected();
    say("Stopping: finishing what is under way …");
    await stopAll();
    say("Stopped.");
  });
}

async function checkApplication(): Promise<void> {
  const { bus } = await loadApplication({ logger: silentLogger });
  await bus.check();
  await bus.stop();
}

interface Surroundings {
  readonly redis: OwnRedis | undefined;
  readonly mailroom: Mailroom;
  readonly freePort: number;
  readonly generation?: number;
}

async function application({ redis, mailroom: { url, smtp }, freePort, generation }: Surroundings): Promise<Application> {
  const keys = await ownKeys();
  return loadApplication({
    logger: terminalLogger(say),
    ...(generation === undefined ? {} : { generation }),
    adjust: (environment) => ({
      ...environment,
      redis: environment.redis ?? redis?.url,
      keys: environment.keys ?? keys,
      // Nobody outside reaches it: what leaves for real must not name it.
      publicUrl: environment.publicUrl ?? (environment.send.live ? undefined : `http://127.0.0.1:${environment.port ?? freePort}`),
      send: { ...environment.send, mailroom: { url, smtp } },
    }),
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
