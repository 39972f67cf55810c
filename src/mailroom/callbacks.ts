import type { Clock } from "../base/clock.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import { type CalledBack, calledBackBook } from "./called-back.ts";
import { type CallbackCarrier, overHttp } from "./callback-carrier.ts";
import { callbacksAddress, type CallbackPlace, placeOf } from "./callback-place.ts";
import { challenger } from "./callback-challenge.ts";
import { callbackRequest } from "./callback-request.ts";
import { tryCallback } from "./callback-tries.ts";
import { type CallbackVendor, statusesOf } from "./callback-vendor.ts";
import { callbackVendors, vendorWords } from "./callback-vendors.ts";
import type { ExpoReceipts } from "./expo-receipts.ts";
import { type MailRecord, withoutContent } from "./record.ts";
import { type PlannedSaying, sayingsOf, sayingText } from "./sayings.ts";
import { slots } from "./slots.ts";
import { type Tellable, type Telling, tellingProblems } from "./telling.ts";

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

/** So many requests are under way at once. */
const mostAtOnce = 16;
/** More than so many messages cannot wait to be told of. */
const mostWaiting = 200_000;

export function vendorCallbacks({ receipts, clock, logger, stopping, retries, carrier = overHttp }: CallbacksOptions): Callbacks {
  const book = calledBackBook();
  const inTurn = slots(mostAtOnce);
  const confirm = challenger(carrier, stopping);
  let address: string | undefined;
  let waiting = 0;
  let numbered = 0;
  let troubled = false;

  const warn = (callback: CalledBack): void => {
    // Each message of many may have the same trouble: once is enough for a log.
    if (callback.state === "failed" && !troubled)
      logger.warn({ to: callback.to, problem: callback.problem }, "the mailroom's callbacks are not taken, and were given up");
    troubled = callback.state === "failed";
  };

  const callBack = async (
    message: MailRecord,
    vendor: CallbackVendor,
    { saying, first, place }: Prepared,
    { as }: Telling,
  ): Promise<void> => {
    let callback = first;
    const send = () =>
      inTurn(async () => {
        if (as === undefined) await confirm(vendor, place.sent);
        return carrier(callbackRequest(vendor, { message, saying, place, as, now: clock.now() }), stopping);
      });
    await tryCallback({
      send,
      retries: as === undefined ? retries : [],
      stopping,
      onTry(result, again) {
        const { problem: _problem, answer: _answer, ...known } = callback;
        const at = new Date(clock.now()).toISOString();
        callback = { ...known, ...result, state: again ? "waiting" : result.state, tries: callback.tries + 1, at };
        book.put(message.id, callback);
        if (!again) warn(callback);
      },
    });
  };

  const prepare = (
    message: MailRecord,
    planned: readonly PlannedSaying[],
    { as }: Telling,
    placed: (one: PlannedSaying) => CallbackPlace | undefined,
  ) =>
    planned.map((one): Prepared => {
      const place = placed(one);
      const first: CalledBack = {
        id: `c_${(numbered += 1)}`,
        says: sayingText(one.saying),
        ...(one.status === undefined ? {} : { status: one.status }),
        ...(as === undefined ? {} : { as }),
        ...(place === undefined ? {} : { to: place.called }),
        state: "waiting",
        tries: 0,
      };
      book.put(message.id, first);
      return { saying: one.saying, first, place: place! };
    });

  /** Runs what was begun, and says when it is at its end. */
  const begin = (message: MailRecord, prepared: readonly Prepared[], work: () => Promise<void>): Told => {
    const ids = new Set(prepared.map(({ first }) => first.id));
    const callbacks = (): readonly CalledBack[] => book.of(message.id).filter(({ id }) => ids.has(id));
    waiting += 1;
    const done = work()
      .catch((error: unknown) => logger.error({ message: message.id, error: messageOf(error) }, "the mailroom could not call back"))
      .then(() => {
        waiting -= 1;
        return callbacks();
      });
    return { callbacks, done };
  };

  const tellExpo = (message: MailRecord, telling: Telling): Told => {
    const [planned] = sayingsOf(message.channel, vendorWords.expo!, telling, clock.now());
    const [prepared] = prepare(message, [planned!], telling, () => undefined);
    const { saying, first } = prepared!;
    const onAsked = (): void =>
      book.put(message.id, { ...first, state: "taken", tries: 1, at: new Date(clock.now()).toISOString(), answer: 200 });
    const delay = milliseconds(telling.delay ?? 0);
    if (delay > 0) receipts.say(message.messageId!, { word: "pending" }, () => undefined);
    return begin(message, [prepared!], async () => {
      if (delay > 0) await pause(delay, stopping);
      receipts.say(message.messageId!, saying, onAsked);
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
      const words = vendorWords[provider];
      return words && { statuses: statusesOf(words, channel), words: words.words, answers: words.answers, frauds: words.frauds };
    },
    tell(told, telling) {
      const message = withoutContent(told);
      const { provider, channel } = message;
      const words = vendorWords[provider];
      const problems = words === undefined ? [`${provider} tells nothing later`] : tellingProblems(message, words, telling);
      if (problems.length > 0 || words === undefined) throw cannotTell(problems);
      const vendor = callbackVendors[provider];
      if (vendor === undefined) return tellExpo(message, telling);

      const planned = sayingsOf(channel, words, telling, clock.now());
      const places = planned.map(({ saying }) => placeOf({ own: vendor.address(message, saying), path: vendor.path, callbacks: address }));
      const nowhere = places.flatMap((place) => ("problem" in place ? [place.problem] : []));
      if (nowhere.length > 0) throw cannotTell([...new Set(nowhere)]);
      if (waiting >= mostWaiting) throw cannotTell([`${mostWaiting} messages wait to be told of: no more can`]);
      const each = Array.from({ length: telling.times ?? 1 });
      const prepared = prepare(
        message,
        planned.flatMap((one) => each.map(() => one)),
        telling,
        (one) => places[planned.indexOf(one)] as CallbackPlace,
      );
      return begin(message, prepared, async () => {
        if (telling.delay !== undefined) await pause(milliseconds(telling.delay), stopping);
        for (const one of prepared) await callBack(message, vendor, one, telling);
      });
    },
  };
}

interface Prepared extends Pick<PlannedSaying, "saying"> {
  /** As it stands before its first try. */
  readonly first: CalledBack;
  readonly place: CallbackPlace;
}

function cannotTell(problems: readonly string[]): BusbarError {
  return new BusbarError("INVALID_CONFIGURATION", "This cannot be told:", { problems });
}
