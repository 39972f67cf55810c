import type { Clock } from "../base/clock.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { unknownOptions } from "../define/names.ts";
import { durationProblems } from "../define/policy.ts";
import type { SendResult } from "./channel.ts";
import type { CountryOf } from "./sms-countries.ts";

/** So many messages in each stretch of time, which begin by the clock: `1h` on the hour, `1d` at midnight (UTC). `false`: any number. */
export type SmsCap = { readonly max: number; readonly per: Duration } | false;

/** How many SMS may go to one number, and to all numbers of one country: against a form that somebody fills in a thousand times. */
export interface SmsCaps {
  /** Default: any number. */
  readonly recipient?: SmsCap;
  /** Default: any number. */
  readonly country?: SmsCap;
}

/** What is counted together. */
export interface CountedPlace {
  readonly scope: keyof SmsCaps;
  /** A number, or a country's code; of a number that several countries can have, all of their codes. */
  readonly name: string;
  /** The number of the stretch of time, from 1970 on. */
  readonly stretch: number;
  /** How long one is, milliseconds. */
  readonly per: number;
}

/**
 * Counts what was sent, over all processes.
 *
 * The contract:
 * - `take` counts one more and says true, or counts nothing and says false where there are `max` already. It rejects where that is not known.
 * - `giveBack` takes away what was counted and was not sent after all.
 */
export interface SmsCounts {
  take(place: CountedPlace, max: number): Promise<boolean>;
  giveBack(place: CountedPlace): Promise<void>;
}

export interface CapsOptions {
  readonly caps: SmsCaps;
  readonly counts: SmsCounts;
  readonly countries: () => Promise<CountryOf>;
  readonly clock: Clock;
}

/** In the place of a provider, where a message was not handed to one. */
const source = "caps";
/** Redis did not count. */
const countAgainMs = 1_000;

const variables = { recipient: "SMS_CAP_RECIPIENT", country: "SMS_CAP_COUNTRY" } as const;

/** Sends unless a cap is reached. What is known not to have been accepted does not count; what may have been does. Does not throw. */
export function smsCaps({
  caps,
  counts,
  countries,
  clock,
}: CapsOptions): (number: string, send: () => Promise<SendResult>) => Promise<SendResult> {
  const placesOf = async (number: string): Promise<readonly (readonly [CountedPlace, Exclude<SmsCap, false>])[]> => {
    const place = (scope: keyof SmsCaps, name: string, cap: SmsCap | undefined) => {
      if (cap === undefined || cap === false) return [];
      const per = milliseconds(cap.per);
      return [[{ scope, name, stretch: Math.floor(clock.now() / per), per }, cap] as const];
    };
    const country = caps.country ? (await countries())(number).toSorted().join(" or ") : "";
    return [...place("recipient", number, caps.recipient), ...place("country", country || "no country", caps.country)];
  };

  return async (number, send) => {
    const taken: CountedPlace[] = [];
    // A count that stays too high for a while keeps a message back; it harms nobody else.
    const giveBack = () => Promise.allSettled(taken.map((place) => counts.giveBack(place)));
    try {
      for (const [place, cap] of await placesOf(number)) {
        if (!(await counts.take(place, cap.max))) {
          await giveBack();
          return { provider: source, outcome: { kind: "reject", reason: reasonOf(place, cap) } };
        }
        taken.push(place);
      }
    } catch (error) {
      await giveBack();
      return { provider: source, outcome: { kind: "retry", reason: `it could not be counted: ${messageOf(error)}`, after: countAgainMs } };
    }
    const result = await send();
    if (result.outcome.kind !== "sent" && result.outcome.kind !== "unknown") await giveBack();
    return result;
  };
}

function reasonOf({ scope, name }: CountedPlace, { max, per }: Exclude<SmsCap, false>): string {
  const whom = scope === "recipient" ? "this number" : `numbers of ${name}`;
  const time = typeof per === "number" ? `${per} ms` : per;
  return `${max} SMS have gone to ${whom} in this ${time}, and channels.sms.caps.${scope} (${variables[scope]}) allows no more`;
}

/** What is wrong with caps, one sentence each, without the place where they stand. Pure. */
export function capProblems(caps: SmsCaps): string[] {
  if (typeof caps !== "object" || caps === null) return ["caps: must be { recipient, country }, each { max, per } or false"];
  return [
    ...unknownOptions(caps, ["recipient", "country"]).map((problem) => `caps: ${problem}`),
    ...Object.entries(variables).flatMap(([scope]) => {
      const cap = caps[scope as keyof SmsCaps];
      if (cap === undefined || cap === false) return [];
      const { max, per } = cap ?? {};
      const time = durationProblems(`caps.${scope}.per`, per);
      return [
        ...(Number.isInteger(max) && max >= 1 ? [] : [`caps.${scope}.max: must be a whole number from 1, not ${max}`]),
        ...time,
        ...(time.length === 0 && !(per !== undefined && milliseconds(per) >= 1_000)
          ? [`caps.${scope}.per: must be a second or more, such as "1h"`]
          : []),
      ];
    }),
  ];
}
