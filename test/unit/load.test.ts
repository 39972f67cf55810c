import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { loadSubscribers } from "../../src/bus/load/load.ts";
import { loadTopics } from "../../src/bus/load/load-topics.ts";

async function folder(files: Readonly<Record<string, string>>): Promise<URL> {
  const path = await mkdtemp(join(tmpdir(), "busbar-load-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return pathToFileURL(`${path}/`);
}

type Signals = Record<string, { promise: Promise<void>; resolve: () => void }>;

/** Promises that a test and the files that it loads both see, and how the files write them. */
function signalsOf(name: string): { signals: Signals; code: string } {
  const signals: Signals = {};
  Object.assign(globalThis, { [`busbar-${name}`]: signals });
  onTestFinished(() => void Reflect.deleteProperty(globalThis, `busbar-${name}`));
  return { signals, code: `globalThis["busbar-${name}"]` };
}

/** Node 20 has no Promise.withResolvers. */
function openPromise(): Signals[string] {
  let resolve: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: resolve! };
}

const subscriber = (name: string): string => `export default { kind: "subscriber", name: "${name}", topics: [], routes: [] };`;
const topic = (name: string, version = 1): string => `{ kind: "topic", name: "${name}", version: ${version} }`;

it("tells each subscriber its file, and leaves alone what begins with _ or ., tests and declarations", async () => {
  const place = await folder({
    "one.js": subscriber("one"),
    "two.mjs": subscriber("two"),
    "_three.js": subscriber("three"),
    ".four.js": subscriber("four"),
    "five.test.js": subscriber("five"),
    "six.d.ts": "",
    "_services/deep/seven.js": subscriber("seven"),
    "notes.md": "",
  });
  const { subscribers, problems } = await loadSubscribers(place);
  expect(subscribers.map(({ name, file }) => [name, file])).toEqual([
    ["one", "subscribers/one.js"],
    ["two", "subscribers/two.mjs"],
  ]);
  expect(problems).toEqual([]);
});

it("carries the query that asks for fresh files over to each", async () => {
  const place = await folder({ "one.js": subscriber("one") });
  const routes = async (query: string): Promise<unknown> => (await loadSubscribers(new URL(query, place))).subscribers[0]!.routes;
  const first = await routes("");
  expect(await routes("")).toBe(first);
  expect(await routes("?busbar=7")).not.toBe(first);
});

it("says that the folder of subscribers cannot be read, and needs no folder of topics", async () => {
  const place = await folder({});
  await expect(loadSubscribers(new URL("nowhere/", place))).rejects.toMatchObject({
    code: "INVALID_DEFINITION",
    message: expect.stringMatching(/^The folder of subscribers cannot be read \(ENOENT/) as string,
  });
  expect(await loadTopics(new URL("nowhere/", place))).toEqual({ topics: [], problems: [] });
});

it("waits for the files after one that never finishes loading all at once", async () => {
  const { signals, code } = signalsOf("late");
  const place = await folder({
    "a.js": "await new Promise(() => undefined);",
    "b.js": `await ${code}.first.promise;\n${subscriber("b")}`,
    "c.js": `${code}.first.resolve();\n${subscriber("c")}`,
  });
  signals.first = openPromise();
  const { subscribers, problems } = await loadSubscribers(place, { deadline: 500 });
  expect(subscribers.map(({ name }) => name)).toEqual(["b", "c"]);
  expect(problems).toEqual(["subscribers/a.js: did not finish loading within 0.5 s: a top-level await never ends"]);
});

it("gives the process its exit back, and lets code that no file began end it meanwhile", async () => {
  const exit = process.exit;
  const calls: unknown[] = [];
  const recording = ((code?: number) => void calls.push(code)) as typeof process.exit;
  process.exit = recording;
  try {
    const { signals, code } = signalsOf("exit");
    const [begun, go] = [openPromise(), openPromise()];
    Object.assign(signals, { begun, go });
    const place = await folder({ "a.js": `${code}.begun.resolve();\nawait ${code}.go.promise;\nprocess.exit(3);` });
    const loading = loadSubscribers(place);
    await begun.promise;
    process.exit(130);
    go.resolve();
    expect((await loading).problems).toEqual([expect.stringMatching(/^subscribers\/a\.js: calls process\.exit\(3\) while it is loaded/)]);
    expect(calls).toEqual([130]);
    expect(process.exit).toBe(recording);
    // What is known of a file is not forgotten because it is not run again.
    expect((await loadSubscribers(place)).problems).toEqual((await loading).problems);
  } finally {
    process.exit = exit;
  }
});

it("tells of a broken file once, in its own name, whoever imports it", async () => {
  const place = await folder({
    "_templates/broken.js": 'throw new Error("no price list\\u001b[2J\\nbusbar: all is well");',
    "a.js": 'import "./_templates/broken.js";',
    "b.js": 'import "./_templates/broken.js";',
  });
  expect((await loadSubscribers(place)).problems).toEqual([
    "subscribers/_templates/broken.js: cannot be imported: no price list [2J busbar: all is well",
  ]);
});

it("finds each topic's file, its newest version alone, and writes the barrel's missing line as its others are", async () => {
  const place = await folder({
    "order-placed.js": `export const orderPlacedV1 = ${topic("order.placed")};\nexport const orderPlaced = ${topic("order.placed", 2)};`,
    "shop/order-paid.js": `export const orderPaid = ${topic("order.paid")};`,
    "money.js": "export const rupees = 1;",
    "_draft.js": `export const draft = ${topic("draft")};`,
    "index.js": 'export { orderPlaced } from "./order-placed.js";',
  });
  const { topics, problems } = await loadTopics(place);
  expect(topics.map(({ topic: { name, version }, exported, file }) => [name, version, exported, file])).toEqual([
    ["order.placed", 2, "orderPlaced", "topics/order-placed.js"],
    ["order.paid", 1, "orderPaid", "topics/shop/order-paid.js"],
  ]);
  expect(problems).toEqual([
    'topics/shop/order-paid.js is not exported by topics/index.js: add `export { orderPaid } from "./shop/order-paid.js";`',
  ]);
});
