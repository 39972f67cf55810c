import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readJournal } from "../../src/mailroom/journal.ts";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";

let folder: string;
let room: Mailroom;
const releases: (() => void)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mailroom-"));
  room = await startMailroom({ folder });
});
afterEach(async () => {
  for (const release of releases.splice(0)) release();
  await room.stop();
  rmSync(folder, { recursive: true });
});

const mail = {
  from: '"Kirana Ärger" <shop@example.in>',
  to: "asha@example.in",
  subject: "Order A-1001 धन्यवाद",
  text: "Thank you\n.\n..dots",
  html: "<p>धन्यवाद ₹499</p>",
  messageId: "<d_1@example.in>",
};

function transport(options: object = {}): ReturnType<typeof createTransport> {
  const made = createTransport({ ...room.smtp, secure: false, ignoreTLS: true, ...options });
  releases.push(() => made.close());
  return made;
}

const records = (): MailRecord[] => readJournal(folder);

describe("SMTP", () => {
  it("takes what nodemailer sends, shows it, and records it before the answer", async () => {
    const info = await transport().sendMail(mail);
    const [summary] = room.inbox.list();
    expect(info.response).toBe(`250 2.0.0 Ok: queued as ${summary!.id}`);
    expect(summary).toMatchObject({
      provider: "smtp",
      to: ["asha@example.in"],
      from: "Kirana Ärger <shop@example.in>",
      subject: mail.subject,
      deliveryId: "d_1",
    });
    const record = room.inbox.get(summary!.id);
    expect(record).toMatchObject({ verdict: "accepted", answer: 250, text: mail.text, html: mail.html, messageId: "<d_1@example.in>" });
    expect(records()).toEqual([record]);
  });

  it("takes the delivery from its header before the Message-ID, and none from a foreign Message-ID", async () => {
    await transport().sendMail({ ...mail, headers: { "X-Busbar-Delivery": "d_2" } });
    await transport().sendMail({ ...mail, messageId: "<abc@example.in>" });
    expect(records().map(({ deliveryId }) => deliveryId)).toEqual(["d_2", undefined]);
  });

  it("names every recipient of the envelope, blind copies included", async () => {
    await transport().sendMail({ ...mail, cc: "b@example.in", bcc: "c@example.in" });
    expect(records()[0]?.to).toEqual(["asha@example.in", "b@example.in", "c@example.in"]);
  });

  it("takes any login, and many messages on pooled connections", async () => {
    const pool = transport({ pool: true, maxConnections: 4, auth: { user: "shop", pass: "secret" } });
    await Promise.all(Array.from({ length: 200 }, (_, index) => pool.sendMail({ ...mail, messageId: `<d_${index}@example.in>` })));
    expect(new Set(records().map(({ deliveryId }) => deliveryId)).size).toBe(200);
    expect(JSON.stringify(records())).not.toContain("secret");
  });

  it("refuses a message over 30 MB with 552, announced or not", async () => {
    const text = "x".repeat(31 * 1024 * 1024);
    await expect(transport().sendMail({ ...mail, text, html: "" })).rejects.toMatchObject({ responseCode: 552 });
    const { say, heard } = await dialogue();
    for (const line of ["EHLO a", "MAIL FROM:<a@example.in>", "RCPT TO:<b@example.in>", "DATA"]) await say(line);
    const answer = heard();
    say.write(`${`${"x".repeat(998)}\r\n`.repeat(32_000)}.\r\n`);
    expect(await answer).toMatch(/^552 /);
    expect(records().filter(({ verdict, answer: code }) => verdict === "rejected" && code === 552)).not.toEqual([]);
    expect(room.inbox.count).toBe(0);
  });

  it("does not take a message for sent whose end never came", async () => {
    const { say, socket } = await dialogue();
    for (const line of ["EHLO a", "MAIL FROM:<a@example.in>", "RCPT TO:<b@example.in>", "DATA"]) await say(line);
    socket.end("Subject: cut off\r\n\r\nhalf a mess");
    await once(socket, "close");
    await transport().sendMail(mail);
    expect(records().map(({ deliveryId }) => deliveryId)).toEqual(["d_1"]);
  });
});

describe("scripted faults of SMTP", () => {
  it.each<[number, string | undefined, string]>([
    [451, undefined, "451 4.3.0 try again later"],
    [550, "5.1.1 no such mailbox", "550 5.1.1 no such mailbox"],
    [421, "4.7.0 closing", "421 4.7.0 closing"],
  ])("%i after the message, which the journal then knows", async (smtpCode, message, response) => {
    room.fail("smtp", message === undefined ? { smtpCode } : { smtpCode, message });
    await expect(transport().sendMail(mail)).rejects.toMatchObject({ responseCode: smtpCode, response });
    expect(records()).toMatchObject([{ verdict: "rejected", answer: smtpCode, deliveryId: "d_1", reason: `scripted fault: ${response}` }]);
    await transport().sendMail(mail);
    expect(room.inbox.count).toBe(1);
  });

  it("refuses one recipient, and takes the message for the others", async () => {
    room.fail("smtp", { smtpCode: 550, stage: "recipient", message: "5.1.1 no such mailbox" });
    const info = await transport().sendMail({ ...mail, to: ["gone@example.in", "asha@example.in"] });
    expect(info.rejected).toEqual(["gone@example.in"]);
    expect(records()).toMatchObject([
      { verdict: "rejected", answer: 550, to: ["gone@example.in"] },
      { verdict: "accepted", to: ["asha@example.in"] },
    ]);
  });

  it("refuses a login", async () => {
    room.fail("smtp", { smtpCode: 535, stage: "login" });
    await expect(transport({ auth: { user: "shop", pass: "x" } }).sendMail(mail)).rejects.toMatchObject({
      code: "EAUTH",
      responseCode: 535,
    });
    expect(records()).toMatchObject([{ verdict: "rejected", answer: 535 }]);
  });

  it("refuses the message to an address that bounces, once it knows it, and takes the others", async () => {
    room.fail("smtp", { bounce: true, to: "asha@example.in" });
    await transport().sendMail({ ...mail, to: "ravi@example.in" });
    await expect(transport().sendMail(mail)).rejects.toMatchObject({ responseCode: 550, response: "550 5.1.1 no such mailbox" });
    expect(records()).toMatchObject([
      { verdict: "accepted", to: ["ravi@example.in"] },
      { verdict: "rejected", answer: 550, deliveryId: "d_1", reason: "scripted fault: 550 5.1.1 no such mailbox" },
    ]);
  });

  it("refuses one recipient of two at its own command", async () => {
    room.fail("smtp", { bounce: true, to: "@example.org", stage: "recipient", message: "5.1.10 null MX" });
    const info = (await transport().sendMail({ ...mail, to: ["ravi@example.org", "asha@example.in"] })) as unknown as {
      readonly accepted: unknown;
      readonly rejected: unknown;
    };
    expect(info).toMatchObject({ accepted: ["asha@example.in"], rejected: ["ravi@example.org"] });
    expect(records()).toMatchObject([
      { verdict: "rejected", to: ["ravi@example.org"], reason: "scripted fault: 550 5.1.10 null MX" },
      { verdict: "accepted", to: ["asha@example.in"] },
    ]);
  });

  it("answers late: the message counts when it arrives, and stop does not wait for the answer", async () => {
    room.fail("smtp", { delay: "60ms" });
    const begun = performance.now();
    await transport().sendMail(mail);
    expect(performance.now() - begun).toBeGreaterThan(55);
    room.fail("smtp", { delay: "10m", smtpCode: 451 });
    const pending = transport()
      .sendMail(mail)
      .catch((error: unknown) => error);
    await expect.poll(() => records().length).toBe(2);
    expect(records().map(({ verdict, answer }) => [verdict, answer])).toEqual([
      ["accepted", 250],
      ["rejected", 451],
    ]);
    await room.stop();
    expect(await pending).toBeInstanceOf(Error);
  });

  it("knows who would have got it if real sending were on", async () => {
    await transport().sendMail({ ...mail, headers: { "X-Busbar-Instead-Of": "sendgrid" } });
    expect(room.inbox.list()).toMatchObject([{ insteadOf: "sendgrid", channel: "email" }]);
  });

  it("the lost reply: accepted and recorded, but the client sees a broken connection", async () => {
    room.fail("smtp", { resetAfterAccept: true });
    await expect(transport().sendMail(mail)).rejects.toThrow(/ECONNRESET|socket close/);
    expect(records()).toMatchObject([{ verdict: "accepted", answer: null, deliveryId: "d_1" }]);
    expect(room.inbox.list()).toMatchObject([{ deliveryId: "d_1" }]);
  });

  it("the hang: no answer, not accepted, and stop does not wait for it", async () => {
    room.fail("smtp", { hang: true, times: Infinity });
    await expect(transport({ socketTimeout: 500 }).sendMail(mail)).rejects.toThrow(/[Tt]imeout/);
    expect(records()).toMatchObject([{ verdict: "rejected", answer: null, deliveryId: "d_1" }]);
    const pending = transport()
      .sendMail(mail)
      .catch((error: unknown) => error);
    await expect.poll(() => records().length).toBe(2);
    await room.stop();
    expect(await pending).toBeInstanceOf(Error);
  });
});

interface Dialogue {
  readonly socket: ReturnType<typeof connect>;
  /** Resolves with the server's answer, its last line. */
  readonly say: ((line: string) => Promise<string>) & { write(text: string): void };
  heard(): Promise<string>;
}

/** A client that speaks SMTP by hand, for what nodemailer would never say. */
async function dialogue(): Promise<Dialogue> {
  const socket = connect(room.smtp.port, room.smtp.host);
  releases.push(() => void socket.destroy());
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const heard = async (): Promise<string> => {
    for (;;) {
      const { value = "" } = (await lines.next()) as { value?: string };
      if (!/^\d{3}-/.test(value)) return value;
    }
  };
  await heard();
  const say = Object.assign(
    (line: string) => {
      socket.write(`${line}\r\n`);
      return heard();
    },
    { write: (text: string) => void socket.write(text) },
  );
  return { socket, say, heard };
}
