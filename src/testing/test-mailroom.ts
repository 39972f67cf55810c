import type { Clock } from "../base/clock.ts";
import { BusbarError } from "../base/errors.ts";
import type { PushSubscription } from "../define/push-address.ts";
import { browser } from "../mailroom/browser.ts";
import type { CallbackCarrier } from "../mailroom/callback-carrier.ts";
import type { CalledBack } from "../mailroom/called-back.ts";
import type { Fault } from "../mailroom/fault.ts";
import { startMailroom } from "../mailroom/mailroom.ts";
import { type MailProvider, mailProviders, type MailRecord } from "../mailroom/record.ts";
import { callBack, type TestTelling, type WhichMessage } from "./call-back.ts";
import { testCallbacks } from "./callbacks-into-bus.ts";
import { messageFrom, type TestMessage } from "./test-message.ts";

/** How a scripted fault is to strike. */
export type FailOptions = Pick<Fault, "times" | "share" | "to" | "delay" | "retryAfter" | "message" | "stage">;

/** What is to go wrong: the code of an answer, or one of these words. */
export type TestFault = number | "timeout" | "reset" | "bounce";

/** The mailroom of a test bus: it stands in for all providers, on ports of its own. */
export interface TestMailroom {
  /**
   * Lets the next messages fail at a provider. Faults strike in the order in which they were scripted.
   * @param provider of e-mail `sendgrid`, which is tried first, or `smtp`, which takes over; `twilio` and `msg91` of SMS; `meta` and
   * `twilio` of WhatsApp; `fcm`, `expo` and `webpush` of push; `webhook`
   * @param fault the HTTP status or SMTP code of the answer, 400–599; `"timeout"`: it never answers, and the try gives up
   * after the bus's `providerTimeout`; `"reset"`: it accepts the message, and the answer is lost; `"bounce"`: the address is dead, in
   * the vendor's own words (not of `sendgrid`, which tells of it later)
   * @returns a function that lifts the fault
   * @throws BusbarError `INVALID_CONFIGURATION` when the provider is not known or cannot fail like that
   */
  fail(provider: MailProvider, fault: TestFault, options?: FailOptions): () => void;
  /**
   * Lets the provider of a message tell what became of it, or its reader answer. Drains before and after: what follows from it is done.
   * @param which a message, or what the newest one that is meant is like: `{ to: "+919845012345", channel: "sms" }`
   * @param telling `{ status: "delivered" }`, one or several, told in that order; `{ answer: "STOP" }`; `{ word }` in the vendor's own words; with
   * `code`, `reason`, `times`, and `as: "forged" | "altered" | "replayed"` for one that is not genuine. Expo is asked and does not call: its receipt says so from now on
   * @returns the callbacks with their answers: of a genuine one 200, of another 403
   * @throws AssertionError when no message is so, or a genuine one was not taken; BusbarError `INVALID_CONFIGURATION` when the provider cannot tell this
   */
  callBack(which: WhichMessage, telling: TestTelling): Promise<readonly CalledBack[]>;
  /** A browser's subscription to push messages, to be the address of a push (`JSON.stringify` it): what is sent to it can be read. */
  subscription(): PushSubscription;
  /** What was accepted, oldest first. */
  messages(): readonly TestMessage[];
}

export interface RunningMailroom extends TestMailroom {
  /** Where it listens, for the bus. */
  readonly places: { readonly url: string; readonly smtp: { readonly host: string; readonly port: number } };
  /** The newest message of a delivery. */
  messageOf(deliveryId: string): TestMessage | undefined;
  stop(): Promise<void>;
}

/** Starts a mailroom that remembers every message, however many, and whose callbacks are brought by `carrier`. */
export async function startTestMailroom(clock: Clock, carrier?: CallbackCarrier): Promise<RunningMailroom> {
  const mailroom = await startMailroom({ clock, retries: [], ...(carrier === undefined ? {} : { carrier, callbacks: testCallbacks }) });
  const { callbacks } = mailroom;
  const messages: TestMessage[] = [];
  const records = new Map<TestMessage, MailRecord>();
  const byDelivery = new Map<string, TestMessage>();
  mailroom.inbox.on("message", ({ id }) => {
    const record = mailroom.inbox.get(id)!;
    const message = messageFrom(record);
    messages.push(message);
    records.set(message, record);
    if (message.deliveryId !== undefined) byDelivery.set(message.deliveryId, message);
  });
  return {
    places: { url: mailroom.url, smtp: mailroom.smtp },
    fail: (provider, fault, options = {}) => mailroom.fail(checkedProvider(provider), { ...faultOf(provider, fault), ...options }),
    callBack: (which, telling) =>
      callBack(which, telling, { callbacks, records: [...records.values()], recordOf: (message) => records.get(message as TestMessage) }),
    subscription: () => mailroom.subscription(),
    messages: () => [...messages],
    messageOf: (deliveryId) => byDelivery.get(deliveryId),
    stop: () => mailroom.stop(),
  };
}

/** A mailroom whose messages are looked for when everything that was published has become one; what is told of them is applied. */
export function withDrains({ callBack: call, ...others }: TestMailroom, drain: () => Promise<unknown>): TestMailroom {
  return {
    ...others,
    async callBack(which, telling) {
      await drain();
      const told = await call(which, telling);
      await drain();
      return told;
    },
  };
}

/** In the place of a mailroom, where nothing is sent. */
export function noMailroom(): TestMailroom {
  return {
    fail() {
      throw new BusbarError("INVALID_CONFIGURATION", 'A test bus with deliver: "record" sends nothing, so no provider can fail.');
    },
    async callBack() {
      throw new BusbarError("INVALID_CONFIGURATION", 'A test bus with deliver: "record" sends nothing, so no provider can call back.');
    },
    subscription: () => browser().subscription("https://push.example.com"),
    messages: () => [],
  };
}

function checkedProvider(provider: MailProvider): MailProvider {
  if (mailProviders.includes(provider)) return provider;
  throw new BusbarError(
    "INVALID_CONFIGURATION",
    `mailroom.fail: there is no provider ${JSON.stringify(provider)}: it is one of ${mailProviders.join(", ")}.`,
  );
}

function faultOf(provider: MailProvider, fault: TestFault): Fault {
  if (fault === "timeout") return { hang: true };
  if (fault === "reset") return { resetAfterAccept: true };
  if (fault === "bounce") return { bounce: true };
  if (typeof fault === "number") return provider === "smtp" ? { smtpCode: fault } : { status: fault };
  throw new BusbarError(
    "INVALID_CONFIGURATION",
    `mailroom.fail: ${JSON.stringify(fault)} is no fault: give a code from 400 to 599, "timeout", "reset", or "bounce".`,
  );
}
