import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { readRecord } from "../../src/base/redis-server/server-record.ts";
import { startCli } from "./cli.ts";
import type { InstalledPackage } from "./installed-package.ts";

interface Feed {
  readonly inbox: { readonly messages: readonly { readonly to: readonly string[]; readonly subject: string }[] };
}

/**
 * The first minutes with busbar, as its README tells them, in a folder into which nothing but `npm i busbar` has put anything: begin an
 * application, see a message, break a handler while everything runs, mend it, try the dead letter again, run the tests.
 */
export async function beNewcomer({ project, run: start }: Pick<InstalledPackage, "project" | "run">): Promise<void> {
  const run = async (program: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await start(program, args);
    expect(code, `${program} ${args.join(" ")} printed ${stdout}${stderr}`).toBe(0);
    // npm warns of packages that are not ours.
    if (program !== "npm") expect(stderr).toBe("");
    return stdout;
  };
  // What npx runs; npx itself takes longer than most commands.
  const busbar = (...args: readonly string[]): Promise<string> => run(join(project, "node_modules", ".bin", "busbar"), ...args);

  const written = await run("npx", "busbar", "init");
  expect(written).toMatch(
    /^Written:\n {2}busbar\.config\.ts\n.*^Completed:\n {2}package\.json {2}with "type": "module", .*^Next:\n {2}npm install /ms,
  );
  expect(written).not.toContain("Kept");
  await run("npm", "install");
  expect(await busbar("init")).not.toContain("npm install");

  onTestFinished(() => endRedisOf(project));
  const dev = startCli(["dev"], { project, program: [join(project, "node_modules", "busbar", "bin", "busbar.mjs")] });
  const [, url] = await dev.until(/Ready: (\S+)/);
  // The page's own files come from the package too.
  expect((await fetch(`${url}/page.css`)).status).toBe(200);
  // The first start publishes the examples by itself.
  await dev.until(/sent +handler → monthly-report/);
  await dev.until(/sent +email → an…@example\.com/);
  expect(await busbar("publish", "user.registered", "--example")).toMatch(/^Published: user\.registered /);
  await dev.until(/(sent +email → an…@example\.com.*){2}/s);
  const { inbox } = (await (await fetch(`${url}/feed`)).json()) as Feed;
  const welcome = { to: ["ananya@example.com"], subject: "Welcome, Ananya Deshpande" };
  expect(inbox.messages).toMatchObject([welcome, welcome]);

  const file = join(project, "subscribers", "monthly-report.ts");
  const right = readFileSync(file, "utf8");
  writeFileSync(file, broken(right));
  await dev.until(/Changed: subscribers\/monthly-report\.ts; taken up/);
  await busbar("publish", "report.requested", "--example");
  await dev.until(/dead +handler → monthly-report/);
  const listed = await busbar("dead-letters", "list");
  expect(listed).toMatch(
    /^d_\S+ {2}.* {2}2 tries\n {4}handler \/ monthly-report {2}\(report\.requested \S+\)\n {4}.*the ledger is closed\n1 dead letter\./,
  );

  writeFileSync(file, right);
  await dev.until(/(Changed: subscribers\/monthly-report\.ts; taken up.*){2}/s);
  expect(await busbar("dead-letters", "redrive", "--all")).toMatch(
    /^To be queued again: 1 dead letter\n[^]*\n1 dead letter queued again\.\n$/,
  );
  await dev.until(/dead +handler .*sent +handler → monthly-report/s);
  expect(await busbar("dead-letters", "list")).toBe("No dead letters.\n");
  dev.signal("SIGTERM");
  expect(await dev.ended).toBe(0);

  const [checked, types, tests] = await Promise.all([busbar("check"), run("npx", "tsc"), run("npm", "test")]);
  expect(checked).toMatch(/^No problem found: 2 topics, 2 subscribers, /);
  expect(types).toBe("");
  expect(tests).toMatch(/Tests .*2 passed/);
}

/** Should something fail, `dev` is killed; its Redis would wait for the next one. */
async function endRedisOf(project: string): Promise<void> {
  const pid = (await readRecord(join(project, ".busbar", "redis")))?.pid;
  if (pid !== undefined) process.kill(pid, "SIGKILL");
}

/** The mistake is told from another one if the busbar that the changed file imports is the one that runs, and knows its errors. */
const mistake = `
        if (attempt === 1) throw new Error("no answer");
        const slip = await publishEvent.userRegistered({} as never).catch((error: unknown) => error);
        throw new PermanentError(slip instanceof BusbarError ? "the ledger is closed" : "another busbar was loaded");`;

function broken(subscriber: string): string {
  const changes: readonly (readonly [from: string, to: string])[] = [
    ["import { defineSubscriber }", "import { BusbarError, defineSubscriber, PermanentError }"],
    ["attempts: 2", "attempts: 9"],
    ["{ services, progress }", "{ services, progress, publishEvent, attempt }"],
    ["        const amounts =", `${mistake}\n        const amounts =`],
  ];
  return changes.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, subscriber);
}
