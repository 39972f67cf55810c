import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ArchiveStore } from "../../src/log/archive/archive-store.ts";
import { folderStore } from "../../src/log/archive/folder-store.ts";
import { checkSegment, readManifests } from "../../src/log/archive/read-segment.ts";
import { dayStart, type Manifest, segmentName } from "../../src/log/archive/segment.ts";
import { writeSegment } from "../../src/log/archive/write-segment.ts";
import { parseS3Address } from "../../src/log/archive/s3-address.ts";
import { s3ArchiveStore } from "../../src/log/archive/s3-store.ts";
import { type S3Fault, type S3Server, s3Server } from "../support/s3-server.ts";

const partBytes = 10_000;
let server: S3Server;
let folder = "";

const addressOf = (rest = ""): string => `s3://archives/shop/busbar?endpoint=${server.endpoint}${rest}`;
const inBucket = (address = addressOf()): ArchiveStore =>
  s3ArchiveStore({ address: parseS3Address(address), partBytes, patience: { tries: 2, connect: 1_000, answer: 300 } });

beforeAll(async () => {
  server = await s3Server({ bucket: "archives", pageSize: 3 });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busbar-store-"));
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test-key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test-secret");
  // Whatever this machine is, nothing of its own is asked for.
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, join(folder, "none"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.objects.clear();
  server.uploads.clear();
  server.requests.length = 0;
  server.fault = () => undefined;
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => server.close());

async function bytesOf(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (body === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
async function* inPieces(bytes: Buffer, size = 999): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
async function* failing(bytes: Buffer): AsyncGenerator<Buffer> {
  yield* inPieces(bytes);
  throw new Error("the log broke");
}

/** The first so many requests of a verb meet a fault. */
const faulty = (verb: string, fault: S3Fault, times = Number.POSITIVE_INFINITY): void => {
  let left = times;
  server.fault = (request) => (request.verb === verb && (left -= 1) >= 0 ? fault : undefined);
};

const stores: readonly [string, () => ArchiveStore][] = [
  ["a folder", () => folderStore(folder)],
  ["a bucket", () => inBucket()],
];
describe.each(stores)("an archive in %s", (_where, open) => {
  it.each([0, 1, partBytes - 1, partBytes, partBytes + 1, 3 * partBytes + 7])("gives back %i bytes as they were put", async (length) => {
    const store = open();
    const bytes = randomBytes(length);
    await store.put("a/b.gz", inPieces(bytes));
    expect(await bytesOf(await store.get("a/b.gz"))).toEqual(bytes);
    await store.put("a/whole", bytes);
    expect(await bytesOf(await store.get("a/whole"))).toEqual(bytes);
  });

  it("has nothing where nothing was put", async () => {
    expect(await open().get("a/b")).toBeUndefined();
    expect(await open().list("")).toEqual([]);
  });

  it("puts what is put again in the place of what was there", async () => {
    const store = open();
    for (const length of [5, 2 * partBytes, 3]) {
      await store.put("a", inPieces(Buffer.alloc(length, length)));
      expect(await bytesOf(await store.get("a"))).toEqual(Buffer.alloc(length, length));
    }
  });

  it.each([10, 3 * partBytes])("leaves what was there when a body fails after %i bytes, and hands its error on", async (length) => {
    const store = open();
    await store.put("a", Buffer.from("before"));
    await expect(store.put("a", failing(Buffer.alloc(length)))).rejects.toThrow(/^the log broke$/);
    await expect(store.put("b", failing(Buffer.alloc(length)))).rejects.toThrow("the log broke");
    expect(await bytesOf(await store.get("a"))).toEqual(Buffer.from("before"));
    expect(await store.get("b")).toBeUndefined();
    expect(await store.list("")).toEqual(["a"]);
    expect(server.uploads.size).toBe(0);
    expect((await readdir(folder)).filter((file) => file !== "a")).toEqual([]);
  });

  it("lists what begins with a prefix, in order, however much that is", async () => {
    const store = open();
    const names = Array.from({ length: 10 }, (_, index) => `shop/order.placed/2026-11-${10 + index}/p0.json`);
    for (const name of [...names.toReversed(), "shop/order.placed.late/x", "shop2/y"]) await store.put(name, Buffer.from(name));
    expect(await store.list("shop/order.placed/")).toEqual(names);
    expect(await store.list("shop/")).toHaveLength(11);
    expect(await store.list("none/")).toEqual([]);
  });

  it("may be read in part", async () => {
    const store = open();
    await store.put("a", Buffer.alloc(500_000, 1));
    for await (const chunk of (await store.get("a"))!) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await store.put("a", Buffer.from("next"));
    expect(await bytesOf(await store.get("a"))).toEqual(Buffer.from("next"));
  });
});

/** The only manifest that there is, when its segment is as it was written. */
const sound = async (store: ArchiveStore) => {
  const [one, ...others] = await readManifests(store, "shop/");
  expect(others).toEqual([]);
  await checkSegment(store, one!);
  return one;
};

describe.each(stores)("two processes that write one day into %s", (_where, open) => {
  const place = { application: "shop", topic: "order.placed", day: "2026-11-21", partition: 0 };
  const manifest = "shop/order.placed/2026-11-21/p0.json";
  const entry = { id: `${dayStart(place.day)}-0`, number: 1, json: '{"id":"e-1"}', deliveries: 1 };
  const written = (store: ArchiveStore, end: string) =>
    writeSegment(place, {
      log: { range: async () => [entry] },
      store,
      outcomes: true,
      plansOf: async () => [{ json: `[["receipt",[["d_1","email","email","${end}"]],[]]]`, deliveries: 1 }],
    });
  it("cannot spoil each other's, whoever is overtaken: the first manifest counts, and only its segment is left", async () => {
    const store = open();
    let first: Manifest | undefined;
    const overtaken = await written(
      {
        ...store,
        async create(name, body) {
          first = await written(store, "s");
          return store.create(name, body);
        },
      },
      "o",
    );
    expect(overtaken).toBeUndefined();
    expect(await sound(store)).toEqual(first);
    expect(await store.list("shop/")).toEqual([segmentName(first!), manifest].toSorted());
  });

  it("at the same time write one segment", async () => {
    const store = open();
    const all = await Promise.all(["s", "o", "d"].map((end) => written(store, end)));
    expect(all.filter((one) => one !== undefined)).toEqual([await sound(store)]);
  });

  it("leave what counts when one of them dies, and the next one writes the day again", async () => {
    const store = open();
    const dies = { ...store, create: () => Promise.reject(new Error("killed")) };
    await expect(written(dies, "o")).rejects.toThrow("killed");
    expect(await readManifests(store, "shop/")).toEqual([]);
    await store.put(manifest, Buffer.from("{ half a mani"));
    expect(await written(store, "s")).toEqual(await sound(store));
  });

  it("read a segment from before segments had a writer", async () => {
    const store = open();
    const { writer, ...old } = (await written(store, "s"))!;
    expect(writer).toMatch(/^[0-9a-f]{8}$/);
    await store.put(
      "shop/order.placed/2026-11-21/p0.ndjson.gz",
      (await bytesOf(await store.get(segmentName({ ...old, writer: writer! }))))!,
    );
    await store.put(manifest, Buffer.from(JSON.stringify(old)));
    expect(await sound(store)).toEqual(old);
    await store.put(manifest, Buffer.from(JSON.stringify({ ...old, writer: "../../x" })));
    expect(await readManifests(store, "shop/")).toEqual([]);
  });
});

describe("an archive in a bucket", () => {
  const bytes = randomBytes(50_000);

  it("stands behind its prefix, each object whole and none besides", async () => {
    await inBucket().put("a/b", bytes);
    expect([...server.objects.keys()]).toEqual(["shop/busbar/a/b"]);
    expect(server.requests.map(({ verb }) => verb)).toEqual(["HEAD", "create", ...Array.from({ length: 5 }, () => "part"), "complete"]);
  });

  it.each(["PUT", "create", "part", "complete"])("asks again where %s is answered with 500, or its answer is lost", async (verb) => {
    for (const fault of [{ status: 500, code: "InternalError" }, "answer lost"] as const) {
      faulty(verb, fault, 1);
      const own = verb === "PUT" ? bytes.subarray(0, 100) : bytes;
      await inBucket().put(`a-${String(fault)}`, own);
      expect(await bytesOf(await inBucket().get(`a-${String(fault)}`))).toEqual(own);
    }
  });

  it.each<[string, S3Fault]>([
    ["breaks", { cutAfter: 20_000 }],
    ["falls silent", "stalls"],
  ])("reads on where a body %s", async (_what, fault) => {
    await inBucket().put("a", bytes);
    faulty("GET", fault, 2);
    expect(await bytesOf(await inBucket().get("a"))).toEqual(bytes);
    faulty("GET", fault === "stalls" ? fault : { cutAfter: 0 });
    const cut = await inBucket().get("a");
    await expect(bytesOf(cut)).rejects.toMatchObject({
      code: "ARCHIVE_FAILED",
      message: expect.stringMatching(
        /^The archive s3:\/\/archives\/shop\/busbar at http:\/\/127\.0\.0\.1:\d+ failed at reading a: /,
      ) as string,
    });
  });

  it("keeps what another process has written meanwhile", async () => {
    const store = inBucket();
    await store.put("a", Buffer.from("before"));
    for (const length of [10, 30_000]) {
      const late = async function* (): AsyncGenerator<Buffer> {
        yield Buffer.alloc(length);
        await inBucket().put("a", Buffer.from(`faster than ${length}`));
      };
      await expect(store.put("a", late())).rejects.toThrow(
        "failed at writing a: another process has written it meanwhile. What that one wrote stays.",
      );
      expect(await bytesOf(await store.get("a"))).toEqual(Buffer.from(`faster than ${length}`));
    }
    expect(server.uploads.size).toBe(0);
  });

  it("creates what is not there, be the answer lost, and leaves what is, where a store knows no conditions too", async () => {
    const store = inBucket();
    faulty("PUT", "answer lost", 1);
    expect(await store.create("a", Buffer.from("first"))).toBe(true);
    expect(await store.create("a", Buffer.from("second"))).toBe(false);
    faulty("PUT", { status: 501, code: "NotImplemented" }, 1);
    expect(await store.create("b", Buffer.from("first"))).toBe(true);
    expect(await store.create("b", Buffer.from("second"))).toBe(false);
    expect(await bytesOf(await store.get("b"))).toEqual(Buffer.from("first"));
    await store.remove("b");
    await store.remove("none");
    expect([...server.objects.keys()]).toEqual(["shop/busbar/a"]);
  });

  it("is written where a store knows no conditions", async () => {
    server.fault = ({ verb }) =>
      verb === "PUT" && server.requests.filter((one) => one.verb === "PUT").length === 1
        ? { status: 501, code: "NotImplemented" }
        : undefined;
    await inBucket().put("a", Buffer.from("here"));
    expect(server.objects.size).toBe(1);
  });

  it.each<[string, S3Fault, RegExp]>([
    [
      "refuses",
      { status: 403, code: "AccessDenied" },
      /it was refused \(403 AccessDenied\)\. Its credentials must be in force and have s3:GetObject,/,
    ],
    ["is down", { status: 503, code: "SlowDown" }, /it answered 503 SlowDown\.$/],
    ["is silent", "silence", /it did not answer in time\./],
  ])("says so where the store %s", async (_what, fault, reason) => {
    faulty("LIST", fault);
    await expect(inBucket().list("a/")).rejects.toMatchObject({ code: "ARCHIVE_FAILED", message: expect.stringMatching(reason) as string });
  });

  it("says what to do where there is no bucket, no credential, no server", async () => {
    const wrong = addressOf().replace("//archives", "//other");
    const noBucket = "there is no bucket other. Make it, or correct ARCHIVE_S3.";
    await expect(inBucket(wrong).list("")).rejects.toThrow(noBucket);
    await expect(inBucket(wrong).put("a", Buffer.from("x"))).rejects.toThrow(noBucket);
    await expect(inBucket(wrong).get("a")).rejects.toThrow(noBucket);
    await expect(inBucket("s3://archives?endpoint=http://127.0.0.1:1").list("")).rejects.toThrow("it cannot be reached (ECONNREFUSED)");
    await expect(inBucket("s3://archives").list("")).rejects.toThrow(
      "its region is not known. Add ?region=… to ARCHIVE_S3, or set AWS_REGION.",
    );
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "");
    await expect(inBucket().list("")).rejects.toThrow("no credentials were found. Give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  });
});
