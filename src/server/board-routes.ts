import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "../base/logger.ts";
import { queueNames } from "../bus/named-queues.ts";
import type { By } from "../bus/by.ts";
import { type Access, byOf } from "./access.ts";
import { boardVerb } from "./board-verbs.ts";
import { isOwnOrigin } from "./guard.ts";
import type { KeyPlace } from "./key-store.ts";
import { HttpProblem } from "./problem.ts";
import type { ServedBus } from "./served-bus.ts";
import { allows } from "./scopes.ts";

export interface BoardRoutesOptions {
  readonly bus: Pick<ServedBus, "channels" | "deadLetters" | "deliveries">;
  readonly access: Access;
  readonly place: KeyPlace;
  readonly publicUrl: string | undefined;
  readonly logger: Logger;
}

/** Where the queue board is. */
export const boardPath = "/queues";
const realm = 'Basic realm="busbar: any name, and an API key as the password", charset="UTF-8"';
/** Its styles stand in its elements; scripts are files of this server alone. It has a base of its own for its addresses. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

interface Boards {
  /** The board without buttons, and the one with them: their pages and what these read, never what they change. */
  readonly reading: FastifyInstance;
  readonly operating: FastifyInstance;
  close(): Promise<void>;
}

/**
 * bull-board at `/queues`. A browser asks for the key by itself (`WWW-Authenticate: Basic`), any name with the key as password, and sends it with every
 * request from then on, those that a page of another site makes it send too: so what changes something must come from this server's own pages.
 * - `read` looks. Jobs are shown without what they hold, for everybody: see queues/shown-job.ts.
 * - `operate` pauses and resumes queues, redrives dead letters, and discards them or cancels what waits; the bus does it, as it does over `/v1`.
 * It is loaded when somebody first asks for it.
 */
export function boardRoutes(app: FastifyInstance, { bus, access, place, publicUrl, logger }: BoardRoutesOptions): void {
  let made: Promise<Boards> | undefined;
  const boards = (): Promise<Boards> => {
    made ??= makeBoards(place, logger);
    // What could not be made is tried again.
    made.catch(() => (made = undefined));
    return made;
  };
  app.addHook("onClose", async () => (await made?.catch(() => undefined))?.close());

  const show = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { reading, operating } = await boards();
    const board = allows(access.callerOf(request).scopes, "operate") ? operating : reading;
    reply.header("content-security-policy", policy).hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
    board.routing(request.raw, reply.raw);
    return reply;
  };

  const change = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (!isOwnOrigin(request, publicUrl)) throw new HttpProblem("FORBIDDEN_ORIGIN", "This request was sent by a page of another site.");
    const asked = boardVerb(request.method, request.url.split("?")[0]!.slice(boardPath.length), place.application);
    if (asked === undefined)
      throw new HttpProblem("REFUSED", "The queue board does not do this, because the ledger would not know of it: see `busbar --help`.");
    const by = byOf(access.callerOf(request), "at the queue board");
    const { verb, queue, job = "" } = asked;
    const turn: ((name: string, by: By) => Promise<unknown>) | undefined =
      verb === "pause" || verb === "resume" ? bus.channels[verb] : undefined;
    await turn?.(queue, by);
    if (verb === "redrive") refuse((await bus.deadLetters.redrive([job], by)).refused);
    if (verb === "remove") await remove(job, by);
    logger.info({ ...by, verb, queue, job, request: request.id }, "somebody changed something at the queue board");
    return reply.code(204).send();
  };

  const remove = async (job: string, by: By): Promise<void> => {
    if ((await bus.deadLetters.show(job)) !== undefined) return refuse((await bus.deadLetters.discard([job], by)).refused);
    const cancelled = await bus.deliveries.cancel(job, by);
    if (!cancelled.cancelled) refuse([{ reason: cancelled.known ? cancelled.refused : "no queue holds a delivery of this id" }]);
  };

  for (const url of [boardPath, `${boardPath}/*`]) {
    app.route({
      method: ["GET", "PUT", "POST", "PATCH", "DELETE"],
      url,
      exposeHeadRoute: false,
      async onRequest(request, reply) {
        try {
          takePassword(request);
          await access.admit(request, reply, request.method === "GET" ? "read" : "operate");
        } catch (error) {
          if (error instanceof HttpProblem && error.body.status === 401)
            throw new HttpProblem("UNAUTHENTICATED", error.body.detail, { headers: { "www-authenticate": realm } });
          throw error;
        }
      },
      handler: (request, reply) => (request.method === "GET" ? show(request, reply) : change(request, reply)),
    });
  }
}

/** A browser sends the key as a password, programs send it as everywhere. */
function takePassword({ raw }: FastifyRequest): void {
  const [, encoded] = /^Basic +([\w+/=-]+) *$/i.exec(raw.headers.authorization ?? "") ?? [];
  if (encoded === undefined) return;
  const text = Buffer.from(encoded, "base64").toString();
  raw.headers.authorization = `Bearer ${text.slice(text.indexOf(":") + 1).trim()}`;
}

function refuse(refused: readonly { readonly reason: string }[]): void {
  if (refused[0] !== undefined) throw new HttpProblem("REFUSED", `Nothing was changed: ${refused[0].reason}.`);
}

async function makeBoards({ redis: url, prefix, application }: KeyPlace, logger: Logger): Promise<Boards> {
  const [{ createBullBoard }, { FastifyAdapter }, { bullmqBoard }] = await Promise.all([
    import("@bull-board/api"),
    import("@bull-board/fastify"),
    import("../queues/bullmq-board.ts"),
  ]);
  const queues = bullmqBoard({ url, prefix, application, names: queueNames, logger });
  const boardOf = async (verbs: boolean): Promise<FastifyInstance> => {
    const serverAdapter = new FastifyAdapter().setBasePath(boardPath);
    createBullBoard({
      queues: [...queues.adapters({ verbs })],
      serverAdapter,
      options: { uiConfig: { boardTitle: `busbar: ${application}` } },
    });
    const board = fastify();
    await board.register(serverAdapter.registerPlugin(), { prefix: boardPath });
    await board.ready();
    return board;
  };
  const [reading, operating] = await Promise.all([boardOf(false), boardOf(true)]);
  return {
    reading,
    operating,
    async close() {
      await Promise.all([reading.close(), operating.close()]);
      await queues.close();
    },
  };
}
