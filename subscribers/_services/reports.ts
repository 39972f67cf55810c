export type ReportKind = "sales" | "refunds";

/** One day of a report. The amount is in rupees. */
export interface ReportDay {
  readonly date: string;
  readonly count: number;
  readonly amount: number;
}

/** The figures of the shop. */
export interface Reports {
  /** What happened on a day, such as `2025-10-17`. */
  day(kind: ReportKind, date: string): Promise<ReportDay>;
}

/** Invented figures that are the same whenever they are asked for. */
export function memoryReports(): Reports {
  return {
    async day(kind, date) {
      const seed = Math.floor(Date.parse(date) / 86_400_000);
      const count = kind === "sales" ? 80 + ((seed * 31) % 60) : (seed * 7) % 9;
      return { date, count, amount: count * (kind === "sales" ? 742 : 1_018) };
    },
  };
}
