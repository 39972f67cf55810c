import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Fault, FaultScript } from "./faults.ts";
import type { Recorder } from "./record.ts";

/** What the routes of one vendor's API work with. */
export interface VendorOptions {
  /** Called before a request is answered. */
  readonly record: Recorder;
  readonly faults: FaultScript;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Gives no answer: a hang, or a reset after the message was accepted. */
export function fallSilent(request: FastifyRequest, reply: FastifyReply, fault: Fault | undefined): void {
  reply.hijack();
  if (fault?.resetAfterAccept) request.raw.socket.resetAndDestroy();
}
