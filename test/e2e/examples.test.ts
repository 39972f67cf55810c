import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Server } from "../../src/server/server.ts";
import { httpDoor } from "../support/http.ts";
import { testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const bus = line.bus({ url, prefix });
const door = httpDoor({ redis: url, prefix, application: "test" });
const folder = join(import.meta.dirname, "..", "..", "examples");
const order = (orderId: string): string => JSON.stringify({ orderId, email: "asha@example.com" });
const publishers = { bash: "publish.sh", python3: "publish.py", php: "publish.php" } as const;
let server: Server;
let key: string;

beforeAll(async () => {
  key = await door.key({ scopes: ["publish:*"] });
  server = await door.serve({ bus });
});

const found = await Promise.all(
  Object.entries(publishers).map(async ([interpreter, file]) => {
    const there = await run(interpreter, ["--version"]).then(({ code }) => code === 0);
    const curl = interpreter !== "bash" || (await run("curl", ["--version"])).code === 0;
    return { interpreter, file, missing: !there || !curl };
  }),
);

describe.each(found)("A6: examples/$file", ({ interpreter, file, missing }) => {
  const publish = (env: Readonly<Record<string, string>>, input: string, keyOfEvent: string) => {
    const stdin = interpreter === "php" ? "php://stdin" : "-";
    return run(interpreter, [join(folder, file), "order.placed", stdin, keyOfEvent], { env, input });
  };

  it.skipIf(missing)(`publishes with ${interpreter}, and again with the same key without a second event`, async () => {
    const env = { BUSBAR_URL: server.url, BUSBAR_KEY: key };
    const first = await publish(env, order(file), `order ${file}`);
    expect(first).toEqual({ code: 0, stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/) as string, stderr: "" });
    expect(await publish(env, order(file), `order ${file}`)).toEqual(first);
    expect(await bus.inspect.event(first.stdout.trim())).toMatchObject({ data: { orderId: file }, idempotencykey: `order ${file}` });
  });

  it.skipIf(missing)(`says with ${interpreter} why an event was not published`, async () => {
    const wrong = await publish({ BUSBAR_URL: server.url, BUSBAR_KEY: key }, '{"orderId": 7}', "wrong");
    expect(wrong).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("orderId") as string });
    const nobody = await publish({ BUSBAR_URL: server.url }, order("x"), "x");
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining("busbar keys create") as string });
  });

  it.skipIf(missing)(`comes back with ${interpreter} when it is told to`, async () => {
    const tries: (string | undefined)[] = [];
    const moody = createServer((request, response) => {
      tries.push(request.headers["idempotency-key"] as string);
      request.resume();
      if (tries.length === 1) response.writeHead(503, { "retry-after": "1" }).end();
      else response.writeHead(202, { "content-type": "application/json" }).end('{"id":"e-1","topic":"order.placed"}');
    });
    await new Promise<void>((resolve) => moody.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void moody.close());
    const there = `http://127.0.0.1:${(moody.address() as AddressInfo).port}`;
    expect(await publish({ BUSBAR_URL: there }, order("later"), "order later")).toMatchObject({ code: 0, stdout: "e-1\n" });
    expect(tries).toEqual(["order later", "order later"]);
  });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  program: string,
  args: readonly string[],
  { env, input = "" }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Ran> {
  const PATH = process.env["PATH"] ?? "";
  return new Promise((resolve) => {
    const child = execFile(program, args, { env: { PATH, ...env } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 127;
      resolve({ code, stdout, stderr });
    });
    // What is not there takes no input.
    child.stdin?.on("error", () => undefined).end(input);
  });
}
