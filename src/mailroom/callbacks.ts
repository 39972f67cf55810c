import type { Clock } from "../base/clock.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { caller } from "./caller.ts";
import { type CalledBack, calledBackBook } from "./called-back.ts";
import { type CallbackCarrier, httpCarrier } from "./callback-carrier.ts";
import { callbacksAddress, placeOf } from "./callback-place.ts";
import { type CallbackVendor, statusesOf } from "./callback-vendor.ts";
import { callbackVendors, vendorWords } from "./callback-vendors.ts";
import type { ExpoReceipts } from "./expo-receipts.ts";
import { type MailRecord, withoutContent } from "./record.ts";
import { type PlannedSaying, sayingsOf, sayingText } from "./sayings.ts";
import type { Tellable, Telling } from "./telling.ts";
import { tellingProblems } from "./telling-problems.ts";
import { waits } from "./waits.ts";

/** What was begun by a telling. */
export interface Told {
  /** As they stand now, in the order in which they are told. */
  callbacks(): readonly CalledBack[];
  /** Resolves when each of them is at its end. Never rejects. */
  readonly done: Promise<readonly CalledBack[]>;
}

/** The other half of the vendors: what they tell later of what they took. */
export interface Callbacks {
  /** Where callbacks go, such as `http://127.0.0.1:4000/callbacks`, below which each vendor has its own address; undefined: nowhere. */
  readonly address: string | undefined;
  /** @throws BusbarError `INVALID_CONFIGURATION` when it is no address */
  goTo(address: string | undefined): void;
  /**
   * Lets the vendor of a message call back. Nobody waits for it: it goes on by itself, and is tried again where nobody takes it.
   * @throws BusbarError `INVALID_CONFIGURATION` when the vendor cannot tell this, or nobody has said where it goes
   */
  tell(message: MailRecord, telling: Telling): Told;
  /** The callbacks of a message, oldest first; of the newest messages alone. */
  of(messageId: string): readonly CalledBack[];
  /** What can be told of a message; undefined where its vendor tells nothing later. */
  tellable(message: Pick<MailRecord, "provider" | "channel">): Tellable | undefined;
}

export interface CallbacksOptions {
  readonly receipts: ExpoReceipts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** Milliseconds before each further try of a callback that nobody takes. */
  readonly retries: readonly number[];
  readonly carrier?: CallbackCarrier | undefined;
}

/** More than so many messages cannot wait to be told of. */
const mostWaiting = 200_000;

export function vendorCallbacks({
  receipts,
  clock,
  logger,
  stopping,
  retries,
  carrier = httpCarrier(stopping),
}: CallbacksOptions): Callbacks {
  const book = calledBackBook();
  const wait = waits(stopping);
  const call = caller({ carrier, clock, logger, stopping, wait, retries });
  let address: string | undefined;
  let waiting = 0;
  let numbered = 0;

  const placesOf = (message: MailRecord, vendor: CallbackVendor, sayings: readonly PlannedSaying[]): readonly string[] => {
    const found = sayings.map(({ saying }) => placeOf({ own: vendor.address(message, saying), path: vendor.path, callbacks: address }));
    const problems = found.flatMap((place) => ("problem" in place ? [place.problem] : []));
    if (problems.length > 0) throw cannotTell([...new Set(problems)]);
    return found.flatMap((place) => ("problem" in place ? [] : [place.place]));
  };

  /** Writes down what is to come, does it, and says when it is at its end. */
  const begin = (
    message: MailRecord,
    firsts: readonly CalledBack[],
    work: (write: (callback: CalledBack) => void) => Promise<void>,
  ): Told => {
    const callbacks = new Map<string, CalledBack>();
    const write = (callback: CalledBack): void => {
      callbacks.set(callback.id, callback);
      book.put(message.id, callback);
    };
    firsts.forEach(write);
    waiting += 1;
    const done = work(write)
      .catch((error: unknown) => logger.error({ message: message.id, error: messageOf(error) }, "the mailroom could not call back"))
      .then(() => {
        waiting -= 1;
        return [...callbacks.values()];
      });
    return { callbacks: () => [...callbacks.values()], done };
  };

  const firstOf = ({ saying, status }: PlannedSaying, { as }: Telling, to?: string): CalledBack => ({
    id: `c_${(numbered += 1)}`,
    says: sayingText(saying),
    ...(status === undefined ? {} : { status }),
    ...(as === undefined ? {} : { as }),
    ...(to === undefined ? {} : { to }),
    state: "waiting",
    tries: 0,
  });

  const tellReceipt = (message: MailRecord, planned: PlannedSaying, telling: Telling): Told => {
    const [ticket, first] = [message.messageId!, firstOf(planned, telling)];
    const delay = milliseconds(telling.delay ?? 0);
    if (delay > 0) receipts.say(ticket, { word: "pending" });
    return begin(message, [first], async (write) => {
      if (delay > 0) await wait(delay);
      receipts.say(ticket, planned.saying, () =>
        write({ ...first, state: "taken", tries: 1, at: new Date(clock.now()).toISOString(), answer: 200 }),
      );
    });
  };

  return {
    get address() {
      return address;
    },
    goTo(given) {
      const read = given === undefined ? { address: undefined } : callbacksAddress(given);
      if ("problem" in read) throw new BusbarError("INVALID_CONFIGURATION", "The mailroom cannot call back:", { problems: [read.problem] });
      address = read.address;
    },
    of: book.of,
    tellable({ provider, channel }) {
      const known = vendorWords[provider];
      return known && { statuses: statusesOf(known, channel), words: known.words, answers: known.answers, frauds: known.frauds };
    },
    tell(told, telling) {
      const message = withoutContent(told);
      const { provider, channel } = message;
      const [words, vendor] = [vendorWords[provider], callbackVendors[provider]];
      if (words === undefined) throw cannotTell([`${provider} tells nothing later`]);
      const problems = tellingProblems(message, words, telling);
      if (problems.length > 0) throw cannotTell(problems);
      if (waiting >= mostWaiting) throw cannotTell([`${mostWaiting} messages wait to be told of: no more can`]);

      const planned = sayingsOf(channel, words, telling, clock.now());
      if (vendor === undefined) return tellReceipt(message, planned[0]!, telling);
      const { as, times = 1, delay = 0 } = telling;
      const calls = placesOf(message, vendor, planned).flatMap((place, index) =>
        Array.from({ length: times }, () => ({
          vendor,
          message,
          place,
          as,
          saying: planned[index]!.saying,
          first: firstOf(planned[index]!, telling, place),
        })),
      );
      return begin(
        message,
        calls.map(({ first }) => first),
        async (write) => {
          if (delay !== 0) await wait(milliseconds(delay));
          for (const one of calls) await call({ ...one, write });
        },
      );
    },
  };
}

function cannotTell(problems: readonly string[]): BusbarError {
  return new BusbarError("INVALID_CONFIGURATION", "This cannot be told:", { problems });
}
