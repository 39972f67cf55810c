import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, afterAll, describe, expect, it } from "vitest";
import { bashScript } from "../../src/cli/completion/bash.ts";
import { fishScript } from "../../src/cli/completion/fish.ts";
import { completedOf } from "../../src/cli/completion/tree.ts";
import { zshScript } from "../../src/cli/completion/zsh.ts";
import { createProgram } from "../../src/cli/program.ts";
import { subscribers as reference } from "../support/reference-domain.ts";

const commands = completedOf(createProgram());
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-completion-"));
  mkdirSync(join(folder, "topics"));
  mkdirSync(join(folder, "subscribers"));
  writeFileSync(
    join(folder, "topics", "orders.ts"),
    `export const orderPlaced = defineTopic("order.placed", z.object({}));\nexport const it = defineTopic('order.refunded',`,
  );
  writeFileSync(
    join(folder, "subscribers", "receipt.ts"),
    `export default defineSubscriber(orderPlaced, {\n  name: "receipt",\n  deliver: ({ email }) => [email({\n    name: "copies",`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a person has typed, in the folder, who asks what may follow. */
const asked: readonly (readonly string[])[] = [
  ["de"],
  ["dead-letters", ""],
  ["tail", "--pay"],
  ["publish", "order."],
  ["replay", "order.placed", "--subscriber", ""],
  ["suppressions", "list", "--channel", "s"],
  ["topics", "--check", "top"],
  ["trace", ""],
];

/** Whether a shell is on this machine. */
function has(shell: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((place) => existsSync(join(place, shell)));
}

/** What bash offers for the last of these words, for several lines at once. */
function offered(...lines: readonly (readonly string[])[]): Promise<readonly string[][]> {
  return offeredIn(folder, ...lines);
}

async function offeredIn(cwd: string, ...lines: readonly (readonly string[])[]): Promise<readonly string[][]> {
  const calls = lines.map(
    (words) =>
      `COMP_WORDS=(busbar ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _busbar; echo "\${COMPREPLY[*]}"`,
  );
  const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", [bashScript(commands), ...calls].join("\n")], { cwd });
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(" ").filter((word) => word !== ""));
}

describe("completion of the command line", () => {
  it("offers in bash commands, verbs, options, and the names that a folder has", async () => {
    const [first, verbs, options, topics, after, subscribers, channels, files, nothing] = await offered(
      ["de"],
      ["dead-letters", ""],
      ["tail", "--pay"],
      ["publish", "order."],
      ["replay", "order.placed", "--subscriber", ""],
      ["subscribers", "pause", ""],
      ["suppressions", "list", "--channel", "s"],
      ["topics", "--check", "top"],
      ["trace", ""],
    );
    expect(first).toEqual(["dev", "deliveries", "dead-letters"].filter((name) => first!.includes(name)));
    expect(first).toContain("dead-letters");
    expect(verbs).toEqual(expect.arrayContaining(["list", "show", "redrive", "discard"]));
    expect(options).toEqual(["--payload"]);
    expect(topics).toEqual(["order.placed", "order.refunded"]);
    expect([after, subscribers]).toEqual([["receipt"], ["receipt"]]);
    expect(channels).toEqual(["sms"]);
    expect(files).toEqual(["topics"]);
    expect(nothing).toEqual([]);
  });

  it("finds every name of the reference domain, over line breaks too", async () => {
    const topics = Object.values(await import("../../topics/index.ts")).map(({ name }) => name);
    const found = await offeredIn(process.cwd(), ["publish", ""], ["subscribers", "drain", ""], ["schedules", "run", ""]);
    expect(found.map((names) => names.toSorted())).toEqual([
      topics.toSorted(),
      reference.map(({ name }) => name).toSorted(),
      ["affiliate-sync", "old-deliveries", "old-files", "stock-check", "supplier-sync"],
    ]);
    expect(topics.length).toBeGreaterThan(20);
  });

  it.skipIf(!has("zsh"))("offers the same in zsh", async () => {
    // What zsh's own completion is asked for, without a terminal.
    const stubs = `compdef() { : }; compadd() { print -r -- "\${(@)found}" }; _files() { print files }; _describe() { print -r -- "\${(@)found%%:*}" }`;
    const lines = asked.map((words) => {
      const typed = ["busbar", ...words].map((word) => `'${word}'`).join(" ");
      return `words=(${typed}); CURRENT=$#words; print -r -- "|$(_busbar)"`;
    });
    const script = [stubs, zshScript(commands), ...lines].join("\n");
    const { stdout } = await promisify(execFile)("zsh", ["-f", "-c", script], { cwd: folder });
    const [first, verbs, options, topics, subscribers, channels, files, nothing] = stdout
      .split("|")
      .slice(1)
      .map((line) => line.split(/\s+/).filter((word) => word !== ""));
    expect(first).toEqual(expect.arrayContaining(["dead-letters", "dev"]));
    expect(verbs).toEqual(expect.arrayContaining(["list", "show", "redrive", "discard"]));
    expect(options).toContain("--payload");
    expect(topics).toEqual(["order.placed", "order.refunded"]);
    expect(subscribers).toEqual(["receipt"]);
    expect(channels).toContain("sms");
    expect(files).toEqual(["files"]);
    expect(nothing).toEqual([]);
  });

  it.skipIf(!has("fish"))("offers the same in fish, and files only where a file is meant", async () => {
    const lines = asked.map((words) => `echo "|"; complete -C "busbar ${words.join(" ")}"`);
    const { stdout } = await promisify(execFile)("fish", ["--no-config", "-c", [fishScript(commands), ...lines].join("\n")], {
      cwd: folder,
    });
    const [first, verbs, options, topics, subscribers, channels, files, nothing] = stdout
      .split("|\n")
      .slice(1)
      .map((text) => text.split("\n").flatMap((line) => line.split("\t")[0] || []));
    expect(first).toEqual(expect.arrayContaining(["dead-letters", "dev"]));
    expect(verbs).toEqual(expect.arrayContaining(["list", "show", "redrive", "discard"]));
    expect(options).toEqual(["--payload"]);
    expect(topics).toEqual(["order.placed", "order.refunded"]);
    expect(subscribers).toEqual(["receipt"]);
    expect(channels).toEqual(["sms"]);
    expect(files).toEqual(["topics/"]);
    expect(nothing).toEqual([]);
  });

  it("knows in every shell each command, and each option that is shown", () => {
    const paths = commands.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["", "publish", "dead-letters list", "replay", "replay diff", "completion"]));
    const stats = commands.find(({ path }) => path === "stats")!;
    expect(stats.options.map(({ name }) => name)).toEqual(["--watch", "--json", "--url", "--key-file", "--help"]);
    expect(commands.find(({ path }) => path === "check")!.options.map(({ name }) => name)).not.toContain("--url");
    for (const script of [bashScript(commands), zshScript(commands), fishScript(commands)])
      for (const { path, verbs } of commands) for (const text of [path, ...verbs.map(({ name }) => name)]) expect(script).toContain(text);
    // fish adds files to what is only said to be required.
    const required = fishScript(commands)
      .split("\n")
      .filter((line) => / -r\b/.test(line));
    for (const line of required) expect(line).toMatch(/ -r -F$/);
    expect(required.length).toBeGreaterThan(0);
  });
});
