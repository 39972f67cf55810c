/**
 * Messages whose receipts are asked for, because their provider does not call back. Each waits for a time, and is there until it is removed.
 */
export interface DueReceipts {
  /** Added again, it waits for the new time. */
  add(provider: string, receipts: readonly DueReceipt[], due: number): Promise<void>;
  /** Those that are due, the first ones first. */
  due(provider: string, selection: { readonly now: number; readonly count: number }): Promise<readonly DueReceipt[]>;
  remove(provider: string, receipts: readonly DueReceipt[]): Promise<void>;
}

export interface DueReceipt {
  /** The provider's id of the message. */
  readonly messageId: string;
  /** Of its delivery. */
  readonly reference: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}
