import { PermanentError } from "../../src/index.ts";

/** A purchase that a merchant has confirmed: its cashback belongs to the user. Amounts in rupees. */
export interface Hit {
  readonly id: string;
  readonly merchant: string;
  readonly cashback: number;
  /** What the user's wallet holds with it. */
  readonly balance: number;
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly phone?: string };
  readonly confirmedAt: string;
}

/** The affiliate networks that report purchases. */
export interface Affiliate {
  /**
   * Confirmed purchases that are not settled, the oldest first; an empty list when there are none.
   * @throws PermanentError when there is no such network
   */
  confirmed(network: string, options: { readonly count: number; readonly signal: AbortSignal }): Promise<readonly Hit[]>;
  /** Takes note that a purchase needs no further work: it is not reported again. */
  settle(network: string, hitId: string): Promise<void>;
}

const exampleHits: readonly Hit[] = [
  {
    id: "SA-770121",
    merchant: "Tarang Electronics",
    cashback: 312,
    balance: 630.5,
    user: { id: "usr_2077", name: "Kavya Reddy", email: "kavya.reddy@example.in", phone: "+919900112233" },
    confirmedAt: "2025-10-18T19:05:00Z",
  },
  {
    id: "SA-770134",
    merchant: "Bahar Home",
    cashback: 58.75,
    balance: 58.75,
    user: { id: "usr_2190", name: "Joseph Thomas", email: "joseph.thomas@example.in" },
    confirmedAt: "2025-10-18T20:41:00Z",
  },
];

/** One network, `saathi`, with a few invented purchases. */
export function memoryAffiliate(hits: readonly Hit[] = exampleHits): Affiliate {
  const settled = new Set<string>();
  return {
    async confirmed(network, { count, signal }) {
      signal.throwIfAborted();
      if (network !== "saathi") throw new PermanentError(`there is no affiliate network "${network}"`);
      return hits.filter(({ id }) => !settled.has(`${network}/${id}`)).slice(0, count);
    },
    async settle(network, hitId) {
      settled.add(`${network}/${hitId}`);
    },
  };
}
