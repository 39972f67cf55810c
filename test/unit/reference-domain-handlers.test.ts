import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { exportName, parsePayload } from "../../src/define/topic.ts";
import {
  type BusEvent,
  defineSubscriber,
  type HandlerContext,
  type Logger,
  PermanentError,
  type Progress,
  type PublishOptions,
} from "../../src/index.ts";
import { csvLine, csvValues } from "../../subscribers/_services/csv.ts";
import { memoryFiles } from "../../subscribers/_services/files.ts";
import { memoryServices, type ReferenceServices } from "../../subscribers/_services/index.ts";
import { memoryInventory } from "../../subscribers/_services/inventory.ts";
import * as topics from "../../topics/index.ts";
import { exampleOf, subscriberCalled } from "../support/reference-domain.ts";

interface Publishing {
  readonly name: string;
  readonly payload: unknown;
  readonly options: PublishOptions | undefined;
}

const nothing = (): void => undefined;

/** Calls a subscriber's handler as a worker does, and records what it says and publishes. */
function caller(name: string, services: ReferenceServices = memoryServices(), routeName?: string) {
  const { routes } = subscriberCalled(name);
  const route = routeName === undefined ? routes[0] : routes.find((each) => each.name === routeName);
  const [progress, published, warnings, cleaned]: [Progress[], Publishing[], object[], object[]] = [[], [], [], []];
  const stop = new AbortController();
  const log: Logger = { debug: nothing, info: nothing, warn: (fields) => void warnings.push(fields), error: nothing, child: () => log };
  const publishEvent = Object.fromEntries(
    Object.values(topics).map((topic) => [
      exportName(topic.name),
      async (payload: unknown, options?: PublishOptions) => {
        expect(parsePayload(topic, payload)).toEqual({ data: payload });
        published.push({ name: topic.name, payload, options });
        return { id: `p-${published.length}`, topic: topic.name, repeated: false, durability: undefined };
      },
    ]),
  ) as unknown as HandlerContext["publishEvent"];
  const context: HandlerContext = {
    services,
    signal: stop.signal,
    log,
    progress: (report) => void progress.push(report),
    publishEvent,
    channels: { clean: async (channel, options) => cleaned.push({ channel, ...options }) },
    deliveryId: "d_1",
    attempt: 1,
  };
  const call = async (event: BusEvent, more: Partial<HandlerContext> = {}): Promise<void> => {
    if (route?.channel !== "handler") throw new Error(`${name} has no handler`);
    await route.handle(event, { ...context, ...more });
  };
  return { call, progress, published, warnings, cleaned, stop, services };
}

/** An uploaded file, and the services that hold it. */
function withUpload(text: string, { type = "text/csv", largestImport }: { type?: string; largestImport?: number } = {}): ReferenceServices {
  const uploads = { up: { name: "products.csv", type, text } };
  return {
    ...memoryServices(),
    files: memoryFiles({ uploads, ...(largestImport === undefined ? {} : { largestImport }) }),
    inventory: memoryInventory([]),
  };
}

/** Files that show what was saved in them. */
function recordedFiles() {
  const files = memoryFiles();
  const saved: (readonly string[])[] = [];
  const save = (id: string, lines: readonly string[]) => (saved.push(lines), files.save(id, lines));
  return { saved, files: { ...files, save } };
}

const imported = (kind: "products" | "stock"): BusEvent => exampleOf(topics.fileImportRequested, { fileId: "up", kind });
const allOf = (services: ReferenceServices) => services.inventory.page({ after: undefined, count: 10_000 });

it("services and publishEvent are typed inside handlers and audiences", () => {
  expectTypeOf<HandlerContext["services"]>().toEqualTypeOf<ReferenceServices>();
  const subscriber = defineSubscriber(topics.reportRequested, {
    name: "typed",
    deliver: ({ handler }) => [
      handler({
        handle: async ({ data }, { services, publishEvent }) => {
          expectTypeOf(services.reports.day).parameter(0).toEqualTypeOf<"sales" | "refunds">();
          expectTypeOf(publishEvent.reportReady).parameter(0).toHaveProperty("validUntil");
          // @ts-expect-error there is no such service
          await services.weather.today();
          // @ts-expect-error a report that is ready has rows, a link and more
          await publishEvent.reportReady({ reportId: data.reportId });
          // @ts-expect-error no topic is called so
          await publishEvent.reportRead({});
        },
      }),
    ],
  });
  expect(subscriber.routes).toHaveLength(1);
});

describe("C1: the report", () => {
  it("is made day by day, kept as a file, and its readiness published", async () => {
    const { saved, files } = recordedFiles();
    const { call, progress, published } = caller("report-generation", { ...memoryServices(), files });
    await call(exampleOf(topics.reportRequested));
    const [lines] = saved;
    expect(lines!.slice(0, 2)).toEqual(["date,count,amount", expect.stringMatching(/^2025-10-01,\d+,\d+$/)]);
    expect(lines!.at(-1)).toMatch(/^2025-10-17,/);
    expect(progress.map(({ done, total }) => [done, total])).toEqual(Array.from({ length: 17 }, (_, index) => [index + 1, 17]));
    expect(published).toEqual([
      {
        name: "report.ready",
        payload: {
          reportId: "rep_0917",
          title: "Sales, 1–17 October 2025",
          rows: 17,
          bytes: Buffer.byteLength(`${lines!.join("\n")}\n`),
          url: "https://shop.example.in/operations/files/rep_0917",
          validUntil: "2025-10-25T12:00:00.000Z",
          requestedBy: topics.reportRequested.example!.requestedBy,
        },
        // Cause and idempotency are the bus's work.
        options: undefined,
      },
    ]);
  });

  it("is the same event when the handler is called again", async () => {
    const { call, published } = caller("report-generation");
    const event = exampleOf(topics.reportRequested, { kind: "refunds", from: "2025-10-17" });
    await call(event);
    await call(event);
    expect(published[0]).toMatchObject({ payload: { title: "Refunds, 17 October 2025", rows: 1 } });
    expect(published[1]).toEqual(published[0]);
  });

  it("stops when its time is over, and publishes nothing", async () => {
    const { call, progress, published, stop } = caller("report-generation");
    const stopping = (report: Progress): void => {
      progress.push(report);
      if (report.done === 3) stop.abort(new Error("time is over"));
    };
    await expect(call(exampleOf(topics.reportRequested), { progress: stopping })).rejects.toThrow("time is over");
    expect([progress.length, published]).toEqual([3, []]);
  });
});

/** A file of so many products, as a spreadsheet writes it. */
const products = (count: number): string =>
  ["sku,name,price,stock", ...Array.from({ length: count }, (_, index) => `P-${index},"Tea, no. ${index}",42.50,${index}`), ""].join(
    "\r\n",
  );

describe("C12: the import", () => {
  it("reads the file of the topic's example in", async () => {
    const { call, services, warnings } = caller("file-import");
    await call(exampleOf(topics.fileImportRequested));
    expect(warnings).toEqual([]);
    expect((await allOf(services)).map(({ sku, stock }) => [sku, stock])).toEqual([
      ["KUR-IND-M", 18],
      ["SOAP-NEEM-3", 0],
      ["TEA-ASM-500", 120],
      ["TEA-NIL-250", 64],
    ]);
  });

  it("goes in batches with progress, and changes nothing when it is done again", async () => {
    const { call, progress, services } = caller("file-import", withUpload(products(250)));
    await call(imported("products"));
    const once = await allOf(services);
    await call(imported("products"));
    expect(progress.slice(0, 3).map(({ done }) => done)).toEqual([99, 199, 250]);
    expect(once).toHaveLength(250);
    expect(once[0]).toEqual({ sku: "P-0", name: "Tea, no. 0", price: 42.5, stock: 0 });
    expect(await allOf(services)).toEqual(once);
  });

  it("takes 10 MB by default, and nothing larger", async () => {
    expect(memoryFiles().largestImport).toBe(10 * 1024 * 1024);
    const text = products(3);
    const bytes = Buffer.byteLength(text);
    await expect(caller("file-import", withUpload(text, { largestImport: bytes })).call(imported("products"))).resolves.toBeUndefined();
    const { call, services } = caller("file-import", withUpload(text, { largestImport: bytes - 1 }));
    await expect(call(imported("products"))).rejects.toThrow(
      new PermanentError(`"products.csv" has ${bytes} bytes, and at most ${bytes - 1} can be read in: split it`),
    );
    expect(await allOf(services)).toEqual([]);
  });

  it.each([
    ["a file that is no CSV", withUpload(products(1), { type: "application/pdf" }), /"products\.csv" is no CSV file/],
    ["an upload that is not there", memoryServices(), /there is no uploaded file "up"/],
    [
      "columns that are not there",
      withUpload("sku;name\n"),
      /must name the columns sku, name, price, stock; sku and name and price and stock is missing/,
    ],
    ["an empty file", withUpload(""), /the file is empty/],
    [
      "a file without one good line",
      withUpload("sku,name,price,stock\nP-1,Tea,cheap,many\n"),
      /no line of "products\.csv" .*: line 2: price is no amount in rupees, stock is no number/,
    ],
  ])("refuses %s for good", async (_, services, reason) => {
    const failed = await caller("file-import", services)
      .call(imported("products"))
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(PermanentError);
    expect((failed as Error).message).toMatch(reason);
  });

  it("leaves lines out that make no sense, says which, and reads the others in", async () => {
    const text = '\uFEFFStock,SKU\n5,TEA-ASM-500\n,TEA-NIL-250\n"7,KUR-IND-M\n\n1,NO-SUCH\n0,SOAP-NEEM-3\n';
    const services = { ...withUpload(text), inventory: memoryServices().inventory };
    const { call, progress, warnings } = caller("file-import", services);
    await call(imported("stock"));
    expect(warnings).toEqual([
      {
        fileId: "up",
        refused: 3,
        reasons: ["line 3: stock is no number of pieces", "line 4: its quotes do not close", "line 6: there is no product NO-SUCH"],
      },
    ]);
    expect(progress.at(-1)).toEqual({ done: 2, note: "lines read in, 3 refused" });
    const stock = new Map((await allOf(services)).map((product) => [product.sku, product.stock]));
    expect([stock.get("TEA-ASM-500"), stock.get("TEA-NIL-250"), stock.get("SOAP-NEEM-3")]).toEqual([5, 57, 0]);
  });

  it("stops between batches when its time is over", async () => {
    const { call, services, stop } = caller("file-import", withUpload(products(250)));
    await expect(call(imported("products"), { progress: () => stop.abort(new Error("time is over")) })).rejects.toThrow("time is over");
    expect(await allOf(services)).toHaveLength(99);
  });
});

describe("C12: the export", () => {
  it("writes all products page by page, and publishes that the file is ready", async () => {
    const many = Array.from({ length: 230 }, (_, index) => ({
      sku: `P-${String(index).padStart(3, "0")}`,
      name: "=1+1",
      price: 1,
      stock: index,
    }));
    const { saved, files } = recordedFiles();
    const { call, progress, published } = caller("file-export", {
      ...memoryServices(),
      inventory: memoryInventory(many),
      files,
    });
    await call(exampleOf(topics.fileExportRequested));
    expect(progress.map(({ done }) => done)).toEqual([100, 200, 230]);
    expect(saved[0]).toHaveLength(231);
    expect(saved[0]!.slice(0, 2)).toEqual(["sku,name,price,stock", "P-000,'=1+1,1,0"]);
    expect(published).toMatchObject([
      { name: "file.export_ready", payload: { title: "Products", rows: 230, validUntil: "2025-10-25T12:00:00.000Z" }, options: undefined },
    ]);
  });

  it("writes the stock alone where that was asked for", async () => {
    const { call, published } = caller("file-export");
    await call(exampleOf(topics.fileExportRequested, { kind: "stock" }));
    expect(published).toMatchObject([{ payload: { exportId: "exp_3302", title: "Stock", rows: 4 } }]);
  });
});

describe("C1: the inventory's synchronisation", () => {
  it("takes what changed since a time, and leaves the rest alone", async () => {
    const { call, progress, services } = caller("inventory-sync");
    await call(exampleOf(topics.inventorySyncRequested));
    expect(progress.at(-1)).toEqual({ done: 3, total: 3, note: "products in line" });
    expect((await allOf(services)).map(({ sku }) => sku)).toEqual([
      "KUR-IND-M",
      "NT-0118",
      "NT-0119",
      "NT-0120",
      "SOAP-NEEM-3",
      "TEA-ASM-500",
      "TEA-NIL-250",
    ]);
  });

  it("takes everything page by page, and takes out what the supplier has not got any more", async () => {
    const services = memoryServices();
    await services.inventory.put([{ sku: "NT-OLD", name: "Old tea", price: 1, stock: 1, supplier: "nilgiri-traders" }]);
    const { call, progress } = caller("inventory-sync", services);
    await call(exampleOf(topics.inventorySyncRequested, { mode: "full" }));
    expect(progress.map(({ done, total }) => [done, total])).toEqual([
      [50, 120],
      [100, 120],
      [120, 120],
    ]);
    const skus = (await allOf(services)).map(({ sku }) => sku);
    expect(skus).toHaveLength(124);
    expect(skus).not.toContain("NT-OLD");
    expect(skus).toContain("KUR-IND-M");
  });

  it("honours the signal, and a supplier that does not exist is not asked again", async () => {
    const stopped = caller("inventory-sync");
    stopped.stop.abort(new Error("time is over"));
    await expect(stopped.call(exampleOf(topics.inventorySyncRequested))).rejects.toThrow("time is over");
    await expect(caller("inventory-sync").call(exampleOf(topics.inventorySyncRequested, { supplier: "nobody" }))).rejects.toThrow(
      PermanentError,
    );
  });
});

describe("C12, C8: the nightly tasks", () => {
  it("the stock check publishes what runs out, once a night each", async () => {
    const { call, published, progress } = caller("maintenance", memoryServices(), "stock-check");
    await call(exampleOf(topics.maintenanceDue));
    expect(published.map(({ name, payload, options }) => [name, (payload as { sku: string }).sku, options])).toEqual([
      ["inventory.low_stock", "KUR-IND-M", { idempotencyKey: "stock-check/2025-10-18T20:30:00Z/KUR-IND-M" }],
      ["inventory.low_stock", "TEA-ASM-500", { idempotencyKey: "stock-check/2025-10-18T20:30:00Z/TEA-ASM-500" }],
    ]);
    expect(progress).toEqual([{ done: 4, note: "products looked at" }]);
  });

  it("exports and reports are removed when nobody can fetch them any more, and no sooner", async () => {
    let now = Date.parse("2025-10-10T20:29:59Z");
    const files = memoryFiles({ now: () => now });
    await files.save("old", ["a"]);
    now += 1_000;
    await files.save("new", ["b"]);
    const { call, progress } = caller("maintenance", { ...memoryServices(), files }, "old-files");
    await call(exampleOf(topics.maintenanceDue, { task: "old-files" }));
    await call(exampleOf(topics.maintenanceDue, { task: "old-files" }));
    expect(progress.map(({ done }) => done)).toEqual([1, 0]);
  });

  it("finished deliveries of all channels are forgotten after two days", async () => {
    const { call, cleaned } = caller("maintenance", memoryServices(), "old-deliveries");
    await call(exampleOf(topics.maintenanceDue, { task: "old-deliveries" }));
    expect(cleaned).toEqual([{ channel: "all", olderThan: "2d" }]);
  });
});

describe("A14: the affiliate's synchronisation", () => {
  it("publishes the cashback of each confirmed purchase once, with a key of its own", async () => {
    const { call, progress, published } = caller("affiliate-sync");
    await call(exampleOf(topics.affiliateSyncDue));
    await call(exampleOf(topics.affiliateSyncDue));
    expect(published.map(({ name, payload, options }) => [name, (payload as { cashbackId: string }).cashbackId, options])).toEqual([
      ["cashback.confirmed", "SA-770121", { idempotencyKey: "saathi/SA-770121" }],
      ["cashback.confirmed", "SA-770134", { idempotencyKey: "saathi/SA-770134" }],
    ]);
    expect(progress.map(({ done }) => done)).toEqual([1, 2]);
  });

  it("names a purchase whose publish failed to the next try, and none that was published", async () => {
    const { call, published, services } = caller("affiliate-sync");
    const failing = {
      cashbackConfirmed: async ({ cashbackId }: { cashbackId: string }) => {
        if (cashbackId === "SA-770134") throw new Error("no Redis");
      },
    } as unknown as HandlerContext["publishEvent"];
    await expect(call(exampleOf(topics.affiliateSyncDue), { publishEvent: failing })).rejects.toThrow("no Redis");
    const { signal } = new AbortController();
    expect((await services.affiliate.confirmed("saathi", { count: 9, signal })).map(({ id }) => id)).toEqual(["SA-770134"]);
    await call(exampleOf(topics.affiliateSyncDue));
    expect(published).toMatchObject([{ payload: { cashbackId: "SA-770134" } }]);
  });

  it("does not ask again about a network that does not exist", async () => {
    await expect(caller("affiliate-sync").call(exampleOf(topics.affiliateSyncDue, { network: "nobody" }))).rejects.toThrow(PermanentError);
  });
});

describe("the CSV of imports and exports", () => {
  it("reads back what it wrote", () => {
    const value = fc.string().filter((text) => !/^[=+\-@\t\r]|[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        expect(csvValues(csvLine(values))).toEqual(values);
      }),
    );
  });

  it("gives a spreadsheet no formula to run", () => {
    expect(csvLine(['=HYPERLINK("x")', "+1", "-1", "@a", "a=b", -1])).toBe(`"'=HYPERLINK(""x"")",'+1,'-1,'@a,a=b,-1`);
  });

  it("does not guess where quotes do not close", () => {
    for (const line of ['"a', 'a"b', '"a"b,c']) expect([line, csvValues(line)]).toEqual([line, undefined]);
    expect(csvValues('a, b ,"c ""d"", e",')).toEqual(["a", "b", 'c "d", e', ""]);
  });
});
