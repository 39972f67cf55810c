import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";

/** Prints every file of a package that a module loads. */
const hook = `export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (found.url.includes("/node_modules/") && !/\\/(tsx|esbuild)\\//.test(found.url)) process._rawDebug(found.url);
  return found;
}`;

async function packagesLoadedBy(code: string): Promise<string> {
  const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--import", `data:text/javascript,${encodeURIComponent(register)}`, "--input-type=module", "-e", code],
    { cwd: new URL("../..", import.meta.url), stdio: ["ignore", "ignore", "pipe"] },
  );
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [status] = (await once(child, "close")) as [number];
  if (status !== 0) throw new Error(printed);
  return printed;
}

it("importing the providers and making them loads no SDK", async () => {
  const make = `const providers = await import("./src/providers/index.ts");
    const { sendgridProvider, smtpProvider, twilioProvider, webhookProvider, providerChain } = providers;
    providerChain([sendgridProvider({ apiKey: "SG.x" }), smtpProvider({ host: "127.0.0.1", port: 25 })]);
    webhookProvider({ allow: ["ops.internal"] });
    const twilio = twilioProvider({ accountSid: "AC" + "0".repeat(32), authToken: "t", from: "BUSBAR" });
    const { smsChannel } = await import("./src/channels/sms.ts");
    const mode = { send: "mailroom", allowList: [] };
    smsChannel({ mailroom: [twilio, providers.msg91Provider({ authKey: "k", templates: {} })], mode, countries: ["IN"] });
    const account = { accountSid: "AC" + "0".repeat(32), authToken: "t", from: "+14155550100", contents: {}, anyContent: true };
    const whatsapp = [providers.metaProvider({ accessToken: "t", phoneNumberId: "1" }), providers.twilioWhatsappProvider(account)];
    const { whatsappChannel } = await import("./src/channels/whatsapp.ts");
    whatsappChannel({ mailroom: whatsapp, mode, countries: ["IN"] });`;
  expect(await packagesLoadedBy(make)).not.toMatch(
    /sendgrid|axios|nodemailer|standardwebhooks|request-filtering|twilio|libphonenumber|handlebars/,
  );
});

it("the first send does load one", async () => {
  const send = `const { smtpProvider } = await import("./src/providers/index.ts");
    const message = { from: { address: "a@example.in" }, to: "b@example.in", subject: "s", html: "h", text: "t" };
    await smtpProvider({ host: "127.0.0.1", port: 1 }).send(message, { deliveryId: "d_1", signal: new AbortController().signal });`;
  expect(await packagesLoadedBy(send)).toMatch(/node_modules\/nodemailer/);
});
