import { EventEmitter, once } from "node:events";
import { appendFile, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { startRedisServer } from "../../src/base/redis-server.ts";
import { encodeRecord, type SpoolRecord } from "../../src/bus/spool/spool-record.ts";
import { openSegment } from "../../src/bus/spool/spool-segment.ts";
import { createSpool, type SpoolOptions } from "../../src/bus/spool/spool.ts";
import { observed, testLine } from "../support/line.ts";

const line = testLine();
const order = (orderId: string) => ({ orderId, email: "asha@example.com" });

async function folder(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "busbar-spool-"));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  return place;
}

/** A Redis of its own, which can be away. */
async function redisThatLeaves() {
  const dataFolder = await folder();
  let server = await startRedisServer({ dataFolder, appendfsync: "always" });
  const { url, port } = server;
  let running = true;
  const leave = async (): Promise<void> => {
    running = false;
    await server.stop();
  };
  onTestFinished(async () => {
    if (running) await leave();
  });
  return {
    url,
    leave,
    async comeBack() {
      server = await startRedisServer({ dataFolder, appendfsync: "always", port });
      running = true;
    },
    pid: () => server.pid!,
  };
}

const record = (orderId: string): SpoolRecord => ({
  entry: { topic: "order.placed", partitionKey: orderId, eventId: `e-${orderId}`, time: 1, json: JSON.stringify({ data: { orderId } }) },
  givenId: false,
});

/** A spool whose log takes what it is given, once `open` is called. */
function spoolInto(place: string, options: Partial<SpoolOptions> = {}) {
  const taken: string[] = [];
  let reachable = false;
  const emptied = new EventEmitter();
  const empty = once(emptied, "drained");
  const spool = createSpool({
    folder: place,
    limit: 1_048_576,
    logger: silentLogger,
    searchHash: (value) => `hash of ${value}`,
    observe: (name) => void (name === "spoolDrained" && emptied.emit("drained")),
    append: async ({ entry }) => {
      if (!reachable) throw new Error("Redis is away");
      taken.push(entry.eventId);
    },
    ...options,
  });
  onTestFinished(() => spool.stop());
  return { spool, taken, empty, open: () => (reachable = true) };
}

describe("the spool", () => {
  it("E4: while Redis is away a publish succeeds and says spooled; when Redis is back, everything is in the log once and in its order", async () => {
    const redis = await redisThatLeaves();
    const place = join(await folder(), "spool");
    const bus = line.bus({ url: redis.url, prefix: "spooled", bus: { spool: { folder: place }, publishDeadline: "300ms" } });
    const first = await bus.publishEvent.orderPlaced(order("A-0"));
    expect(first.durability).toBe("fsync");
    await redis.leave();
    const waiting = observed(bus, "spooled", 30);
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) => bus.publishEvent.orderPlaced(order(`A-${n + 1}`), { key: "one" })),
    );
    for (let n = 11; n <= 30; n += 1) results.push(await bus.publishEvent.orderPlaced(order(`A-${n}`), { key: "one" }));
    expect(new Set(results.map(({ durability }) => durability))).toEqual(new Set(["spooled"]));
    // Those that came at once have no order among them, and everything keeps the one in which it was written down.
    const written = (await waiting).map(({ event }) => event.id);
    expect(written.toSorted()).toEqual(results.map(({ id }) => id).toSorted());
    expect(written.slice(10)).toEqual(results.slice(10).map(({ id }) => id));
    expect(bus.spool()).toMatchObject({ events: 30, refused: 0 });

    const [published, drained] = [observed(bus, "published", 30), observed(bus, "spoolDrained")];
    await redis.comeBack();
    const appended = (await published).map(({ event }) => event.id);
    expect(appended.toSorted()).toEqual(written.toSorted());
    expect(appended.slice(10)).toEqual(written.slice(10));
    await drained;
    const events = await bus.inspect.events(100);
    expect(events.map(({ id }) => id).toSorted()).toEqual([first, ...results].map(({ id }) => id).toSorted());
    expect((await bus.inspect.search({ key: "order", value: "A-30" })).events).toMatchObject([{ event: { id: results.at(-1)!.id } }]);
    expect([bus.spool(), await readdir(place)]).toEqual([{ events: 0, bytes: 0, refused: 0 }, []]);
    expect((await bus.publishEvent.orderPlaced(order("A-31"))).durability).toBe("fsync");
  });

  it("takes what a Redis that hangs does not confirm, and keeps one entry of it", async () => {
    const redis = await redisThatLeaves();
    const bus = line.bus({ url: redis.url, prefix: "hung", bus: { spool: { folder: await folder() }, publishDeadline: "300ms" } });
    await bus.publishEvent.orderPlaced(order("A-0"));
    process.kill(redis.pid(), "SIGSTOP");
    const results = await Promise.all([1, 2, 3].map((n) => bus.publishEvent.orderPlaced(order(`A-${n}`)))).finally(() =>
      process.kill(redis.pid(), "SIGCONT"),
    );
    expect(results.map(({ durability }) => durability)).toEqual(["spooled", "spooled", "spooled"]);
    if (bus.spool()!.events > 0) await observed(bus, "spoolDrained");
    expect(await bus.inspect.events(100)).toHaveLength(4);
  });

  it("refuses what goes beyond its limit, and loses nothing that it took", async () => {
    const place = await folder();
    const { spool, taken, empty, open } = spoolInto(place, { limit: 1_000 });
    await spool.start();
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => spool.add(record(`A-${n}`))));
    const kept = results.flatMap(({ status }, n) => (status === "fulfilled" ? [`e-A-${n}`] : []));
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.length).toBeLessThan(10);
    expect(results.at(-1)).toMatchObject({
      reason: { code: "PUBLISH_FAILED", eventId: "e-A-19", message: expect.stringContaining("the spool is full") as string },
    });
    open();
    await empty;
    expect(taken).toEqual(kept);
  });

  it("goes on with what a process that is gone left behind, a torn end included", async () => {
    const place = await folder();
    const [first, second] = [record("A-1"), record("A-2")].map(encodeRecord);
    // Process 1 of another host: only the time tells that nobody touches it any more.
    const path = join(place, "elsewhere_1_abc123.000001.spool");
    await writeFile(path, `${first}${second}${encodeRecord(record("A-3")).slice(0, 40)}`);
    const { spool, taken, empty, open } = spoolInto(place);
    await spool.start();
    expect([spool.holding(), await readdir(place)]).toEqual([false, ["elsewhere_1_abc123.000001.spool"]]);
    await spool.stop();

    await utimes(path, new Date(0), new Date(0));
    const next = spoolInto(place);
    await next.spool.start();
    expect(next.spool.standing().events).toBe(2);
    next.open();
    await next.empty;
    expect([next.taken, taken, await readdir(place)]).toEqual([["e-A-1", "e-A-2"], [], []]);
    open();
    await Promise.race([empty, Promise.resolve()]);
  });

  it("sets aside a line that is damaged, and what the log refuses; the others go on", async () => {
    const place = await folder();
    const damaged = encodeRecord(record("A-2")).replace("A-2", "A-9");
    await writeFile(
      join(place, "elsewhere_1_abc123.000001.spool"),
      `${encodeRecord(record("A-1"))}${damaged}${encodeRecord(record("A-3"))}`,
    );
    await utimes(join(place, "elsewhere_1_abc123.000001.spool"), new Date(0), new Date(0));
    const { spool, taken, empty, open } = spoolInto(place);
    await spool.start();
    open();
    await empty;
    expect([taken, spool.standing().refused]).toEqual([["e-A-1", "e-A-3"], 1]);
    const [refused] = await readdir(place);
    expect(await readFile(join(place, refused!), "utf8")).toBe(`${damaged.trimEnd()} {"reason":"its line on disk is damaged"}\n`);
  });

  it("leaves what only this process has no key for to the next one of the folder; the others go on", async () => {
    const place = await folder();
    const lacking = new BusbarError("PUBLISH_FAILED", "no", { cause: new BusbarError("INVALID_CONFIGURATION", 'the key "zz"') });
    const taken: string[] = [];
    const append = async ({ entry }: SpoolRecord): Promise<void> => {
      if (entry.eventId === "e-A-2") throw lacking;
      taken.push(entry.eventId);
    };
    const first = spoolInto(place, { append });
    for (const id of ["A-1", "A-2", "A-3"]) await first.spool.add(record(id));
    await first.spool.start();
    await first.empty;
    expect([taken, first.spool.holding()]).toEqual([["e-A-1", "e-A-3"], false]);
    expect(first.spool.standing()).toMatchObject({ events: 0, refused: 0 });
    await first.spool.stop();

    const second = spoolInto(place);
    second.open();
    await second.spool.start();
    await second.empty;
    expect(second.taken).toEqual(["e-A-2"]);
    await second.spool.stop();
    expect(await readdir(place)).toEqual([]);
  });

  it("sets aside an event whose idempotency key was used with another payload meanwhile, and says so", async () => {
    const redis = await redisThatLeaves();
    const place = await folder();
    const options = { url: redis.url, prefix: "conflict" };
    const bus = line.bus({ ...options, bus: { spool: { folder: place }, publishDeadline: "300ms" } });
    await bus.publishEvent.orderPlaced(order("A-0"), { idempotencyKey: "k" });
    await redis.leave();
    const { id } = await bus.publishEvent.orderPlaced(order("A-1"), { idempotencyKey: "k" });
    const refused = observed(bus, "spoolRefused");
    await redis.comeBack();
    const [{ reason, file }] = (await refused) as [{ reason: string; file: string }];
    expect(reason).toContain('the idempotency key "k" was used');
    expect(await readFile(file, "utf8")).toContain(id);
  });

  it("gives two processes of one folder files of their own", async () => {
    const place = await folder();
    const [one, two] = [spoolInto(place), spoolInto(place)];
    await Promise.all([one.spool.start(), two.spool.start()]);
    await Promise.all([...Array(20).keys()].flatMap((n) => [one.spool.add(record(`1-${n}`)), two.spool.add(record(`2-${n}`))]));
    expect(await readdir(place)).toHaveLength(2);
    one.open();
    two.open();
    await Promise.all([one.empty, two.empty]);
    expect([one.taken.length, two.taken.length]).toEqual([20, 20]);
    expect(one.taken.every((id) => id.startsWith("e-1-"))).toBe(true);
  });

  it("tells its writer when another process took the file while this one was paused", async () => {
    const place = await folder();
    const path = join(place, "a.spool");
    const segment = await openSegment(path);
    onTestFinished(() => segment.close());
    expect([await segment.write("one\n"), await segment.touch()]).toEqual([true, true]);
    await rename(path, join(place, "b.spool"));
    expect([await segment.write("two\n"), await segment.touch()]).toEqual([false, false]);
    // Somebody else's file of that name is not ours either.
    await appendFile(path, "");
    expect(await segment.write("three\n")).toBe(false);
  });

  it("names a folder that cannot be used when the bus starts, and its options when they are wrong", async () => {
    const place = join(await folder(), "file");
    await writeFile(place, "");
    const bus = line.bus({ url: "redis://127.0.0.1:1", prefix: "none", bus: { spool: { folder: join(place, "spool") } } });
    await expect(bus.connect()).rejects.toMatchObject({
      code: "INVALID_CONFIGURATION",
      message: expect.stringContaining(join(place, "spool")) as string,
    });
    const impossible = line.bus({ url: "redis://127.0.0.1:1", prefix: "none", bus: { spool: { folder: "/proc/spool" } } });
    await expect(impossible.connect()).rejects.toMatchObject({ code: "INVALID_CONFIGURATION" });
    const wrong = { folder: "", limit: 5, size: 1 } as never;
    expect(() => line.bus({ url: "redis://127.0.0.1:1", prefix: "none", bus: { spool: wrong } })).toThrow(
      /spool: .*size[\s\S]*spool\.folder: [\s\S]*spool\.limit: /,
    );
  });
});
