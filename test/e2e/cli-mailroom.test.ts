import { join } from "node:path";
import { createTransport } from "nodemailer";
import { describe, expect, it } from "vitest";
import { type RunningCli, runCli, startCli, takenPort, temporaryFolder } from "../support/cli.ts";
import { sendgridSdk } from "../support/sendgrid-sdk.ts";

interface Listed {
  readonly messages: readonly { readonly provider: string; readonly to: readonly string[]; readonly subject: string }[];
}

/** Where it says that it listens. */
async function places(running: RunningCli): Promise<{ readonly url: string; readonly smtpPort: number }> {
  const [, url, port] = await running.until(/APIs at (http:\/\/127\.0\.0\.1:\d+), SMTP at 127\.0\.0\.1:(\d+); journal in /);
  return { url: url!, smtpPort: Number(port) };
}

describe("busbar mailroom", () => {
  it("runs alone: takes what the vendors' SDKs send, prints a line of each, fails on demand, and has its messages again", async () => {
    const folder = join(await temporaryFolder(), "post");
    const args = ["mailroom", "--http-port", "0", "--smtp-port", "0", "--folder", folder];
    const first = startCli(args);
    const { url, smtpPort } = await places(first);
    const letter = { to: "asha@example.in", from: "shop@example.in", subject: "Order A-1", text: "Thank you" };
    const service = sendgridSdk(url);
    const [{ statusCode }] = await service.send(letter);
    expect(statusCode).toBe(202);
    await first.until(/^\d\d:\d\d:\d\d {2}sendgrid {2}asha@example\.in {2}Order A-1$/m);
    await createTransport({ host: "127.0.0.1", port: smtpPort, ignoreTLS: true }).sendMail({ ...letter, subject: "Order\u001b[2J A-2" });
    await first.until(/^\S+ {2}smtp {2}asha@example\.in {2}Order\S* A-2$/m);
    expect(first.text()).not.toContain("\u001b");

    const fault = { provider: "sendgrid", status: 429, retryAfter: "7s", to: "@example.in" };
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fault) };
    expect((await fetch(`${url}/mailroom/faults`, json)).status).toBe(201);
    await expect(service.send(letter)).rejects.toMatchObject({ code: 429 });
    first.signal("SIGTERM");
    expect(await first.ended).toBe(0);

    const second = startCli(args);
    const again = await places(second);
    const { messages } = (await (await fetch(`${again.url}/mailroom/messages?to=asha@example.in`)).json()) as Listed;
    expect(messages).toMatchObject([{ provider: "smtp" }, { provider: "sendgrid", to: ["asha@example.in"], subject: "Order A-1" }]);
    second.signal("SIGINT");
    expect(await second.ended).toBe(0);
  });

  it("says which port is taken, and refuses what is no port as a wrong call", async () => {
    const [port, cwd] = [await takenPort(), await temporaryFolder()];
    const [taken, wrong] = await Promise.all([
      runCli(["mailroom", "--http-port", String(port), "--smtp-port", "0"], { cwd }),
      runCli(["mailroom", "--http-port", "http"], { cwd }),
    ]);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining(String(port))]);
    expect([wrong.code, wrong.stderr]).toEqual([2, 'busbar: --http-port takes a port from 0 (a free one) to 65535, not "http"\n']);
  });
});
