import type { BaseAdapter } from "@bull-board/api/baseAdapter";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { type Job, Queue } from "bullmq";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { closeRedis, connectRedis } from "../base/redis.ts";
import { shownJob } from "./shown-job.ts";

export interface BullmqBoardOptions {
  readonly url: string;
  readonly prefix: string;
  readonly application: string;
  /** The queues that it shows, in this order. */
  readonly names: readonly string[];
  readonly logger: Logger;
}

/** The queues of an application as bull-board looks at them. */
export interface BoardQueues {
  /** With `verbs`, the page has buttons; what they do is for whoever serves it to say. */
  adapters(options: { readonly verbs: boolean }): readonly BaseAdapter[];
  close(): Promise<void>;
}

/**
 * The queues for bull-board, over one connection of their own. It sees each job masked (shown-job.ts): a board that shows payloads
 * would leave no word in the audit record. Neither schedulers nor flows are shown, whose templates it would show as they are.
 */
export function bullmqBoard({ url, prefix, application, names, logger }: BullmqBoardOptions): BoardQueues {
  const connection = connectRedis({ url, use: "command", name: "busbar-board", logger });
  const queues = names.map((name) => {
    // What a queue is set to stays as it is.
    const queue = new Queue(`{${application}.${name}}`, { connection, prefix, skipMetasUpdate: true });
    queue.on("error", (error) => logger.debug({ error: messageOf(error), queue: name }, "queue error"));
    return { name, queue };
  });

  return {
    adapters: ({ verbs }) =>
      queues.map(({ name, queue }) => {
        const adapter = new BullMQAdapter(queue, { readOnlyMode: !verbs, displayName: name, allowRetries: verbs });
        const [jobOf, jobsOf] = [adapter.getJob.bind(adapter), adapter.getJobs.bind(adapter)];
        return Object.assign(adapter, {
          async getJob(id: string) {
            const job = await jobOf(id);
            return job && masked(job);
          },
          getJobs: async (...page: Parameters<typeof jobsOf>) => (await jobsOf(...page)).map(masked),
          getJobLogs: () => Promise.resolve([]),
          getJobSchedulers: () => Promise.resolve([]),
          getFlowProducer: () => Promise.resolve(null),
        });
      }),
    async close() {
      await Promise.all(queues.map(({ queue }) => queue.close()));
      await closeRedis(connection);
    },
  };
}

/** The same job, which tells less of itself. */
function masked(job: Job): Job {
  return Object.create(job, { toJSON: { value: () => shownJob(job.toJSON()) } }) as Job;
}
