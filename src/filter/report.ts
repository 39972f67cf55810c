export interface Told {
  /** The vendor's words for it. */
  readonly vendor?: string;
  /** The rest of the path, such as `.numeric`. */
  readonly at?: string;
}

/** Takes what is wrong with a value. */
export type Report = (problem: string, told?: Told) => void;

/** Reports of what stands deeper. */
export function within(report: Report, at: string): Report {
  return (problem, told = {}) => report(problem, { ...told, at: `${at}${told.at ?? ""}` });
}

/** Which language a pattern is written in. */
export interface Dialect {
  /**
   * `eventbridge` is the language of EventBridge rules and of event-ruler. `sns` is that of the filter policies of SNS subscriptions: fewer operators,
   * limits of its own, numbers compared after five decimals, and `{}` for everything. Default: `eventbridge`.
   */
  readonly dialect?: "eventbridge" | "sns";
  /** Of `sns`: what a policy is about. Attributes have nothing in them, so its policies do not nest. Default: `MessageAttributes`, as in SNS. */
  readonly scope?: "MessageAttributes" | "MessageBody";
}
