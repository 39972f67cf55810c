import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeEvent } from "../../src/define/event.ts";
import { timeOfId } from "../../src/base/ids.ts";
import { deliveryStatuses } from "../../src/define/status.ts";
import { expoStatuses } from "../../src/providers/expo-statuses.ts";
import { metaStatuses } from "../../src/providers/meta-statuses.ts";
import { msg91Statuses } from "../../src/providers/msg91-statuses.ts";
import { sendgridEvents } from "../../src/providers/sendgrid-statuses.ts";
import type { StatusTable } from "../../src/providers/status-table.ts";
import { twilioStatuses } from "../../src/providers/twilio-statuses.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { allOperations } from "../../src/server/operations.ts";
import { HttpProblem } from "../../src/server/problem.ts";
import { timelineSteps } from "../../src/workers/ledger.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = ["README.md", ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((file) => `docs/${file}`)].filter(
  (file) => file.endsWith(".md"),
);
const blocks = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, text]) => text!);

describe("docs/how-it-works.md", () => {
  const page = "docs/how-it-works.md";

  it("prints the ports in full, as the code has them", () => {
    const printed = blocks(page, "ts").map((block) => {
      const [, path, text] = /^\/\/ (\S+)\n(.*)\n$/s.exec(block) ?? [];
      const name = /^export interface (\w+)/m.exec(text ?? "")?.[1] ?? "?";
      const whole = new RegExp(`^/\\*\\*((?!\\*/).)*\\*/\nexport interface ${name}\\b.*?^}$`, "ms").exec(read(path!))?.[0];
      expect(text, `${name} of ${path}`).toBe(whole);
      return name;
    });
    expect(printed).toEqual(["TopicLog", "DeliveryQueue", "Ledger", "Channel", "Provider"]);
  });
});

const ofServer = ["src/server/redis-api-keys.ts", "src/server/redis-rate-limits.ts"];

describe("docs/http.md", () => {
  it("lists every address that looks or repairs, with its scope", () => {
    const listed = [...read("docs/http.md").matchAll(/^\| `((?:GET|POST|DELETE) [^`?]+)[^`]*` \| `(\w+)` \|/gm)].map(
      ([, address, scope]) => [address, scope],
    );
    const operations = allOperations({} as never, { live: false, keys: {} as never }).map(({ method, path, scope }) => [
      `${method} ${path}`,
      scope,
    ]);
    expect(listed.toSorted()).toEqual(operations.toSorted());
  });

  it("shows a problem with the title and the status that its code has", () => {
    const shown = JSON.parse(blocks("docs/http.md", "json")[0]!) as { code: "INVALID_EVENT"; detail: string; problems: string[] };
    expect(shown).toEqual(new HttpProblem(shown.code, shown.detail, { problems: shown.problems }).body);
  });
});

/** The words of a table that say something, each with its status. */
function wordsOf(table: StatusTable, own: (word: string) => boolean = () => true): [string, string][] {
  const rows = Object.entries(table).filter(([word, row]) => own(word) && row !== "nothing");
  return rows.map(([word, row]) => [word, typeof row === "string" ? row : row.status]);
}

/** Error codes are told of beside the table. */
function isNoCode(word: string): boolean {
  return /^[a-z]/.test(word);
}

describe("docs/callbacks.md", () => {
  it("has every word of each provider in the row of its status", () => {
    const tables = [
      wordsOf(sendgridEvents),
      wordsOf(twilioStatuses, isNoCode),
      wordsOf(metaStatuses, isNoCode),
      wordsOf(msg91Statuses),
      wordsOf(expoStatuses, isNoCode),
    ];
    const rows = [...read("docs/callbacks.md").matchAll(/^\| `([a-z ]+)` \| (\d) \|(.*)\|$/gm)];
    expect(rows.map(([, status, rank]) => [status, Number(rank)])).toEqual(deliveryStatuses.map((status, index) => [status, index + 1]));
    for (const [, status, , cells] of rows) {
      const listed = cells!.split("|").map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!).toSorted());
      expect(listed, status).toEqual(tables.map((table) => table.flatMap(([word, of]) => (of === status ? [word] : [])).toSorted()));
    }
  });
});

describe("docs/redis-layout.md", () => {
  const page = read("docs/redis-layout.md");

  it("has every row of the tables that stand beside the code", () => {
    for (const file of [
      "src/log/redis-log-keys.ts",
      "src/workers/redis-ledger.ts",
      "src/workers/redis-statuses.ts",
      "src/workers/redis-message-ids.ts",
      "src/workers/redis-due-receipts.ts",
      "src/bus/replay/redis-replays.ts",
      "src/router/schedules/redis-schedules.ts",
      "src/workers/redis-consents.ts",
      ...ofServer,
    ]) {
      const keys = [...read(file).matchAll(/^ \* \| `(<p>[^`]+)`/gm)].map(([, key]) => key!);
      expect(keys).not.toHaveLength(0);
      for (const key of keys) expect(page).toContain(`| \`${key}\` |`);
    }
    const log = /^## The log\n(.*?)^## /ms.exec(page)![1]!;
    expect(log.match(/^\| `<p>/gm)).toHaveLength(Object.keys(logKeys("p")).length);
  });

  it("names every step of a time line with its letter", () => {
    for (const [name, letter] of Object.entries(timelineSteps)) expect(page).toContain(`\`${letter}\` ${name}`);
  });

  it("shows an event with exactly the fields and extensions that events have", () => {
    const example = JSON.parse(blocks("docs/redis-layout.md", "json")[0]!) as Parameters<typeof encodeEvent>[0];
    const declared = /export interface BusEvent.*?^}$/ms.exec(read("src/define/event.ts"))![0];
    expect(Object.keys(example)).toEqual([...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name));
    expect(timeOfId(example.id)).toBe(Date.parse(example.time));
    expect(encodeEvent(example)).toBe(JSON.stringify(example));
  });
});

describe("docs/decisions", () => {
  const decisions = pages.filter((page) => page.startsWith("docs/decisions/"));

  it("says of each decision its context, what was decided, what follows, and what was measured, on half a page", () => {
    expect(decisions.length).toBeGreaterThan(10);
    for (const page of decisions) {
      const number = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/.exec(page)?.[1];
      const text = read(page);
      expect(text.startsWith(`# ${Number(number)}. `), page).toBe(true);
      expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(["Context", "Decision", "Consequences", "Measured"]);
      expect(text.split("\n").length, page).toBeLessThanOrEqual(40);
    }
  });
});

describe("every page", () => {
  it("names only files that exist, and links that lead somewhere", () => {
    const missing = pages.flatMap((page) => {
      const text = read(page);
      const named = [...text.matchAll(/`((?:src|test|bench|docs|bin|topics|subscribers)\/[\w./-]+)`/g)].map(([, path]) => path!);
      const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => join(dirname(page), path!));
      return [...named, ...linked].filter((path) => !existsSync(join(root, path))).map((path) => `${page}: ${path}`);
    });
    expect(missing).toEqual([]);
  });

  it("promises no more than is true", () => {
    const loud = pages.filter((page) =>
      /exactly[ -]once|guarantee|blazing|seamless|powerful|state-of-the-art/i.test(read(page).replaceAll("guarantees.md", "")),
    );
    expect(loud).toEqual([]);
  });

  it("speaks of commands that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const called = pages.flatMap((page) =>
      [...read(page).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, own]) => (run ?? own)!),
    );
    expect(called).toContain("check");
    expect(called.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
