import { AssertionError } from "node:assert";
import type { CalledBack } from "../mailroom/called-back.ts";
import type { Callbacks } from "../mailroom/callbacks.ts";
import { type MessageFilter, messageTest } from "../mailroom/message-filter.ts";
import type { MailRecord } from "../mailroom/record.ts";
import type { Telling } from "../mailroom/telling.ts";
import { table } from "./table.ts";
import type { TestMessage } from "./test-message.ts";

/** What a provider is to tell of a message. In a test it comes at once: what is to be late comes after `clock.advance`. */
export type TestTelling = Omit<Telling, "delay">;

/** Which message: one that was accepted, or what the newest one that is meant is like. */
export type WhichMessage = TestMessage | MessageFilter;

export interface CallBackOptions {
  readonly callbacks: Pick<Callbacks, "tell">;
  /** What was accepted, oldest first. */
  readonly records: readonly MailRecord[];
  readonly recordOf: (message: WhichMessage) => MailRecord | undefined;
}

/** Lets a provider call back, and looks that what is genuine was taken. */
export async function callBack(which: WhichMessage, telling: TestTelling, options: CallBackOptions): Promise<readonly CalledBack[]> {
  const { callbacks, records, recordOf } = options;
  const record = recordOf(which) ?? records.findLast(messageTest(which as MessageFilter));
  if (record === undefined) throw failure(`no message is like ${JSON.stringify(which)}.\n${listed(records)}`);
  const told = await callbacks.tell(record, telling).done;
  const lost = telling.as === undefined ? told.filter(({ state }) => state === "refused" || state === "failed") : [];
  if (lost.length > 0)
    throw failure(
      `the bus did not take it:\n${table(lost.map(({ says, to = "", answer, problem = `answered ${answer}` }) => ({ says, to, problem })))}`,
    );
  return told;
}

function failure(message: string): AssertionError {
  return new AssertionError({ message: `mailroom.callBack: ${message}`, operator: "callBack", stackStartFn: callBack });
}

function listed(records: readonly MailRecord[]): string {
  if (records.length === 0) return "No message was accepted.";
  const rows = records.map(({ provider, channel, to, subject, text = "" }) => ({
    provider,
    channel,
    to: to.join(", "),
    message: subject ?? text.slice(0, 60),
  }));
  return `Messages (${records.length}):\n${table(rows)}`;
}
