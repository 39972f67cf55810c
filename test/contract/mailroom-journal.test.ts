import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { journalFiles, openJournal, readJournal } from "../../src/mailroom/journal.ts";
import { type Mailroom, type MailroomOptions, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";

let folder: string;
const releases: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mailroom-"));
});
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
  rmSync(folder, { recursive: true });
});

function entry(id: string, changes: Partial<MailRecord> = {}): MailRecord {
  return {
    id,
    at: "2026-01-01T00:00:00.000Z",
    provider: "sendgrid",
    channel: "email",
    verdict: "accepted",
    answer: 202,
    from: "shop@example.in",
    to: ["asha@example.in"],
    subject: "Thank you",
    headers: [],
    attachments: [],
    size: 10,
    ...changes,
  };
}

function journal(rotateBytes = Infinity): ReturnType<typeof openJournal> {
  const opened = openJournal({ folder, rotateBytes });
  releases.push(() => opened.close());
  return opened;
}

async function mailroom(options: MailroomOptions = {}): Promise<Mailroom> {
  const room = await startMailroom({ folder, ...options });
  releases.push(() => room.stop());
  return room;
}

async function send(url: string, delivery: string, bytes = 1): Promise<number> {
  const response = await fetch(`${url}/v3/mail/send`, {
    method: "POST",
    headers: { authorization: "Bearer SG.test", "content-type": "application/json" },
    body: JSON.stringify({
      personalizations: [{ to: [{ email: "asha@example.in" }] }],
      from: { email: "shop@example.in" },
      subject: "Thank you",
      content: [{ type: "text/plain", value: "x".repeat(bytes) }],
      custom_args: { delivery },
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

const current = (): string => join(folder, journalFiles.current);
const ids = (records: readonly { id: string }[]): string[] => records.map(({ id }) => id);

describe("openJournal", () => {
  it("has each line in the file when append returns, for its owner's eyes only", () => {
    const { append } = journal();
    append(entry("a"));
    expect(readFileSync(current(), "utf8")).toBe(`${JSON.stringify(entry("a"))}\n`);
    append(entry("b", { subject: "धन्यवाद\u2028\n" }));
    expect(readJournal(folder)).toEqual([entry("a"), entry("b", { subject: "धन्यवाद\u2028\n" })]);
    expect(statSync(current()).mode & 0o777).toBe(0o600);
  });

  it("keeps the current and the previous file, and no more", () => {
    const lineBytes = Buffer.byteLength(JSON.stringify(entry("00"))) + 1;
    const { append } = journal(lineBytes * 3);
    for (let index = 10; index < 20; index++) append(entry(String(index)));
    expect(readdirSync(folder).toSorted()).toEqual([journalFiles.current, journalFiles.previous].toSorted());
    expect(ids(readJournal(folder))).toEqual(["16", "17", "18", "19"]);
    expect(statSync(current()).size).toBe(lineBytes);
  });

  it("writes a line that is larger than the whole limit", () => {
    const { append } = journal(10);
    append(entry("a"));
    append(entry("b"));
    expect(ids(readJournal(folder))).toEqual(["a", "b"]);
  });

  it("reads lines of many megabytes, and lines that end where a chunk ends", () => {
    const { append, close } = journal();
    const empty = Buffer.byteLength(`${JSON.stringify(entry("a", { text: "" }))}\n`);
    const sizes = [1024 * 1024, 1024 * 1024 - 1, 3 * 1024 * 1024 + 1, empty, 1024 * 1024 + 1];
    for (const size of sizes) append(entry("a", { text: "x".repeat(size - empty) }));
    close();
    expect(readJournal(folder).map(({ text }) => text?.length)).toEqual(sizes.map((size) => size - empty));
  });

  it("cuts a torn last line off before it writes on, and readers skip it meanwhile", () => {
    const first = journal();
    first.append(entry("a"));
    first.close();
    appendFileSync(current(), '{"id":"torn","subject":"धन्य');
    expect(ids(readJournal(folder))).toEqual(["a"]);
    const second = journal();
    second.append(entry("b"));
    expect(ids(readJournal(folder))).toEqual(["a", "b"]);
    expect(readFileSync(current(), "utf8")).not.toContain("torn");
  });

  it("starts with a file that holds nothing but a torn line", () => {
    writeFileSync(current(), '{"id":');
    journal().append(entry("a"));
    expect(ids(readJournal(folder))).toEqual(["a"]);
  });
});

describe("the journal of a mailroom", () => {
  it("brings the newest 500 messages back, without those that were rejected", async () => {
    const { append, close } = journal();
    for (let index = 0; index < 620; index++) {
      append(entry(`m${String(index).padStart(3, "0")}`));
      append(entry(`r${index}`, { verdict: "rejected", answer: 400 }));
    }
    close();
    appendFileSync(current(), '{"id":"torn');
    const { inbox } = await mailroom();
    expect(inbox.count).toBe(500);
    expect(inbox.received).toBe(0);
    const listed = ids(inbox.list({ limit: 500 }));
    expect([listed[0], listed.at(-1)]).toEqual(["m619", "m120"]);
  });

  it("knows the channel of lines that were written before there were several", async () => {
    const lines = (["smtp", "twilio", "webhook"] as const).map((provider) => {
      const { channel: _channel, ...old } = entry(provider, { provider });
      return `${JSON.stringify(old)}\n`;
    });
    writeFileSync(current(), `${lines.join("")}${JSON.stringify(entry("new", { provider: "twilio", channel: "whatsapp" }))}\n`);
    const { inbox } = await mailroom();
    expect(inbox.list().map(({ id, channel }) => [id, channel])).toEqual([
      ["new", "whatsapp"],
      ["webhook", "webhook"],
      ["twilio", "sms"],
      ["smtp", "email"],
    ]);
    expect(ids(inbox.list({ channel: "sms" }))).toEqual(["twilio"]);
  });

  it("starts although an old line cannot be read, shows what is newer, and says so", async () => {
    writeFileSync(current(), `no json\n${JSON.stringify(entry("a"))}\n`);
    const warn = vi.fn();
    const { inbox } = await mailroom({ logger: { ...silentLogger, warn } });
    expect(ids(inbox.list())).toEqual(["a"]);
    expect(warn).toHaveBeenCalledOnce();
  });

  it("writes nothing without a folder", async () => {
    const room = await startMailroom();
    releases.push(() => room.stop());
    expect(await send(room.url, "d_1")).toBe(202);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a folder that cannot be used, saying what to do", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    await expect(startMailroom({ folder: path })).rejects.toMatchObject({
      code: "INVALID_CONFIGURATION",
      message: expect.stringContaining(path),
    });
    await expect(startMailroom({ folder, rotateBytes: 0, httpPort: 70_000 })).rejects.toMatchObject({
      code: "INVALID_CONFIGURATION",
      problems: ["httpPort must be a whole number from 0 to 65535, not 70000", "rotateBytes must be more than 0, not 0"],
    });
  });

  it("holds every message that was answered before the mailroom was killed, each once", async () => {
    const child = childMailroom();
    const url = await child.url;
    const answered = new Set<string>();
    let next = 0;
    const client = async (): Promise<void> => {
      while (!child.process.killed) {
        const delivery = `d_${next++}`;
        const status = await send(url, delivery, 5_000).catch(() => undefined); // the request that the kill cut off
        if (status === 202) answered.add(delivery);
        if (answered.size >= 400) child.process.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: 8 }, client));
    await child.exited;
    const recorded = readJournal(folder).map(({ deliveryId }) => deliveryId);
    expect(answered.size).toBeGreaterThanOrEqual(400);
    expect(recorded.filter((delivery) => answered.has(delivery!)).toSorted()).toEqual([...answered].toSorted());
    expect(new Set(recorded).size).toBe(recorded.length);
    const { inbox } = await mailroom();
    expect(inbox.count).toBe(Math.min(500, recorded.length));
  });
});

function childMailroom(): { process: ChildProcess; url: Promise<string>; exited: Promise<unknown> } {
  const script = `
    import { startMailroom } from "./src/mailroom/mailroom.ts";
    const room = await startMailroom({ folder: process.env.MAILROOM_FOLDER });
    console.log(room.url);
  `;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    env: { ...process.env, MAILROOM_FOLDER: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  releases.push(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const url = once(createInterface(child.stdout!), "line").then(([line]) => line as string);
  return { process: child, url, exited };
}
