import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createMetrics } from "../../src/server/metrics.ts";
import { type Probes, type ProbesOptions, startProbes } from "../../src/server/probes.ts";
import { type ServedBus } from "../../src/server/served-bus.ts";
import { startServer } from "../../src/server/server.ts";
import { ask } from "../support/http.ts";
import { observed, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();

/** The value of a line such as `busbar_up 1` or `busbar_published_total{topic="order.placed"} 2`. */
function value(text: string, name: string): number | undefined {
  const found = text.split("\n").find((each) => each.startsWith(`${name} `));
  return found === undefined ? undefined : Number(found.slice(name.length + 1));
}

async function probesOf(options: Pick<ProbesOptions, "bus"> & Partial<ProbesOptions>): Promise<Probes> {
  const probes = await startProbes({ port: 0, stopping: () => false, ...options });
  onTestFinished(() => probes.stop());
  return probes;
}

describe("/metrics", () => {
  it("A14: counts what was published, routed, tried and sent, with names of the application as labels and nothing of persons", async () => {
    const { provider } = recordingProvider((_, earlier) =>
      earlier === 0 ? { kind: "retry", reason: "asha@example.in is busy" } : { kind: "sent", messageId: "m-1" },
    );
    const bus = line.bus({ url, prefix, provider });
    const metrics = await createMetrics({ bus });
    const server = await startServer({ bus, port: 0, metrics });
    onTestFinished(() => server.stop());
    const sent = observed(bus, "sent");
    await bus.start();
    const { id } = await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.in" }, { idempotencyKey: "k-1" });
    await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.in" }, { idempotencyKey: "k-1" });
    const [fact] = await sent;

    const { status, headers, body } = await ask(`${server.url}/metrics`);
    const text = body as string;
    expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    const seen = Object.fromEntries(
      [
        "busbar_up",
        'busbar_published_total{topic="order.placed"}',
        'busbar_routed_total{subscriber="receipt"}',
        'busbar_deliveries_total{channel="email",outcome="retried"}',
        'busbar_deliveries_total{channel="email",outcome="sent"}',
        'busbar_deliveries_total{channel="sms",outcome="sent"}',
        'busbar_delivery_seconds_count{channel="email"}',
        'busbar_delivery_seconds_bucket{le="3600",channel="email"}',
        'busbar_queue_jobs{queue="email",state="waiting"}',
        'busbar_queue_paused{queue="email"}',
        'busbar_channel_concurrency{channel="email"}',
        'busbar_channel_rate_per_second{channel="sms"}',
        'busbar_channel_set_at_run_time{channel="email",limit="concurrency"}',
        'busbar_suppressed_addresses{channel="email"}',
        'busbar_subscriber_lag_events{subscriber="receipt"}',
        'busbar_subscriber_lag_seconds{subscriber="receipt"}',
        'busbar_subscriber_paused{subscriber="receipt"}',
        'busbar_data_losses{topic="order.placed"}',
      ].map((name) => [name, value(text, name)]),
    );
    expect(Object.values(seen), JSON.stringify(seen)).toEqual([1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 5, 10, 0, 0, 0, 0, 0, 0]);
    expect(value(text, "nodejs_eventloop_lag_p99_seconds")).toBeGreaterThanOrEqual(0);
    expect(value(text, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    for (const secret of ["asha", "example.in", id, fact!.delivery.id, "k-1", "busy"]) expect(text).not.toContain(secret);
    // The text format: comments, and lines of a name, labels and a number.
    const odd = text.split("\n").filter((each) => each !== "" && !/^(# (HELP|TYPE) |[a-z_\d]+(\{[^{}]*\})? [-+\w.]+$)/.test(each));
    expect(odd).toEqual([]);
  });

  it("tells of itself, with busbar_up 0 and without old figures, when Redis does not answer any more", async () => {
    const bus = line.bus({ url, prefix });
    let away = false;
    const stats: typeof bus.stats = () => (away ? Promise.reject(new Error("Connection is closed.")) : bus.stats());
    const metrics = await createMetrics({ bus: { on: bus.on, stats }, keep: 0, patience: 10_000 });
    expect(value(await metrics.text(), "busbar_up")).toBe(1);
    away = true;
    const text = await metrics.text();
    expect(value(text, "busbar_up")).toBe(0);
    expect(text).not.toContain("busbar_queue_jobs{");
    expect(value(text, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
  });

  it("does not wait longer than its patience for a Redis that hangs", async () => {
    const bus = line.bus({ url, prefix });
    const metrics = await createMetrics({ bus: { on: bus.on, stats: () => new Promise(() => undefined) }, patience: 20 });
    expect(value(await metrics.text(), "busbar_up")).toBe(0);
  });

  it("asks Redis once for scrapes at the same time, and again when the answer is old", async () => {
    const bus = line.bus({ url, prefix });
    let asked = 0;
    const stats: typeof bus.stats = async () => {
      asked++;
      await pause(5);
      return bus.stats();
    };
    const metrics = await createMetrics({ bus: { on: bus.on, stats }, keep: 20 });
    await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
    expect(asked).toBe(1);
    await expect.poll(async () => (await metrics.text(), asked)).toBe(2);
  });

  it("counts from the first question on where nobody handed in what counts", async () => {
    const bus = line.bus({ url, prefix });
    const server = await startServer({ bus: bus as ServedBus, port: 0 });
    onTestFinished(() => server.stop());
    await ask(`${server.url}/metrics`);
    await bus.publishEvent.orderPlaced({ orderId: "A-2", email: "asha@example.in" });
    const { body } = await ask(`${server.url}/metrics`);
    expect(value(body as string, 'busbar_published_total{topic="order.placed"}')).toBe(1);
  });
});

describe("E3: the probes of a process without the HTTP server", () => {
  it("are /healthz, /readyz and /metrics, and nothing else", async () => {
    const bus = line.bus({ url, prefix: `${prefix}-probes` });
    const probes = await probesOf({ bus });
    expect(probes.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await ask(`${probes.url}/healthz`)).body).toMatchObject({ status: "ok" });
    await bus.start({ only: ["workers"] });
    expect((await ask(`${probes.url}/readyz`)).body).toEqual({ status: "ready" });
    expect(value((await ask(`${probes.url}/metrics`)).body as string, "busbar_up")).toBe(1);
    expect(await ask(`${probes.url}/feed`)).toMatchObject({ status: 404, body: { detail: expect.stringContaining("serves /healthz") } });
    expect(await ask(`${probes.url}/healthz`, { headers: { host: "evil.example" } })).toMatchObject({ status: 403 });
  });

  it("say that the process is not ready from the moment it is told to stop", async () => {
    let stopping = false;
    const bus = line.bus({ url, prefix: `${prefix}-stopping` });
    const probes = await probesOf({ bus, stopping: () => stopping });
    await bus.start({ only: ["workers"] });
    expect((await fetch(`${probes.url}/readyz`)).status).toBe(200);
    stopping = true;
    const answer = await fetch(`${probes.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: "not ready", reason: "the process is stopping" }]);
    expect((await fetch(`${probes.url}/healthz`)).status).toBe(200);
  });
});
