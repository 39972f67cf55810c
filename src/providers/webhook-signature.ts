export interface SignatureOptions {
  /** The delivery's id: the same at every try, so that the receiver knows a repeated one. */
  readonly id: string;
  /** When this try is made, milliseconds since 1970. */
  readonly at: number;
  readonly body: string;
  /** Those that are live: while they are rotated, the receiver knows one of several. */
  readonly secrets: readonly string[];
}

export type SignatureHeaders = Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>>;

/** Even an `import()` of what is there asks the loader each time. */
let loaded: Promise<typeof import("standardwebhooks")> | undefined;

/** The three headers of Standard Webhooks 1.0, with a signature by each secret, in their order. */
export async function signatureHeaders({ id, at, body, secrets }: SignatureOptions): Promise<SignatureHeaders> {
  const { Webhook } = await (loaded ??= import("standardwebhooks"));
  const time = new Date(at);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at / 1_000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret.trim()).sign(id, time, body)).join(" "),
  };
}
