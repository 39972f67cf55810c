import { BusbarError } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { loadApplication } from "./application.ts";

/** Loads everything, connects to nothing, and reports every problem; exit code 1 where there is one. */
export async function check({ json }: { readonly json?: boolean }): Promise<void> {
  try {
    const { bus } = await loadApplication({ logger: silentLogger });
    const { topics, subscribers } = await bus.check();
    await bus.stop();
    const routes = subscribers.flatMap((subscriber) => subscriber.routes).length;
    if (json === true)
      process.stdout.write(
        `${JSON.stringify({ ok: true, topics: topics.length, subscribers: subscribers.length, routes, problems: [] })}\n`,
      );
    else
      process.stdout.write(
        `No problem found: ${topics.length} topics, ${subscribers.length} subscribers, ${routes} routes, every template compiled.\n`,
      );
  } catch (error) {
    if (json !== true || !(error instanceof BusbarError)) throw error;
    process.stdout.write(`${JSON.stringify({ ok: false, problems: error.problems })}\n`);
    process.exitCode = 1;
  }
}
