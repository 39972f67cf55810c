/** What was sold in a month. The revenue is in cents. */
export interface Report {
  readonly month: string;
  readonly orders: number;
  readonly revenue: number;
}

const saved = new Map<string, Report>();

/**
 * What handlers are given to work with. These live in memory, so that everything runs at once: put your database, or the client of
 * an API, in their place.
 */
export const services = {
  orders: {
    /** What each order of a month came to, in cents. */
    amountsOf: async (_month: string): Promise<readonly number[]> => [1_990, 4_900, 1_250],
  },
  reports: {
    /** Keeps a report; there is one a month. */
    save: async (report: Report): Promise<void> => void saved.set(report.month, report),
    find: async (month: string): Promise<Report | undefined> => saved.get(month),
  },
};
