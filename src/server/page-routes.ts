import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { statusRank } from "../define/status.ts";
import { feedReader, type WatchedBus } from "../dashboard/feed.ts";
import { pageFiles, tagOf } from "../dashboard/page.ts";
import type { CalledBack } from "../mailroom/called-back.ts";
import type { Callbacks } from "../mailroom/callbacks.ts";
import type { Faults } from "../mailroom/faults.ts";
import type { Inbox } from "../mailroom/inbox.ts";
import { shownFaults } from "./fault-routes.ts";
import { HttpProblem } from "./problem.ts";
import { within } from "../base/within.ts";

export interface PageRoutesOptions {
  readonly bus: WatchedBus;
  readonly inbox: Inbox | undefined;
  readonly callbacks: Callbacks | undefined;
  readonly faults: Faults | undefined;
  readonly live: boolean;
  /** The API asks for no key here, so that the page may use it. */
  readonly open: boolean;
  readonly logger: Logger;
}

/** The page waits this long for Redis before it says that there is no answer, milliseconds. */
const answerMs = 3_000;
const messagesShown = 60;

/**
 * The page's files, and `/feed`, which it asks each second: what dashboard/feed.ts reads, with `inbox: { received, held, live, messages,
 * faults }`, where a message has `told` and `callbacks` once its vendor has called back, or `inbox: null` where no mailroom runs in this process, and `open`: the API asks for no key here. 304 while nothing has changed.
 */
export function pageRoutes(app: FastifyInstance, { bus, inbox, callbacks, faults, live, open, logger }: PageRoutesOptions): void {
  for (const { path, type, body, tag } of pageFiles()) {
    app.get(path, (request, reply) => sendTagged(request, reply.type(type), body, tag));
  }

  const mailOf = (mail: Inbox): object => ({
    received: mail.received,
    held: mail.count,
    live,
    messages: mail.list({ limit: messagesShown }).map((message) => ({ ...message, ...toldOf(callbacks?.of(message.id) ?? []) })),
    ...(faults === undefined ? {} : { faults: shownFaults(faults) }),
  });
  const read = feedReader({ bus });
  let told = false;
  app.get("/feed", async (request, reply) => {
    try {
      const feed = await within(answerMs, read());
      told = false;
      const body = JSON.stringify({ ...feed, open, inbox: inbox === undefined ? null : mailOf(inbox) });
      return await sendTagged(request, reply.type("application/json; charset=utf-8"), body, tagOf(body));
    } catch (error) {
      // Each open page asks every second: once is enough for a log.
      if (!told) logger.warn({ error: messageOf(error) }, "the page's feed cannot be read");
      told = true;
      throw new HttpProblem("FEED_UNREADABLE", `The bus cannot be read: ${messageOf(error)}`);
    }
  });
}

/** What was told of a message, as its list shows it: the highest status that was taken, and how many callbacks there were. */
function toldOf(callbacks: readonly CalledBack[]): object {
  const taken = callbacks.filter(({ state, as }) => state === "taken" && as === undefined);
  const statuses = taken.flatMap(({ status }) => (status === undefined ? [] : [status]));
  const [told] = statuses.toSorted((a, b) => statusRank(b) - statusRank(a));
  // A number that is another one after each change, so that whoever reads the message reads it again.
  const changes = callbacks.reduce((sum, { tries, state }) => sum + tries + (state === "waiting" ? 1 : 2), 0);
  return { ...(told === undefined ? {} : { told }), ...(changes === 0 ? {} : { callbacks: changes }) };
}

function sendTagged(request: FastifyRequest, reply: FastifyReply, body: string, tag: string): FastifyReply {
  reply.header("etag", tag);
  return request.headers["if-none-match"] === tag ? reply.code(304).send() : reply.send(body);
}
