import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyOfApplication, runCli, temporaryFolder } from "../support/cli.ts";

/** A text that tries to clear the screen, to pass for a line of ours, and to turn the order of what is read. */
const forged = "a\u001b[2J\nbusbar: all is well\u009b31m \u202eb";

describe("busbar preview", () => {
  it("lists all templates with their channel, who uses them, and whether they have an example", async () => {
    const { code, stdout, stderr } = await runCli(["preview"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^TEMPLATE +CHANNEL +EXAMPLE +USED BY\n/);
    expect(stdout).toMatch(/^cod-confirmation +whatsapp +yes +order-confirmation\/cod-confirmation$/m);
  });

  it("shows each of a subscriber's templates filled with its example, and writes the HTML", async () => {
    const cwd = await temporaryFolder();
    const { code, stdout, stderr } = await runCli(["preview", "order-confirmation"], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [, saved] = /^ +written to (.*)$/m.exec(stdout) ?? [];
    expect(saved).toBe(join(".busbar", "preview", "order-confirmation.html"));
    const html = await readFile(join(cwd, saved!), "utf8");
    expect(html).toContain("KR-48213");
    const kilobytes = (Buffer.byteLength(html) / 1024).toFixed(1);
    expect(stdout).toContain(`html        ${kilobytes} KB (Gmail shows up to 102 KB)`);
    expect(stdout).toMatch(
      /^order-confirmation \(email\) {2}.*\n {2}subject {5}│ Order KR-48213 is confirmed\n {2}text {8}│ Thank you, Asha\.$/m,
    );
    expect(stdout).toMatch(
      /^order-confirmation \(sms\).*\n {2}text +│ .*KR-48213.*\n {2}costs +1 segment of GSM-7: \d+ units, room for \d+ more$/m,
    );
    expect(stdout).toMatch(/^order-confirmation \(whatsapp\).*\n {2}approved as order_confirmation \(en\)\n {2}body +│ Hello Asha/m);
    expect(stdout).toMatch(/^ {2}parameters {2}\{\{1\}\} name = │ Asha\n {14}\{\{2\}\} orderId = │ KR-48213$/m);
    expect(stdout).toMatch(/^cod-confirmation \(whatsapp\).*used by order-confirmation\/cod-confirmation$/m);
  });

  it("takes data of one's own and another folder, as JSON, and lets no data forge a line or move the cursor", async () => {
    const cwd = await temporaryFolder();
    const vote = { name: forged, model: "<Meera>", votes: "1", rank: 1, url: "https://example.in/" };
    const run = (...args: string[]) =>
      runCli(["preview", "vote-confirmation", "--data", "-", ...args], { cwd, input: JSON.stringify(vote) });
    const [shown, json] = await Promise.all([run("--part", "text"), run("--out", "shown", "--json")]);
    for (const { code, stdout } of [shown, json]) {
      expect(code).toBe(0);
      expect(stdout).toContain("\\u001b[2J");
      // oxlint-disable-next-line no-control-regex -- none of them may be there
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
    const html = await readFile(join(cwd, "shown", "vote-confirmation.html"), "utf8");
    expect(html).toContain("&lt;Meera&gt;");
    const file = join("shown", "vote-confirmation.html");
    expect(JSON.parse(json.stdout)).toMatchObject([
      {
        name: "vote-confirmation",
        subject: "Your vote for <Meera> counts",
        text: expect.stringContaining(forged) as string,
        html: { bytes: Buffer.byteLength(html), gmailShowsAll: true, file },
      },
    ]);
    expect(await readdir(join(cwd, ".busbar"))).toEqual(["cache"]);
  });

  it("suggests the name that was meant, and shows what can be shown of an application with problems", async () => {
    const bare = `
      import * as z from "zod";
      import { smsTemplate } from "../../src/index.ts";
      export const bareSms = smsTemplate({ name: "bare", data: z.object({ a: z.string() }), text: "{{a}}" });`;
    const cwd = await copyOfApplication({
      "topics/order-placed.ts": 'throw new Error("broken");',
      "subscribers/_templates/bare-sms.ts": bare,
    });
    const [route, near, without] = await Promise.all(
      ["order-status/push", "otpp", "bare"].map((name) => runCli(["preview", name], { cwd })),
    );
    expect(route!.stdout).toMatch(/^order-status \(push\).*\n {2}title +│ .*\n {2}body +│ .*\n {2}link +│ https:\/\/.*\n$/);
    expect(near).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'busbar: no template and no subscriber that sends messages is called "otpp": did you mean "otp"? Files of this application cannot be used; busbar check says which.\n',
    });
    expect(without).toMatchObject({ code: 1, stderr: expect.stringMatching(/"bare": it has no example: give the template one/) as string });
  });
});
