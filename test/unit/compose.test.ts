import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import * as z from "zod";
import { judgeRedis } from "../../src/base/redis-suitability.ts";

const root = join(import.meta.dirname, "..", "..");
const document = parseDocument(readFileSync(join(root, "docker-compose.yml"), "utf8"), { merge: true, strict: true });

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.literal("."), dockerfile_inline: z.string() }).optional(),
  command: z.union([z.string(), z.array(z.string())]),
  network_mode: z.string(),
  ports: z.undefined().optional(),
  volumes: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const compose = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) }).parse(document.toJS());
const { redis, ...own } = compose.services;
const argumentsOf = ({ command }: z.infer<typeof service>): readonly string[] =>
  typeof command === "string" ? command.split(" ") : command;

describe("docker-compose.yml", () => {
  it("is YAML without an error, and nothing in it names what is not there", () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    const awaited = Object.values(compose.services).flatMap(({ depends_on = {} }) => Object.entries(depends_on));
    expect(awaited.length).toBeGreaterThan(0);
    const startable = (name: string, condition: string): boolean =>
      condition === "service_healthy" ? compose.services[name]?.healthcheck !== undefined : compose.services[name] !== undefined;
    expect(awaited.filter(([name, { condition }]) => !startable(name, condition))).toEqual([]);
  });

  it("E7: runs Redis, the server and a worker process, each role once", () => {
    const roles = Object.values(own).flatMap((each) => {
      const [node, file, command, ...rest] = argumentsOf(each);
      expect([node, existsSync(join(root, file!))]).toEqual(["node", true]);
      return command === "start" ? rest[rest.indexOf("--only") + 1]!.split(",") : [];
    });
    expect(roles.toSorted()).toEqual(["router", "server", "workers"]);
    expect(redis!.volumes).toEqual([expect.stringMatching(/^redis-data:\/data$/)]);
    expect(compose.volumes).toHaveProperty("redis-data");
  });

  it("E3: asks each process of the service whether it is ready, at the port that it answers on", () => {
    const asked = Object.values(own).flatMap((each) => {
      const [, , command, ...rest] = argumentsOf(each);
      if (command !== "start") return [];
      const port = rest.includes("--health-port") ? rest[rest.indexOf("--health-port") + 1]! : "4000";
      return [each.healthcheck?.test.join(" ").includes(`'http://127.0.0.1:${port}/readyz'`)];
    });
    expect(asked).toEqual([true, true]);
  });

  it("E7: runs a Redis on which an acknowledged publish survives a power cut", () => {
    const flags = argumentsOf(redis!);
    const flag = (name: string): string | undefined => flags[flags.indexOf(`--${name}`) + 1];
    const version = /^redis:(\d+)-alpine$/.exec(redis!.image)?.[1] ?? "";
    const judged = judgeRedis({
      version,
      evictionPolicy: flag("maxmemory-policy"),
      appendOnly: flag("appendonly") === "yes",
      appendFsync: flag("appendfsync"),
    });
    expect(judged).toEqual({ refusals: [], warnings: [], durability: "fsync" });
  });

  it("can be reached from this machine alone", () => {
    const networks = Object.values(compose.services).map(({ network_mode }) => network_mode);
    expect(new Set(networks)).toEqual(new Set(["host"]));
    expect(argumentsOf(redis!).join(" ")).toContain("--bind 127.0.0.1");
    for (const { environment = {} } of Object.values(own))
      expect(environment["REDIS_URL"] ?? "redis://127.0.0.1:6379").toBe("redis://127.0.0.1:6379");
  });

  it("builds one image, from files that are there, whose processes are not root", () => {
    const files = Object.values(own).map(({ build }) => build?.dockerfile_inline);
    expect(new Set(files).size).toBe(1);
    const lines = files[0]!.trim().split("\n");
    const copied = lines.filter((line) => line.startsWith("COPY ")).flatMap((line) => line.split(" ").slice(1, -1));
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(copied).toEqual(expect.arrayContaining(["bin", "src", "topics", "subscribers", "schedules", "package-lock.json"]));
    expect(lines.at(-1)).toBe("USER node");
  });
});
