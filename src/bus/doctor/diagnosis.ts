/** One thing that the doctor looked at. */
export interface Diagnosis {
  /** `error`: messages are lost, late or not sent. `warning`: they may be one day, or it could not be seen. */
  readonly level: "ok" | "warning" | "error";
  /** What was looked at, in a word or two, such as `connection` or `dead letters`. */
  readonly about: string;
  /** One sentence. */
  readonly message: string;
  /** What to do, in one line; absent where nothing is to be done. */
  readonly fix?: string;
}

export const ok = (about: string, message: string): Diagnosis => ({ level: "ok", about, message });
export const warning = (about: string, message: string, fix: string): Diagnosis => ({ level: "warning", about, message, fix });
export const error = (about: string, message: string, fix: string): Diagnosis => ({ level: "error", about, message, fix });
