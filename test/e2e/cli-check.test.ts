import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyOfApplication, runCli, temporaryFolder } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();

const root = join(import.meta.dirname, "..", "..");
const barrel = readFileSync(join(root, "topics/index.ts"), "utf8");

interface Report {
  readonly ok: boolean;
  readonly problems: readonly { readonly file?: string; readonly message: string }[];
  readonly warnings: readonly { readonly file?: string; readonly message: string }[];
  readonly counts: Readonly<Record<string, number>>;
}

const lines = (report: Report, kind: "problems" | "warnings" = "problems"): string[] =>
  report[kind].map(({ file, message }) => (file === undefined || message.startsWith(file) ? message : `${file}: ${message}`));

const topic = (name: string, exported: string, options = ""): string => `
  import * as z from "zod";
  import { defineTopic } from "../src/index.ts";
  export const ${exported} = defineTopic("${name}", z.object({ id: z.string() }), { ${options} });`;

const subscriber = (name: string, route: string, more = ""): string => `
  import * as z from "zod";
  import { defineSubscriber, emailTemplate, smsTemplate } from "../src/index.ts";
  import { voteCreated } from "../topics/vote-created.ts";
  ${more}
  export default defineSubscriber(voteCreated, { name: "${name}", deliver: ({ email, handler, sms }) => [${route}] });`;

const idle = "handler({ handle: async () => undefined })";
const mail = (column: string): string => `<mjml><mj-body><mj-section><mj-column>${column}</mj-column></mj-section></mj-body></mjml>`;
const emailFile = (exported: string, options: { name: string; mjml?: string; subject?: string; example?: string }): string => `
  import * as z from "zod";
  import { emailTemplate } from "../../src/index.ts";
  export const ${exported} = emailTemplate({ name: "${options.name}", data: z.object({ total: z.string() }), text: "{{total}}",
    subject: "${options.subject ?? "{{total}}"}", mjml: \`${options.mjml ?? mail("<mj-text>{{total}}</mj-text>")}\`${options.example ?? ""} });`;

describe("busbar check", () => {
  it("finds no problem in this repository, and in a copy a template without an example, which is enough for --strict", async () => {
    const cwd = await copyOfApplication({ "subscribers/_templates/bare-email.ts": emailFile("bare", { name: "bare" }) });
    const [shown, warned, strict] = await Promise.all([
      runCli(["check", "--strict"]),
      runCli(["check"], { cwd }),
      runCli(["check", "--strict", "--json"], { cwd }),
    ]);
    expect(shown).toEqual({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(
        /^No problem found: \d+ topics, \d+ subscribers, \d+ routes, \d+ templates, \d+ schedules\.\n$/,
      ) as string,
    });
    expect(warned).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^No problem found: .*\n1 warning:\n {2}- .*has no example/s) as string,
    });
    expect(strict.code).toBe(1);
    expect(JSON.parse(strict.stdout)).toMatchObject({
      ok: false,
      problems: [],
      warnings: [{ file: "subscribers/_templates/bare-email.ts", message: expect.stringContaining("has no example") as string }],
    });
  });

  it("names every broken file of topics, subscribers and templates in one run, and so does a start", { timeout: 60_000 }, async () => {
    const cwd = await copyOfApplication({
      "topics/order-mislaid.ts": topic("order.mislaid", "orderMislaid"),
      "topics/vote-created-again.ts": topic("vote.created", "voteCreatedAgain"),
      "topics/wrong-example.ts": topic("wrong.example", "wrongExample", "example: { id: 1 as unknown as string }, key: 5 as never"),
      "topics/unreadable.ts": "export const x = ;",
      "topics/index.ts": `${barrel}export { wrongExample } from "./wrong-example.ts";\nexport { gone } from "./gone.ts";\n`,
      "subscribers/uses-wrong-topic.ts": `import { wrongExample } from "../topics/wrong-example.ts";\nexport default wrongExample;`,
      "subscribers/a/b.ts": "export default 1;",
      "subscribers/empty.ts": "const nothing = 1;",
      "subscribers/_a/b.ts": 'throw new Error("nobody loads this");',
      "subscribers/old.cjs": "module.exports = 1;",
      "subscribers/leaves.ts": "process.exit(0);",
      "subscribers/leaves-later.ts": `setTimeout(() => process.exit(0), 20);\n${subscriber("leaves-later", idle)}`,
      "subscribers/throws-text.ts": 'throw "no price list";',
      "subscribers/throws-later.ts": `setTimeout(() => { throw new Error("the timer's"); }, 1);\n${subscriber("throws-later", idle)}`,
      "subscribers/rejects.ts": `void Promise.reject(new Error("no connection"));\n${subscriber("rejects", idle)}`,
      "subscribers/never.ts": "await new Promise(() => undefined);\nexport default 1;",
      "subscribers/is-a-topic.ts": 'export { voteCreated as default } from "../topics/vote-created.ts";',
      "subscribers/named.ts": subscriber("named", idle).replace("export default", "export const named ="),
      "subscribers/common.ts": "exports.default = { kind: 'subscriber' };",
      "subscribers/no-package.ts": 'import "not-a-package";',
      "subscribers/no-file.ts": 'import "./_services/not-there.ts";',
      "subscribers/no-export.ts": 'import { nothing } from "../topics/order-placed.ts";\nexport default nothing;',
      "subscribers/twin.ts": subscriber("vote-confirmation", idle),
      "subscribers/uses-sms.ts": subscriber(
        "uses-sms",
        'sms({ to: () => "+919845012345", template, data: () => ({ code: "1" }) })',
        'const template = smsTemplate({ name: "code", data: z.object({ code: z.string() }), text: "{{cod}}" });',
      ),
      "subscribers/_templates/unused-email.ts": emailFile("unused", {
        name: "unused",
        subject: "{{totl}}",
        mjml: mail("<mj-text>{{total}}<mj-image colour='red' src='x.png' />"),
      }),
      "subscribers/_templates/one-email.ts": emailFile("one", { name: "same" }),
      "subscribers/_templates/two-email.ts": emailFile("two", { name: "same" }),
      "subscribers/_templates/wrong-example-email.ts": emailFile("wrong", { name: "wrong", example: ", example: { total: 5 }" }),
    });
    const env = { SMTP_URL: "nonsense", PORT: "high", REDIS_URL: url, QUEUE_PREFIX: prefix };
    const [checked, shown, started] = await Promise.all([
      runCli(["check", "--json"], { cwd, env, alone: true }),
      runCli(["check"], { cwd, env, alone: true }),
      runCli(["start"], { cwd, env, alone: true }),
    ]);
    const report = JSON.parse(checked.stdout) as Report;
    const found = lines(report);
    const expected = [
      /^PORT: /,
      /^SMTP_URL: must look like/,
      /^subscribers\/a\/b\.ts lies in a sub-folder and is never loaded: move it up, or begin the folder's name with _$/,
      /^subscribers\/common\.ts: exports its subscriber as CommonJS does: write `export default` in place of `exports\.default`$/,
      /^subscribers\/empty\.ts: has no default export/,
      /^subscribers\/is-a-topic\.ts: its default export is the topic "vote\.created" and not what defineSubscriber made: write /,
      /^subscribers\/leaves\.ts: calls process\.exit\(0\) while it is loaded, which would end busbar: /,
      /^subscribers\/leaves-later\.ts: calls process\.exit\(0\) while it is loaded, which would end busbar: /,
      /^subscribers\/named\.ts: exports its subscriber as "named", which is never looked at: write `export default/,
      /^subscribers\/never\.ts: did not finish loading within 10 s: a top-level await never ends$/,
      /^subscribers\/no-export\.ts: line 1 imports nothing from "\.\.\/topics\/order-placed\.ts", which does not export it$/,
      /^subscribers\/no-file\.ts: imports subscribers\/_services\/not-there\.ts, which does not exist$/,
      /^subscribers\/no-package\.ts: imports the package not-a-package, which is not installed$/,
      /^subscribers\/old\.cjs is a CommonJS file and is never loaded: end its name with \.js and write `export default`$/,
      /^subscribers\/rejects\.ts: begins something while it is loaded that fails, and does not wait for it: no connection$/,
      /^subscribers\/throws-later\.ts: throws while it is loaded, where nothing catches it: the timer's$/,
      /^subscribers\/throws-text\.ts: cannot be imported: it throws a string, which is no Error: no price list$/,
      /^subscribers\/twin\.ts: two subscribers are called "vote-confirmation" \(subscribers\/twin\.ts, subscribers\/vote-confirmation\.ts\)/,
      /^subscribers\/uses-sms\.ts: sms template "code", text, line 1: \{\{cod\}\}: the data has no "cod"; did you mean "code"\?$/,
      /^subscribers\/_templates\/one-email\.ts and subscribers\/_templates\/two-email\.ts: both define the email template "same": /,
      /^subscribers\/_templates\/unused-email\.ts: email template "unused", mjml, line 1: <mj-text> is not closed: write <\/mj-text> where it ends$/,
      /^subscribers\/_templates\/unused-email\.ts: email template "unused", subject, line 1: \{\{totl\}\}/,
      /^subscribers\/_templates\/wrong-example-email\.ts: E-mail template "wrong" cannot be used: its example: total: /,
      /^topics\/index\.ts: imports topics\/gone\.ts, which does not exist$/,
      /^topics\/order-mislaid\.ts is not exported by topics\/index\.ts: add `export \{ orderMislaid \} from "\.\/order-mislaid\.ts";`$/,
      /^topics\/unreadable\.ts: line 1 cannot be read: Unexpected ";"$/,
      /^topics\/vote-created-again\.ts and topics\/vote-created\.ts: both define the topic "vote\.created": /,
      /^topics\/wrong-example\.ts: Topic "wrong\.example" cannot be used: its example does not match its schema: id: /,
      /^topics\/wrong-example\.ts: Topic "wrong\.example" cannot be used: key must be a function/,
    ];
    for (const pattern of expected) expect(found, String(pattern)).toContainEqual(expect.stringMatching(pattern));
    // Nothing twice, and nothing beside what was put there: what a broken tag makes of the rest, and a second topic of one name.
    const beside = found.filter((line) => !expected.some((pattern) => pattern.test(line)));
    expect(beside).toEqual([
      expect.stringMatching(/unused-email\.ts: .*\{\{total\}\} is lost when MJML is compiled/),
      expect.stringMatching(/^topics\/vote-created-again\.ts is not exported by topics\/index\.ts/),
    ]);
    expect(found).toEqual([...new Set(found)]);
    const files = report.problems.map(({ file }) => file ?? "");
    expect(files).toEqual(files.toSorted());
    expect([checked.code, shown.code, started.code]).toEqual([1, 1, 1]);
    expect(report.ok).toBe(false);

    // People read the same, and so does who starts it: but a start leaves alone what no route uses.
    for (const { message } of report.problems) expect(shown.stderr).toContain(message);
    const unused = /unused|"same"/;
    for (const { message } of report.problems.filter((each) => !unused.test(each.message))) expect(started.stderr).toContain(message);
  });

  it("says what is wrong with the configuration, and looks at what lies beside it all the same", async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, "subscribers"));
    await writeFile(join(cwd, "package.json"), '{ "type": "module" }');
    await writeFile(join(cwd, "subscribers", "broken.ts"), 'throw new Error("no price list");');
    const check = async (configuration: string): Promise<{ code: number | null; found: string[] }> => {
      await writeFile(join(cwd, "busbar.config.ts"), configuration);
      const { code, stdout } = await runCli(["check", "--json"], { cwd, alone: true });
      return { code, found: lines(JSON.parse(stdout) as Report) };
    };
    const broken = "subscribers/broken.ts: cannot be imported: no price list";
    expect(await check("process.exit(0);")).toEqual({
      code: 1,
      found: [expect.stringMatching(/^busbar\.config\.ts: calls process\.exit\(0\) while it is loaded/), broken],
    });
    expect(await check("export default { aplication: 'shop' };")).toEqual({
      code: 1,
      found: ['busbar.config.ts: it knows no option "aplication": did you mean "application"?', broken],
    });
    const misnamed = `import { orderPlaced } from ${JSON.stringify(join(root, "topics/order-placed.ts"))};
      export default { application: "shop", topics: { orderMade: orderPlaced }, subscribers: new URL("./subscribers/", import.meta.url) };`;
    expect(await check(misnamed)).toEqual({
      code: 1,
      found: [broken, 'topics/index.ts: "order.placed" is exported as "orderMade": rename the export to "orderPlaced"'],
    });
  });
});
