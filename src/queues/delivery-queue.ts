import type { Progress } from "../define/handler.ts";
import type { Policy } from "../define/policy.ts";
import type { DeadLetterIndex } from "./dead-letter-index.ts";
import type { DoneBy, LimitsChange, QueueLimits, QueueSettings } from "./queue-settings.ts";

/** What a queue needs to know of what it carries. */
export interface QueuedContent {
  /** The job's id: adding the same id again changes nothing. It holds no `:` and is no integer. */
  readonly id: string;
  readonly policy: Policy;
  /** One of many: it leaves after all others of its priority, so that a list of thousands never stands before one person's message. */
  readonly bulk?: boolean;
  /** It is not handed out before this time, milliseconds since 1970. */
  readonly notBefore?: number;
}

/**
 * The waiting room of one channel.
 *
 * The contract:
 * - `add` is idempotent by id for as long as the queue remembers a job, and resolves when all are in, and on as many replicas as are asked for. When it rejects, some may
 *   be in: add them all again, with `verify`.
 * - A job leaves the queue only through a verdict. A job whose worker is gone is given to another worker.
 * - What is given the verdict `dead`, or fails its last attempt, stays among the dead letters until `expireDeadLetters` or a
 *   person takes it away.
 */
export interface DeliveryQueue<Content extends QueuedContent> {
  readonly name: string;
  add(contents: readonly Content[], options?: AddOptions): Promise<void>;
  /** Starts to hand out jobs, the most urgent first. */
  work(handle: (job: Job<Content>) => Promise<Verdict<Content>>, options: WorkOptions<Content>): QueueWorker;
  /** Says what the configuration of a worker says, which is about to start: it is in force where nobody has set anything else. */
  configure(limits: QueueLimits): Promise<QueueSettings>;
  /**
   * Sets limits for all processes, until they are reset. A rate is in force with the next job; a concurrency within a second in each process.
   * @param options.configured what is gone back to where no worker has ever said what its configuration says
   */
  setLimits(change: LimitsChange, options: { readonly configured: QueueLimits; readonly done: DoneBy }): Promise<QueueSettings>;
  settings(): Promise<QueueSettings>;
  /** Hands out what waits for a time that has come, and says how much that was. For clocks that tests move; else it happens by itself. */
  handOutDue(): Promise<number>;
  /**
   * Hands out now what waits for a time, and says which of the ids it found with a worker: such a job may be about to wait, so whoever
   * wants it awake asks again. All else is left alone: what waits for a worker, has ended, or is not there.
   */
  wake(ids: readonly string[]): Promise<readonly string[]>;
  counts(): Promise<QueueCounts>;
  /** A page of dead letters, the newest first. */
  deadLetters(page: { readonly from: number; readonly count: number }): Promise<readonly DeadLetter<Content>[]>;
  /** How far a job says it is; undefined where it has not said anything. */
  progress(id: string): Promise<Progress | undefined>;
  /** The dead letter of that id, if it is one. */
  deadLetter(id: string): Promise<DeadLetter<Content> | undefined>;
  /** Those of the ids that are dead letters. */
  deadLettersOf(ids: readonly string[]): Promise<readonly DeadLetter<Content>[]>;
  /** What is known of the dead letters without reading them. */
  readonly index: DeadLetterIndex;
  /** Gives a dead letter another content; false when it is no dead letter any more. */
  edit(id: string, content: Content): Promise<boolean>;
  /** Takes a dead letter away for good; false when it is no dead letter any more: of two who discard or redrive it at one moment, one does. */
  discard(id: string): Promise<boolean>;
  /** Queues a dead letter again, with all its attempts, and perhaps another content, made of what it holds by now; false when it is no dead letter any more. */
  redrive(id: string, change?: (content: Content) => Content): Promise<boolean>;
  /** The job of that id wherever it is, finished or not. */
  find(id: string): Promise<FoundJob<Content> | undefined>;
  /** What it holds in these states, page by page; in all of them by default. What comes or goes meanwhile may be missed. */
  contents(states?: readonly JobState[]): AsyncIterable<Content>;
  /** Forgets what it has told of jobs to whoever watches, with the reasons of those that failed. The jobs stay. */
  forgetTold(): Promise<void>;
  /** Takes a job away for good, a dead letter too; false when there is none, or it is under way. */
  remove(id: string): Promise<boolean>;
  /** No process takes jobs any more until `resume`; those under way are finished. Says who had paused it before, as far as that is known: they stay who did. */
  pause(done?: DoneBy): Promise<Partial<DoneBy> | undefined>;
  resume(): Promise<void>;
  paused(): Promise<boolean>;
  /** Forgets finished jobs that ended before the given time, and says how many. Dead letters stay. */
  clean(before: number): Promise<number>;
  /** When the oldest of the jobs that wait for a worker was added, milliseconds since 1970. */
  oldestWaiting(): Promise<number | undefined>;
  /** Worker processes that take jobs now; undefined where Redis does not say. */
  workers(): Promise<number | undefined>;
  /** How many dead letters, and how many finished jobs, ended before these times, milliseconds since 1970. */
  pastKeeping(before: Ended): Promise<Ended>;
  /** Removes dead letters that ended before the given time, and says how many. */
  expireDeadLetters(before: number): Promise<number>;
  close(): Promise<void>;
}

/** Something of each of the two ways to end. */
export interface Ended {
  readonly dead: number;
  readonly finished: number;
}

export interface AddOptions {
  /** Look whether each job really has a place in the queue, and mend the ones without. For what may have been added halfway before. */
  readonly verify?: boolean;
}

export interface Job<Content> {
  readonly content: Content;
  /** Replaces the content, so that whoever takes the job over goes on from there. */
  save(content: Content): Promise<void>;
  /** Keeps with the job how far it is, for those who look. */
  progress(progress: Progress): Promise<void>;
  /** Which try this is, from 1; tries that burned no attempt do not count. */
  readonly attempt: number;
  /** How often it has lost its worker: that died, or was silent for too long. */
  readonly deaths: number;
  /** Aborts when the job was given to another worker. */
  readonly signal: AbortSignal;
}

/** What a worker says of a job when it is done with it. */
export type Verdict<Content = never> =
  | {
      readonly kind: "done";
      readonly end: "sent" | "suppressed" | "expired" | "cancelled" | "routed" | "applied";
      /** What is kept of the content, where that is less than all of it. */
      readonly content?: Content;
    }
  /** Later, without burning an attempt; milliseconds. With `content`, it goes on from there. */
  | { readonly kind: "again"; readonly after: number; readonly content?: Content }
  /** The attempt is burned: back off and try again, or a dead letter if it was the last one. */
  | { readonly kind: "failed"; readonly reason: string; /** what was thrown, for its stack */ readonly error?: unknown }
  | { readonly kind: "dead"; readonly reason: string; readonly error?: unknown };

export interface WorkOptions<Content> {
  /** Jobs under way at once in this process. */
  readonly concurrency: number;
  /** Another concurrency may be set at run time; `now` is the one in force at the start. Default: none may be. */
  readonly adjustable?: { readonly now: number };
  /** Told of a job that became a dead letter without a verdict: its workers died again and again. */
  readonly onGivenUp: (content: Content, reason: string) => void;
}

export interface QueueWorker {
  /** Resolves when it takes jobs. */
  ready(): Promise<void>;
  /** While it is narrow, it takes no job beside one that is under way. */
  narrow(narrow: boolean): void;
  /** Takes no more jobs and waits for those under way, at most so many milliseconds. */
  stop(deadline: number): Promise<void>;
}

export interface FoundJob<Content> {
  readonly content: Content;
  readonly state: JobState;
  /** Tries that were burned. */
  readonly attempts: number;
  /** Why the last of them failed; absent where none has. */
  readonly reason?: string;
  /** Of a delayed one: when it is handed out, milliseconds since 1970. */
  readonly due?: number;
}

/** `delayed`: it waits for a time, its first or that of a retry. */
export type JobState = "waiting" | "active" | "delayed" | "completed" | "dead";

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly completed: number;
  readonly dead: number;
}

export interface DeadLetter<Content> {
  readonly content: Content;
  readonly reason: string;
  readonly attempts: number;
  /** When the first try was due and when the last one ended, milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly stack: readonly string[];
  /** Which build tried it last; undefined where that is not known. */
  readonly build: string | undefined;
}
