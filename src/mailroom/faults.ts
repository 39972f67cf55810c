import { randomBytes } from "node:crypto";
import { BusbarError } from "../base/errors.ts";
import { isTurn } from "./even-share.ts";
import { type Fault, faultProblems, type FaultStage } from "./fault.ts";
import { isRecipient } from "./recipient.ts";
import type { MailProvider } from "./record.ts";

/** A fault that waits for requests to strike. */
export interface WaitingFault {
  readonly id: string;
  readonly provider: MailProvider;
  readonly fault: Fault;
  /** How many requests it will still strike. */
  readonly left: number;
}

export interface FaultQuery {
  /** Whom the request is for. */
  readonly to: readonly string[];
  /** Default `data`. */
  readonly stage?: FaultStage;
}

/** The faults that wait, in the order in which they were scripted. */
export interface Faults {
  list(): WaitingFault[];
  /**
   * Adds a fault behind those that wait.
   * @throws BusbarError `INVALID_CONFIGURATION` when the fault makes no sense for the provider
   */
  add(provider: MailProvider, fault: Fault): WaitingFault;
  /** Takes a fault back. False: it waits no more. */
  lift(id: string): boolean;
  /** Takes all of them back. */
  clear(): void;
}

export interface FaultScript extends Faults {
  /** The fault that strikes this request, if any; one of its times is used up. */
  take(provider: MailProvider, request: FaultQuery): Fault | undefined;
}

export function faultScript(): FaultScript {
  interface Entry {
    readonly id: string;
    readonly provider: MailProvider;
    readonly fault: Fault;
    left: number;
    /** The requests that it could have struck. */
    met: number;
  }
  let waiting: Entry[] = [];
  const lift = (id: string): boolean => {
    const before = waiting.length;
    waiting = waiting.filter((entry) => entry.id !== id);
    return waiting.length < before;
  };
  const isFor = ({ fault }: Entry, { to, stage = "data" }: FaultQuery): boolean =>
    (fault.stage ?? "data") === stage && (fault.to === undefined || to.some((address) => isRecipient(fault.to!, address)));
  return {
    list: () => waiting.map(({ id, provider, fault, left }) => ({ id, provider, fault, left })),
    add(provider, fault) {
      const problems = faultProblems(provider, fault);
      if (problems.length > 0)
        throw new BusbarError("INVALID_CONFIGURATION", `This fault of ${provider} cannot be scripted:`, { problems });
      const left = fault.times ?? (fault.share === undefined ? 1 : Infinity);
      const id = `f_${randomBytes(6).toString("hex")}`;
      waiting.push({ id, provider, fault, left, met: 0 });
      return { id, provider, fault, left };
    },
    lift,
    clear() {
      waiting = [];
    },
    take(provider, request) {
      const entry = waiting.find((one) => one.provider === provider && isFor(one, request) && isTurn((one.met += 1), one.fault.share));
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left < 1) lift(entry.id);
      return entry.fault;
    },
  };
}
