/** The part of SendGrid's SDK that is used. Its own declarations mix `export =` with named exports, which strict ESM cannot read. */
export interface SendgridSdk {
  readonly Client: new () => SendgridClient;
  readonly MailService: new () => SendgridMailService;
}

export interface SendgridClient {
  setDefaultHeader(name: string, value: string): void;
  /** Anything that axios takes is handed through, `baseUrl` apart, which the SDK renames. */
  setDefaultRequest(defaults: Readonly<Record<string, unknown>>): void;
}

export interface SendgridMailService {
  setClient(client: SendgridClient): void;
  send(mail: SendgridMail): Promise<[{ statusCode: number; headers: Record<string, unknown>; body: unknown }, unknown]>;
}

export interface SendgridMail {
  readonly from: { readonly email: string; readonly name?: string };
  readonly to: string;
  readonly subject: string;
  readonly content: readonly { readonly type: "text/plain" | "text/html"; readonly value: string }[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly customArgs: Readonly<Record<string, string>>;
}

let loaded: Promise<SendgridSdk> | undefined;

/**
 * Loads the SDK, with axios, on the first send: it costs some hundred milliseconds that importing busbar must not cost. Later sends
 * share what was loaded: even an `import()` of what is there asks the loader each time.
 */
export function sendgridSdk(): Promise<SendgridSdk> {
  loaded ??= load();
  // What failed once may work the next time.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

async function load(): Promise<SendgridSdk> {
  const [client, mail] = await Promise.all([import("@sendgrid/client"), import("@sendgrid/mail")]);
  const { Client } = client.default as unknown as Pick<SendgridSdk, "Client">;
  const { MailService } = mail.default as unknown as Pick<SendgridSdk, "MailService">;
  return { Client, MailService };
}
