/** A server did not do what it was asked for, or did not answer: exit code 1. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  /** The code of its problem; undefined where it answered none. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** The answer, or undefined where the server says that there is no such thing. */
export async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ServerError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
