import type { DeadLetter, DeliveryQueue } from "../../queues/delivery-queue.ts";
import { type By, byText } from "../by.ts";
import { type AnyContent, isCallback, isDelivery } from "../any-content.ts";
import { namedQueue } from "../named-queues.ts";
import type { LazyParts } from "../parts.ts";

/**
 * What became of one dead letter:
 * - `done`: it was queued again, or given up;
 * - `sent`: it was sent meanwhile, so it is no dead letter any more and nothing is sent;
 * - `refused`: it stays as it was.
 */
export type VerbEnd = { readonly kind: "done" | "sent" } | { readonly kind: "refused"; readonly reason: string };

export interface DeadLetterVerbs {
  redrive(queue: string, letter: DeadLetter<AnyContent>, by: By): Promise<VerbEnd>;
  discard(queue: string, letter: DeadLetter<AnyContent>, by: By): Promise<VerbEnd>;
}

export const gone = "it is no dead letter any more";
const [queuedMeanwhile, discardedMeanwhile] = ["it was queued again meanwhile", "it was given up meanwhile"];
export const sentMeanwhile = "it was sent meanwhile: nothing is sent again, and it is no dead letter any more";
const sendingNow = "somebody is sending it right now; try again in ten seconds";

export interface DeadLetterVerbsOptions extends Pick<LazyParts, "queues" | "ledger"> {
  /** Why the code can do nothing with it; undefined where it can, or the code is not known here. */
  readonly unusable: (content: AnyContent) => Promise<string | undefined>;
}

/** What can be done to one dead letter. Each may be cut off anywhere, and done twice. */
export function deadLetterVerbs({ queues, ledger, unusable }: DeadLetterVerbsOptions): DeadLetterVerbs {
  return {
    async redrive(name, { content }, by) {
      const reason = await unusable(content);
      if (reason !== undefined) return { kind: "refused", reason };
      const queue = namedQueue(queues(), name);
      const { id } = content;
      const again = (change?: (held: AnyContent) => AnyContent): Promise<VerbEnd> => ended(queue.redrive(id, change), { queue, id });
      if ("json" in content) return again((held) => ({ ...held, poison: false }) as AnyContent);
      if (isCallback(content)) return again();
      if (!isDelivery(content)) return again((held) => ({ ...held, failures: 0 }) as AnyContent);
      // First the ledger: a crash in between leaves a dead letter that can be redriven again.
      const opened = await ledger().reopen(content);
      if (opened === "busy") return { kind: "refused", reason: sendingNow };
      if (opened === "sent") {
        // The ledger knows how it ended: nothing is lost with its job.
        await queue.remove(id);
        return { kind: "sent" };
      }
      if (opened !== "open") return { kind: "refused", reason: `it ended as ${opened}` };
      // And its time line, where this stands before whatever a worker makes of it a moment later.
      await ledger().note(content, { step: "redriven", detail: byText(by) });
      return (await queue.redrive(id)) ? { kind: "done" } : { kind: "refused", reason: gone };
    },

    async discard(name, { content }, by) {
      const queue = namedQueue(queues(), name);
      // First the record: nothing goes without one. It ends in the ledger for good, so that no replay misses it, and nobody queues it again at the same moment.
      if (isDelivery(content)) {
        const end = { step: "discarded", detail: byText(by) } as const;
        const standing = await ledger().cancel(content, end);
        // Somebody else has queued it again meanwhile.
        if (standing === "busy") return { kind: "refused", reason: sendingNow };
        if (standing === "sent") {
          await queue.remove(content.id);
          return { kind: "sent" };
        }
        if (standing === "cancelled") {
          // Where a worker has the job by now, it is told when it claims it.
          await queue.remove(content.id);
          return { kind: "done" };
        }
        await ledger().note(content, end);
      }
      return ended(queue.discard(content.id), { queue, id: content.id });
    },
  };
}

/** The queue decides which of two at one moment does it; the other is told what became of it. */
async function ended(
  done: Promise<boolean>,
  { queue, id }: { readonly queue: Pick<DeliveryQueue<AnyContent>, "find">; readonly id: string },
): Promise<VerbEnd> {
  if (await done) return { kind: "done" };
  return { kind: "refused", reason: (await queue.find(id)) === undefined ? discardedMeanwhile : queuedMeanwhile };
}
