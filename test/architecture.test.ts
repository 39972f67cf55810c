import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

const src = join(import.meta.dirname, "..", "src");

/** Each room, and the rooms it may import besides itself. Rooms of one step do not see each other. */
const steps = [
  ["cli"],
  ["testing"],
  ["server"],
  ["dashboard", "mailroom"],
  ["bus"],
  ["router", "workers"],
  ["channels"],
  ["log", "queues", "providers", "outbox", "schema", "vault"],
  ["define"],
  ["filter"],
  ["base"],
];
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // It decides; it does not send.
  router: ["log", "queues", "define", "filter", "base"],
  channels: ["providers", "define", "filter", "base"],
};

function allowed(room: string): readonly string[] {
  const step = steps.findIndex((rooms) => rooms.includes(room));
  return exceptions[room] ?? steps.slice(step + 1).flat();
}

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const imports = files.flatMap(importsOf);
const roomOf = (file: string): string => (file.includes("/") ? file.split("/")[0]! : "(top)");

function importsOf(file: string): Import[] {
  const code = readFileSync(join(src, file), "utf8");
  return [...code.matchAll(/^(?:import|export)\s+(?:type\s)?[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/gm)].map(([, fixed, lazy]) => ({
    from: file,
    to: (fixed ?? lazy)!.startsWith(".") ? normalize(join(dirname(file), (fixed ?? lazy)!)) : (fixed ?? lazy)!,
  }));
}

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

describe("architecture", () => {
  it("finds the imports that it judges", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports).toContainEqual({ from: "router/plan.ts", to: "define/delivery.ts" });
  });

  it("has only rooms that the design knows", () => {
    const rooms = readdirSync(src).filter((name) => statSync(join(src, name)).isDirectory());
    expect(rooms.filter((room) => !steps.flat().includes(room))).toEqual([]);
  });

  it("lets a room import only rooms to its right", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [room, target] = [roomOf(from), roomOf(to)];
      if (room === "(top)" || !files.includes(to) || target === room) return false;
      return !allowed(room).includes(target);
    });
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("keeps vendors' packages in their rooms", () => {
    const homes: Readonly<Record<string, readonly string[]>> = {
      bullmq: ["queues"],
      "@bull-board/api": ["queues", "server"],
      "@bull-board/fastify": ["server"],
      pg: ["outbox"],
      "@aws-sdk/client-s3": ["log"],
      "@sendgrid/mail": ["providers"],
      "@sendgrid/client": ["providers"],
      nodemailer: ["providers"],
      axios: ["providers"],
      "web-push": ["providers"],
      "request-filtering-agent": ["providers"],
      standardwebhooks: ["providers", "mailroom"],
      "smtp-server": ["mailroom"],
      mjml: ["channels"],
      fastify: ["server", "mailroom"],
      commander: ["cli"],
      pino: ["cli"],
    };
    const wrong = imports.filter(({ from, to }) => homes[packageOf(to)]?.includes(roomOf(from)) === false);
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("keeps Redis commands in files named redis-*, and the client's own type wherever it is handed through", () => {
    const commands = /\b(redis|commands|writer|connection)\.(x[a-z]+|h[gs]et\w*|get|set|eval|del|zadd|pipeline|multi)\(/;
    const wrong = files.filter((file) => {
      const name = file.split("/").at(-1)!;
      return !name.startsWith("redis") && commands.test(readFileSync(join(src, file), "utf8")) && !file.startsWith("base/redis");
    });
    expect(wrong).toEqual([]);
  });

  it("keeps SQL in the room of the outbox", () => {
    const statements = /\b(INSERT INTO|DELETE FROM|CREATE TABLE|SELECT [^"`]* FROM|UPDATE \w+\.?\w* SET)\b/;
    expect(files.filter((file) => roomOf(file) !== "outbox" && statements.test(readFileSync(join(src, file), "utf8")))).toEqual([]);
    expect(files.some((file) => roomOf(file) === "outbox" && statements.test(readFileSync(join(src, file), "utf8")))).toBe(true);
  });

  it("has no import cycle", () => {
    const edges = new Map(
      files.map((file) => [file, imports.filter(({ from, to }) => from === file && files.includes(to)).map(({ to }) => to)]),
    );
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): string | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(" → ");
      if (done.has(file)) return undefined;
      for (const next of edges.get(file) ?? []) {
        const cycle = walk(next, [...path, file]);
        if (cycle !== undefined) return cycle;
      }
      done.add(file);
      return undefined;
    };
    expect(files.map((file) => walk(file, [])).filter((cycle) => cycle !== undefined)).toEqual([]);
  });

  it("has files of one concept: 300 lines at most", () => {
    const long = files.filter((file) => readFileSync(join(src, file), "utf8").split("\n").length > 301);
    expect(long).toEqual([]);
  });

  it("gives authors one door: topics and subscribers import the product from src/index.ts alone", () => {
    const root = join(src, "..");
    const wrong = ["topics", "subscribers", "schedules"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .filter((file) =>
          [...readFileSync(join(root, folder, file), "utf8").matchAll(/from "([^"]*src\/[^"]+)"/g)].some(
            ([, to]) => !to!.endsWith("src/index.ts"),
          ),
        )
        .map((file) => relative(root, join(root, folder, file))),
    );
    expect(wrong).toEqual([]);
  });
});
