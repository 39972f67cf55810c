import { type Duration, milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { type DeliveryStatus, deliveryStatuses } from "../define/status.ts";
import { isTurn } from "./even-share.ts";
import type { Telling } from "./telling.ts";

/** What vendors tell by themselves of each message that they took. */
export interface AutomaticCallbacks {
  /** So long after it was taken. Default 1 s. */
  readonly after?: Duration;
  /** Default `delivered`. What a vendor cannot tell of a channel's messages is left out. */
  readonly status?: DeliveryStatus | readonly DeliveryStatus[];
  /** This share of the messages, evenly, is told of twice: 0 to 1. Default 0. */
  readonly doubled?: number;
  /** This share is told of out of order, the last status first. Default 0. */
  readonly outOfOrder?: number;
}

/** Everything that keeps it from being so, one sentence each. Pure. */
export function automaticProblems({ after = 0, status = [], ...shares }: AutomaticCallbacks): string[] {
  const problems = [status]
    .flat()
    .flatMap((one) =>
      deliveryStatuses.includes(one) ? [] : [`automatic.status must be of ${deliveryStatuses.join(", ")}, not ${JSON.stringify(one)}`],
    );
  for (const [name, share] of Object.entries(shares)) {
    if (typeof share !== "number" || !(share >= 0 && share <= 1)) problems.push(`automatic.${name} must be from 0 to 1, not ${share}`);
  }
  try {
    milliseconds(after, "automatic.after");
  } catch (error) {
    problems.push(messageOf(error));
  }
  return problems;
}

/** What is told of one message after the other, of those statuses that its vendor knows; undefined where that is none. */
export function automaticTellings(options: Omit<AutomaticCallbacks, "after">): (known: readonly DeliveryStatus[]) => Telling | undefined {
  const { status = "delivered", doubled = 0, outOfOrder = 0 } = options;
  const wanted = [status].flat();
  let told = 0;
  return (known) => {
    const statuses = wanted.filter((one) => known.includes(one));
    if (statuses.length === 0) return undefined;
    told += 1;
    // Counted from another beginning, so that those are not the same messages.
    const turned = isTurn(told + 3, outOfOrder) ? statuses.toReversed() : statuses;
    return { status: turned, ...(isTurn(told, doubled) ? { times: 2 } : {}) };
  };
}
