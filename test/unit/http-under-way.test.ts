import fastify from "fastify";
import { expect, it, onTestFinished } from "vitest";
import type { Logger } from "../../src/base/logger.ts";
import { answerErrors } from "../../src/server/protocol-errors.ts";
import { limitUnderWay } from "../../src/server/under-way.ts";
import { ask } from "../support/http.ts";

it("E2: what comes while as much as may be is under way is refused at once with 429; probes are answered, and each answer makes room", async () => {
  const told: unknown[] = [];
  const note = (...line: unknown[]): void => void told.push(line);
  const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  const app = fastify();
  onTestFinished(() => app.close());
  limitUnderWay(app, { most: 2, logger });
  answerErrors(app, logger);
  const waiting: (() => void)[] = [];
  let begun: (() => void) | undefined;
  app.get("/slow", () => new Promise((resolve) => (waiting.push(() => resolve("done")), begun?.())));
  app.get("/healthz", () => "ok");
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const slow = async () => {
    const under = new Promise<void>((resolve) => (begun = resolve));
    const answer = ask(`${url}/slow`);
    await under;
    return { answer };
  };

  const [first, second] = [await slow(), await slow()];
  const refused = await ask(`${url}/slow`);
  expect([refused.status, refused.headers["retry-after"], refused.body.code]).toEqual([429, "1", "RATE_LIMITED"]);
  expect((await ask(`${url}/healthz?again`)).status).toBe(200);
  await Promise.all([ask(`${url}/slow`), ask(`${url}/slow`)]);
  // Three were refused, and one line says so: the next one after ten seconds.
  expect(told).toEqual([[{ underWay: 2, refused: 1 }, expect.stringContaining("too many are under way")]]);

  waiting.shift()!();
  expect((await first.answer).status).toBe(200);
  const third = await slow();
  for (const end of waiting) end();
  expect([(await second.answer).status, (await third.answer).status]).toEqual([200, 200]);
});
