import type { AddressInfo } from "node:net";
import fastify from "fastify";
import type { Door } from "./record.ts";
import { sendgridRoutes } from "./sendgrid-api.ts";
import { twilioRoutes } from "./twilio-api.ts";
import type { VendorOptions } from "./vendor.ts";
import { webhookRoutes } from "./webhook-api.ts";

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
 * | `/webhooks` | every receiver of webhooks |
 */
export function httpDoor(options: VendorOptions): Door {
  const app = fastify({ forceCloseConnections: true, exposeHeadRoutes: false, http: { maxHeaderSize: mostHeaderBytes } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  sendgridRoutes(app, options);
  void app.register(async (scope) => twilioRoutes(scope, options), { prefix: "/2010-04-01" });
  void app.register(async (scope) => webhookRoutes(scope, options), { prefix: "/webhooks" });
  return {
    async listen(port) {
      await app.listen({ port, host: "127.0.0.1" });
      return (app.server.address() as AddressInfo).port;
    },
    close: () => app.close(),
  };
}
