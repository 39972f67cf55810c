import { afterEach, expect, it, vi } from "vitest";
import type { AudienceContext } from "../../src/index.ts";
import { audiencePage } from "../../src/router/audience-page.ts";

afterEach(() => vi.useRealTimers());

const route = (audience: (event: unknown, context: AudienceContext) => unknown) => ({ audience }) as never;
const context = (signal = new AbortController().signal): AudienceContext => ({ cursor: undefined, services: {} as never, signal });

it("an audience that never answers is given up after 30 s, and told so by its signal", async () => {
  vi.useFakeTimers();
  let told: AbortSignal | undefined;
  const page = audiencePage(
    route((_event, { signal }) => {
      told = signal;
      return new Promise(() => undefined);
    }),
    {} as never,
    context(),
  );
  const refused = page.catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await refused).toBe("audience: no answer within 30000 ms");
  expect(told!.aborted).toBe(true);
});

it("an audience is given up at once when its job was given to another worker", async () => {
  const stop = new AbortController();
  const page = audiencePage(
    route(() => new Promise(() => undefined)),
    {} as never,
    context(stop.signal),
  );
  stop.abort();
  await expect(page).rejects.toThrow("audience: the try was stopped");
});

it("an audience that is not async is taken as it is, and one that throws fails the page", async () => {
  expect(
    await audiencePage(
      route(() => ({ recipients: ["a@b.co"] })),
      {} as never,
      context(),
    ),
  ).toEqual({ recipients: ["a@b.co"] });
  await expect(
    audiencePage(
      route(() => {
        throw new Error("no database");
      }),
      {} as never,
      context(),
    ),
  ).rejects.toThrow("no database");
});
