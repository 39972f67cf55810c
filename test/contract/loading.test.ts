import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packagesLoadedBy } from "../support/packages-loaded.ts";

const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** The names of the packages among the files. */
function packagesIn(files: string): string[] {
  const names = [...files.matchAll(/\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//g)].map(([, name]) => name!);
  return [...new Set(names)].toSorted();
}

it("importing the package, and making a bus with every channel, loads no vendor's SDK, no mjml, and of its dependencies three", async () => {
  const make = `const { createBus, defineSubscriber, defineTopic, emailTemplate, pushTemplate, smsTemplate, whatsappTemplate } = await import("./src/index.ts");
    const z = await import("zod");
    const data = z.object({});
    const topics = { orderPlaced: defineTopic("order.placed", data) };
    const mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>";
    const templates = [
      emailTemplate({ name: "mail", data, subject: "x", mjml, text: "x" }),
      smsTemplate({ name: "text", data, text: "x" }),
      pushTemplate({ name: "push", data, title: "x", body: "x" }),
      whatsappTemplate({ name: "whatsapp", data, approvedAs: "approved", language: "en", body: "x" }),
    ];
    const subscriber = defineSubscriber(topics.orderPlaced, {
      name: "all",
      deliver: ({ email, sms, push, whatsapp }) =>
        [email, sms, push, whatsapp].map((route, index) => route({ to: () => undefined, template: templates[index], data: () => ({}) })),
    });
    const twilio = { accountSid: "AC" + "0".repeat(32), authToken: "t", from: "+14155550100" };
    const channels = {
      email: { from: "shop@example.com", sendgrid: { apiKey: "SG.x" }, smtp: { host: "127.0.0.1", port: 25 } },
      sms: { twilio, msg91: { authKey: "k", templates: {} } },
    };
    createBus({ application: "shop", topics, subscribers: [subscriber], channels, archive: { s3: "s3://archive?region=x" }, redis: "redis://127.0.0.1:1" });`;
  const [imported, made] = await Promise.all([packagesLoadedBy('await import("./src/index.ts");'), packagesLoadedBy(make)]);
  const ofOthers = (files: string): string[] => packagesIn(files).filter((name) => name in dependencies || name.startsWith("@aws-sdk/"));
  expect(packagesIn(imported)).toContain("zod");
  expect(ofOthers(imported)).toEqual(["bullmq", "eventemitter3", "ioredis"]);
  expect(ofOthers(made)).toEqual(["bullmq", "eventemitter3", "ioredis"]);
});

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
    whatsappChannel({ mailroom: whatsapp, mode, countries: ["IN"] });
    const [expo, browsers] = [providers.expoProvider(), providers.webPushProvider({ subject: "mailto:a@example.in", ...providers.newVapidKeys() })];
    const { pushChannel } = await import("./src/channels/push.ts");
    pushChannel({ ways: { fcm: { mailroom: [expo] }, expo: { mailroom: [expo] }, webpush: { mailroom: [browsers] } }, mode });`;
  expect(packagesIn(await packagesLoadedBy(make)).filter((name) => name in dependencies)).toEqual([]);
});

it("the first send does load one", async () => {
  const attempt = '{ deliveryId: "d_1", signal: new AbortController().signal }';
  const mail = `const { smtpProvider } = await import("./src/providers/index.ts");
    const message = { from: { address: "a@example.in" }, to: "b@example.in", subject: "s", html: "h", text: "t" };
    await smtpProvider({ host: "127.0.0.1", port: 1 }).send(message, ${attempt});`;
  const to = JSON.stringify({ endpoint: "https://127.0.0.1:1/", keys: { p256dh: `B${"A".repeat(86)}`, auth: "A".repeat(22) } });
  const push = `const { newVapidKeys, webPushProvider } = await import("./src/providers/index.ts");
    const browsers = webPushProvider({ subject: "mailto:a@example.in", ...newVapidKeys() });
    await browsers.send({ to: ${JSON.stringify(to)}, title: "t", body: "b" }, ${attempt});`;
  const [mailed, pushed] = await Promise.all([packagesLoadedBy(mail), packagesLoadedBy(push)]);
  expect(packagesIn(mailed)).toContain("nodemailer");
  expect(packagesIn(pushed)).toContain("web-push");
});
