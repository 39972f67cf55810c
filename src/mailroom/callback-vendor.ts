import type { DeliveryStatus } from "../define/status.ts";
import type { MailChannel, MailRecord } from "./record.ts";
import type { TellingFraud } from "./telling.ts";

/** What a vendor says of one message, once. */
export interface Saying {
  /** Told twice, it is the same: 24 hexadecimal digits, from which the vendor's own ids of it are made. */
  readonly id: string;
  /** When it happened, milliseconds since 1970. */
  readonly at: number;
  /** What the reader writes back; without it, `word` says what became of the message. */
  readonly answer?: string;
  readonly word?: string;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

/** How a vendor usually says a status. */
export type Wording = Pick<Saying, "answer" | "word" | "code" | "reason">;

/** What a vendor can say later of what it took. */
export interface VendorWords {
  /** The statuses that it can tell of a channel's messages, and how it says them. */
  wordings(channel: MailChannel): Readonly<Partial<Record<DeliveryStatus, Wording>>>;
  /** All its own words. */
  readonly words: readonly string[];
  /** Whether readers can write back. */
  readonly answers: boolean;
  /** What whoever checks its signature can find out; none, where it is asked and does not call. */
  readonly frauds: readonly TellingFraud[];
}

/** The other half of a vendor: what it calls back with. */
export interface CallbackVendor extends VendorWords {
  /** The body of the request that says it, byte for byte. */
  body(message: MailRecord, saying: Saying): CallbackBody;
  /** The address that the message itself names for it. Undefined: it goes to `path` below the address that callbacks have. */
  address(message: MailRecord, saying: Saying): string | undefined;
  readonly path: string;
  /** The signature, and what else stands in the head. */
  headers(request: SignedRequest): Readonly<Record<string, string>>;
  /** What is asked of an address before anything is told there; it must give back `answer`. */
  challenge?(address: string): { readonly url: string; readonly answer: string };
  /** Put behind `path`: what stands in for a signature. */
  secret?(forged: boolean): string;
}

export interface CallbackBody {
  readonly contentType: string;
  readonly text: string;
}

export interface SignedRequest {
  readonly url: string;
  readonly text: string;
  readonly saying: Saying;
  /** When it is signed, milliseconds since 1970. */
  readonly now: number;
  /** With a key that is not the right one. */
  readonly forged: boolean;
}

/** The statuses that a vendor can tell of a channel's messages. */
export function statusesOf(vendor: Pick<VendorWords, "wordings">, channel: MailChannel): readonly DeliveryStatus[] {
  return Object.keys(vendor.wordings(channel)) as DeliveryStatus[];
}

/** An object of what was asked for, however it was recorded. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

/** A text of what was asked for. */
export function textIn(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
