import { systemClock, type Clock } from "../base/clock.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { timeOrderedId } from "../base/ids.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import type { PushSubscription } from "../define/push-address.ts";
import { type AutomaticCallbacks, automaticProblems } from "./automatic-callbacks.ts";
import { automaticTeller } from "./automatic-teller.ts";
import { browser } from "./browser.ts";
import type { CallbackCarrier } from "./callback-carrier.ts";
import { callbacksAddress } from "./callback-place.ts";
import { type Callbacks, vendorCallbacks } from "./callbacks.ts";
import { expoReceipts } from "./expo-receipts.ts";
import type { Fault } from "./fault.ts";
import { type Faults, faultScript } from "./faults.ts";
import { httpDoor } from "./http-door.ts";
import { type Inbox, inboxLimits, mailInbox } from "./inbox.ts";
import { type Journal, openJournal, readJournalBackwards } from "./journal.ts";
import type { MailProvider, MailRecord, Recorder } from "./record.ts";
import { smtpDoor } from "./smtp-api.ts";

export interface MailroomOptions {
  /** Where the journal is kept. Default: nowhere, the messages are in memory alone. */
  readonly folder?: string;
  /** The journal's file may grow to this size before it becomes the previous one, which replaces the one before. Default 50 MB; `Infinity` never rotates. */
  readonly rotateBytes?: number;
  /** The port of the vendors' HTTP APIs. Default: a free one. */
  readonly httpPort?: number;
  /** The port of SMTP. Default: a free one. */
  readonly smtpPort?: number;
  /** Where callbacks go, such as `http://127.0.0.1:4000/callbacks`. Default: nowhere but where a message itself says. */
  readonly callbacks?: string;
  /** What vendors tell by themselves of each message. Default: nothing, until it is asked for. */
  readonly automatic?: AutomaticCallbacks;
  /** How long to wait before each further try of a callback that nobody takes. Default: 1 s, 5 s and 25 s. */
  readonly retries?: readonly Duration[];
  /** Who brings the callbacks. Default: HTTP. */
  readonly carrier?: CallbackCarrier;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** The local stand-in for all providers: it takes what they would take, delivers nothing, and shows it. */
export interface Mailroom {
  /** The base URL of every vendor's HTTP API, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly smtp: { readonly host: string; readonly port: number };
  readonly inbox: Inbox;
  /** What the vendors tell later of what they took. */
  readonly callbacks: Callbacks;
  /**
   * Scripts a fault for requests to come, behind those that wait. Returns a function that lifts it.
   * @throws BusbarError `INVALID_CONFIGURATION` when the fault makes no sense for the provider
   */
  fail(provider: MailProvider, fault: Fault): () => void;
  /** A browser's subscription to push messages whose keys the mailroom holds: what is sent to it is shown as it reads there. */
  subscription(): PushSubscription;
  /** The faults that wait. */
  readonly faults: Faults;
  /** Ends every connection and closes the journal. Twice is fine. */
  stop(): Promise<void>;
}

/**
 * Starts the mailroom on loopback. Whatever it answers has been written to the journal before (journal.ts).
 * @throws BusbarError `PORT_IN_USE` when a port that was asked for is taken; `INVALID_CONFIGURATION` when the folder or an option cannot be used
 */
export async function startMailroom(options: MailroomOptions = {}): Promise<Mailroom> {
  const { folder, rotateBytes = 50 * 1024 * 1024, httpPort = 0, smtpPort = 0, clock = systemClock, logger = silentLogger } = options;
  const { automatic, retries = ["1s", "5s", "25s"] } = options;
  checkOptions({ rotateBytes, httpPort, smtpPort, automatic, callbacks: options.callbacks });
  const { inbox, add, restore } = mailInbox({ logger });
  const faults = faultScript();
  const journal = folder === undefined ? undefined : openFolder(folder, rotateBytes);
  if (folder !== undefined) restore(newestMessages(folder, logger));

  const record: Recorder = (draft) => {
    const now = clock.now();
    const entry: MailRecord = { id: timeOrderedId(now), at: new Date(now).toISOString(), ...draft };
    journal?.append(entry);
    if (entry.verdict === "accepted") {
      add(entry);
      tell(entry);
    }
    return entry;
  };
  const ending = new AbortController();
  const receipts = expoReceipts();
  const callbacks = vendorCallbacks({
    receipts,
    clock,
    logger,
    stopping: ending.signal,
    retries: retries.map((wait) => milliseconds(wait, "retries")),
    carrier: options.carrier,
  });
  callbacks.goTo(options.callbacks);
  const tell = automatic === undefined ? () => undefined : automaticTeller({ callbacks, automatic, logger, stopping: ending.signal });

  const reader = browser();
  const vendors = { record, faults, clock, logger, stopping: ending.signal };
  const doors = [
    { name: "HTTP", option: "httpPort", port: httpPort, door: httpDoor({ ...vendors, browser: reader, inbox, receipts, callbacks }) },
    { name: "SMTP", option: "smtpPort", port: smtpPort, door: smtpDoor(vendors) },
  ] as const;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    ending.abort();
    return (stopped ??= Promise.all(doors.map(({ door }) => door.close())).then(() => journal?.close()));
  };

  const opened = await Promise.allSettled(doors.map(({ door, port }) => door.listen(port)));
  const failures = opened.flatMap((result, index) => (result.status === "rejected" ? [{ ...doors[index]!, error: result.reason }] : []));
  if (failures.length > 0) {
    await stop();
    throw listenError(failures);
  }
  const [http, smtp] = opened.map((result) => (result as PromiseFulfilledResult<number>).value);
  const url = `http://127.0.0.1:${http}`;
  return {
    url,
    smtp: { host: "127.0.0.1", port: smtp! },
    inbox,
    callbacks,
    subscription: () => reader.subscription(url),
    fail(provider, fault) {
      const { id } = faults.add(provider, fault);
      return () => void faults.lift(id);
    },
    faults: { list: faults.list, add: faults.add, lift: faults.lift, clear: faults.clear },
    stop,
  };
}

interface CheckedOptions extends Pick<MailroomOptions, "automatic" | "callbacks"> {
  readonly rotateBytes: number;
  readonly httpPort: number;
  readonly smtpPort: number;
}

function checkOptions({ rotateBytes, automatic = {}, callbacks, ...ports }: CheckedOptions): void {
  const problems = Object.entries(ports).flatMap(([option, port]) =>
    Number.isInteger(port) && port >= 0 && port <= 65_535 ? [] : [`${option} must be a whole number from 0 to 65535, not ${port}`],
  );
  if (!(rotateBytes > 0)) problems.push(`rotateBytes must be more than 0, not ${rotateBytes}`);
  problems.push(...automaticProblems(automatic));
  const address = callbacks === undefined ? undefined : callbacksAddress(callbacks);
  if (address !== undefined && "problem" in address) problems.push(address.problem);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The mailroom cannot start:", { problems });
}

function openFolder(folder: string, rotateBytes: number): Journal {
  try {
    return openJournal({ folder, rotateBytes });
  } catch (error) {
    throw new BusbarError(
      "INVALID_CONFIGURATION",
      `The mailroom cannot keep its journal in ${folder} (${messageOf(error)}): make the folder writable, or choose another.`,
      { cause: error },
    );
  }
}

/** The newest accepted messages of the journal, oldest first, no more than the inbox holds. */
function newestMessages(folder: string, logger: Logger): MailRecord[] {
  const messages: MailRecord[] = [];
  let bytes = 0;
  try {
    for (const entry of readJournalBackwards(folder)) {
      if (entry.verdict !== "accepted") continue;
      messages.push(entry);
      bytes += entry.size;
      if (messages.length >= inboxLimits.messages || bytes >= inboxLimits.bytes) break;
    }
  } catch (error) {
    logger.warn(
      { folder, error: messageOf(error) },
      "the mailroom's journal holds a line that cannot be read; older messages are not shown",
    );
  }
  return messages.toReversed();
}

function listenError(failures: readonly { name: string; option: string; port: number; error: unknown }[]): BusbarError {
  const taken = failures.some(({ error }) => (error as { code?: unknown }).code === "EADDRINUSE");
  const problems = failures.map(({ name, option, port, error }) =>
    (error as { code?: unknown }).code === "EADDRINUSE"
      ? `port ${port} for ${name} is taken by another process: end that process, or choose another ${option} (0 takes a free one)`
      : `port ${port} for ${name} cannot be opened (${messageOf(error)}): choose another ${option} (0 takes a free one)`,
  );
  return new BusbarError(taken ? "PORT_IN_USE" : "INVALID_CONFIGURATION", "The mailroom cannot listen:", {
    problems,
    cause: failures[0]?.error,
  });
}
