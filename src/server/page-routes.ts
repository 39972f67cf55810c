import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { feedReader, type WatchedBus } from "../dashboard/feed.ts";
import { pageFiles, tagOf } from "../dashboard/page.ts";
import type { Faults } from "../mailroom/faults.ts";
import type { Inbox } from "../mailroom/inbox.ts";
import { shownFaults } from "./fault-routes.ts";
import { HttpProblem } from "./problem.ts";
import { within } from "../base/within.ts";

export interface PageRoutesOptions {
  readonly bus: WatchedBus;
  readonly inbox: Inbox | undefined;
  readonly faults: Faults | undefined;
  readonly live: boolean;
  readonly logger: Logger;
}

/** The page waits this long for Redis before it says that there is no answer, milliseconds. */
const answerMs = 3_000;
const messagesShown = 60;

/**
 * The page's files, and `/feed`, which it asks each second: what dashboard/feed.ts reads, with `inbox: { received, held, live, messages,
 * faults }`, or `inbox: null` where no mailroom runs in this process. 304 while nothing has changed.
 */
export function pageRoutes(app: FastifyInstance, { bus, inbox, faults, live, logger }: PageRoutesOptions): void {
  for (const { path, type, body, tag } of pageFiles()) {
    app.get(path, (request, reply) => sendTagged(request, reply.type(type), body, tag));
  }

  const mailOf = (mail: Inbox): object => ({
    received: mail.received,
    held: mail.count,
    live,
    messages: mail.list({ limit: messagesShown }),
    ...(faults === undefined ? {} : { faults: shownFaults(faults) }),
  });
  const read = feedReader({ bus });
  let told = false;
  app.get("/feed", async (request, reply) => {
    try {
      const feed = await within(answerMs, read());
      told = false;
      const body = JSON.stringify({ ...feed, inbox: inbox === undefined ? null : mailOf(inbox) });
      return await sendTagged(request, reply.type("application/json; charset=utf-8"), body, tagOf(body));
    } catch (error) {
      // Each open page asks every second: once is enough for a log.
      if (!told) logger.warn({ error: messageOf(error) }, "the page's feed cannot be read");
      told = true;
      throw new HttpProblem("FEED_UNREADABLE", `The bus cannot be read: ${messageOf(error)}`);
    }
  });
}

function sendTagged(request: FastifyRequest, reply: FastifyReply, body: string, tag: string): FastifyReply {
  reply.header("etag", tag);
  return request.headers["if-none-match"] === tag ? reply.code(304).send() : reply.send(body);
}
