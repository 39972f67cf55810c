import type { AddressInfo } from "node:net";
import fastify from "fastify";
import type { Browser } from "./browser.ts";
import type { Callbacks } from "./callbacks.ts";
import { expoRoutes } from "./expo-api.ts";
import type { ExpoReceipts } from "./expo-receipts.ts";
import { fcmRoutes } from "./fcm-api.ts";
import { googleTokenRoutes, googleTokens } from "./google-tokens.ts";
import type { Inbox } from "./inbox.ts";
import { mailroomRoutes } from "./mailroom-api.ts";
import { metaRoutes } from "./meta-api.ts";
import { msg91Routes } from "./msg91-api.ts";
import type { Door } from "./record.ts";
import { sendgridRoutes } from "./sendgrid-api.ts";
import { twilioRoutes } from "./twilio-api.ts";
import type { VendorOptions } from "./vendor.ts";
import { webhookRoutes } from "./webhook-api.ts";
import { webpushRoutes } from "./webpush-api.ts";

export interface HttpDoorOptions extends VendorOptions {
  /** Whose push messages can be read. */
  readonly browser: Browser;
  readonly inbox: Inbox;
  readonly receipts: ExpoReceipts;
  readonly callbacks: Callbacks;
}

/** A preview of 4,000 characters, percent-encoded, fits: nine bytes for each of an Indian script. */
const mostHeaderBytes = 64 * 1024;

/**
 * The one HTTP port of all vendors: their addresses do not meet. Each vendor answers in its own error shape; what belongs to none is
 * answered in SendGrid's.
 *
 * | address | vendor |
 * |---|---|
 * | `/v3/…` | SendGrid |
 * | `/2010-04-01/…` | Twilio |
 * | `/api/v5/…` | MSG91 |
 * | `/v23.0/…`, any version with a dot | Meta (WhatsApp) |
 * | `/v1/…` and `/token` | Google (FCM) |
 * | `/--/api/v2/…` | Expo |
 * | `/webpush…` | every push service of browsers |
 * | `/webhooks` | every receiver of webhooks |
 * | `/mailroom/…` | none: what the mailroom itself can be asked |
 */
export function httpDoor({ browser, inbox, receipts, callbacks, ...options }: HttpDoorOptions): Door {
  const app = fastify({ forceCloseConnections: true, exposeHeadRoutes: false, http: { maxHeaderSize: mostHeaderBytes } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  sendgridRoutes(app, options);
  void app.register(async (scope) => twilioRoutes(scope, options), { prefix: "/2010-04-01" });
  void app.register(async (scope) => msg91Routes(scope, options), { prefix: "/api/v5" });
  void app.register(async (scope) => metaRoutes(scope, options), { prefix: "/:version(^v\\d+\\.\\d+$)" });
  const tokens = googleTokens(options.clock);
  void app.register(async (scope) => fcmRoutes(scope, { ...options, tokens }), { prefix: "/v1" });
  void app.register(async (scope) => googleTokenRoutes(scope, { ...options, tokens }), { prefix: "/token" });
  void app.register(async (scope) => expoRoutes(scope, { ...options, receipts }), { prefix: "/--/api/v2" });
  void app.register(async (scope) => webpushRoutes(scope, { ...options, browser }), { prefix: "/webpush" });
  void app.register(async (scope) => webhookRoutes(scope, options), { prefix: "/webhooks" });
  void app.register(async (scope) => mailroomRoutes(scope, { inbox, callbacks, faults: options.faults, logger: options.logger }), {
    prefix: "/mailroom",
  });
  return {
    async listen(port) {
      await app.listen({ port, host: "127.0.0.1" });
      return (app.server.address() as AddressInfo).port;
    },
    close: () => app.close(),
  };
}
