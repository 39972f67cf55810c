import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { BusbarError } from "../errors.ts";
import { freePort, serverArguments } from "./launch.ts";
import { askServer } from "./redis-probe.ts";
import { findCommand, runCommand } from "./run-command.ts";
import type { RunningRedis, SourceRequest, SourceResult } from "./source.ts";

/** Where the data folder is mounted. */
export const containerDataFolder = "/data";
const image = "redis:7-alpine";
const containerPort = 6379;
const pullMs = 300_000;
const startMs = 30_000;

/** A Redis in a container, when an engine answers. Its data lie in our data folder, and it listens on this machine's loopback address alone. */
export async function fromDocker(request: SourceRequest): Promise<SourceResult> {
  if (!(await findCommand("docker"))) return "There is no docker command on the PATH.";
  const engine = await runCommand(["docker", "version", "--format", "{{.Server.Version}}"], { timeout: 4_000 });
  if (!engine.ok) return `No docker engine answers (${lastLine(engine.complaint)}).`;

  const port = request.port ?? (await freePort());
  const container = containerName(request.dataFolder);
  await runCommand(["docker", "rm", "--force", container], { timeout: 30_000 });
  request.say(`Starting Redis with docker (${image}); the first time it is downloaded.`);
  const run = await runCommand(["docker", ...runArguments({ ...request, port, container })], { timeout: pullMs });
  if (!run.ok) return `docker could not start ${image} (${lastLine(run.complaint)}).`;

  const deadline = performance.now() + startMs;
  for (;;) {
    const state = await askServer(`redis://127.0.0.1:${port}`).catch(() => undefined);
    if (state?.folder === containerDataFolder && !state.loading) break;
    if (performance.now() > deadline && state?.loading !== true) {
      const { output } = await runCommand(["docker", "logs", "--tail", "12", container], { timeout: 10_000 });
      await stopContainer(container);
      throw new BusbarError(
        "REDIS_UNREACHABLE",
        `The Redis in docker does not start with the data in ${request.dataFolder}. The end of its log:\n${output}`,
      );
    }
    await pause(50);
  }
  return containerServer({ container, port, version: await imageVersion(container) });
}

/** The handle of a container that runs. */
export function containerServer(server: { container: string; port: number; version: string }): RunningRedis {
  return { source: "docker", ...server, stop: () => stopContainer(server.container) };
}

/** The same data folder always has the same container, so that two never share it. */
export function containerName(dataFolder: string): string {
  return `busbar-redis-${createHash("sha256").update(dataFolder).digest("hex").slice(0, 12)}`;
}

/** The arguments of `docker` that run the server. */
export function runArguments(options: {
  readonly container: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly appendfsync: string;
}): readonly string[] {
  const owner = process.getuid && process.getgid ? ["--user", `${process.getuid()}:${process.getgid()}`] : [];
  const data = ["--mount", `type=bind,source=${options.dataFolder},target=${containerDataFolder}`];
  const port = ["--publish", `127.0.0.1:${options.port}:${containerPort}`];
  const settings = serverArguments({ ...options, port: containerPort });
  // Inside, the server must listen on the container's own address; what reaches it is only the loopback port published here.
  const inside = ["--bind", "0.0.0.0", "--protected-mode", "no", "--dir", containerDataFolder];
  const container = ["run", "--detach", "--rm", "--name", options.container, ...owner, ...port, ...data];
  return [...container, image, "redis-server", ...settings, ...inside];
}

async function imageVersion(container: string): Promise<string> {
  const { output } = await runCommand(["docker", "exec", container, "redis-server", "--version"], { timeout: 10_000 });
  return /v=([\d.]+)/.exec(output)?.[1] ?? "unknown";
}

async function stopContainer(container: string): Promise<void> {
  const { ok, complaint } = await runCommand(["docker", "stop", "--time", "10", container], { timeout: 30_000 });
  if (ok || /No such container/i.test(complaint)) return;
  throw new BusbarError(
    "REDIS_UNREACHABLE",
    `The container ${container} does not end (${lastLine(complaint)}). End it by hand: docker rm -f ${container}.`,
  );
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
