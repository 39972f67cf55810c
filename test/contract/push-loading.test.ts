import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";

/** Prints every file of a package that is loaded, by whichever way. */
const hook = `import { register } from "node:module";
const code = 'export async function resolve(s, c, next) { const f = await next(s, c); if (f.url.includes("/node_modules/")) process._rawDebug(f.url); return f; }';
register("data:text/javascript," + encodeURIComponent(code));`;

async function packagesLoadedBy(code: string): Promise<string> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--import", `data:text/javascript,${encodeURIComponent(hook)}`, "--input-type=module", "-e", code],
    { cwd: new URL("../..", import.meta.url), stdio: ["ignore", "ignore", "pipe"] },
  );
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [status] = (await once(child, "close")) as [number];
  if (status !== 0) throw new Error(printed);
  return printed;
}

const make = `const { expoProvider, newVapidKeys, webPushProvider } = await import("./src/providers/index.ts");
  const [expo, browsers] = [expoProvider(), webPushProvider({ subject: "mailto:a@example.in", ...newVapidKeys() })];
  const { pushChannel } = await import("./src/channels/push.ts");
  const ways = { fcm: { mailroom: [expo] }, expo: { mailroom: [expo] }, webpush: { mailroom: [browsers] } };
  pushChannel({ ways, mode: { send: "mailroom", allowList: [] } });`;

it("importing the push providers and making them loads no package of theirs; the first send to a browser does", async () => {
  const keys = { p256dh: `B${"A".repeat(86)}`, auth: "A".repeat(22) };
  const to = JSON.stringify({ endpoint: "https://127.0.0.1:1/", keys });
  const send = `await browsers.send({ to: ${JSON.stringify(to)}, title: "t", body: "b" }, { deliveryId: "d_1", signal: new AbortController().signal });`;
  const [made, sent] = await Promise.all([packagesLoadedBy(make), packagesLoadedBy(make + send)]);
  expect(made).not.toMatch(/node_modules\/(web-push|axios|request-filtering-agent|handlebars)\//);
  expect(sent).toMatch(/node_modules\/web-push\//);
});
