/** The part of Twilio's SDK that is used. Its own declarations name one client and hundreds of products. */
export interface TwilioSdk {
  readonly Twilio: new (user: string, secret: string, options: TwilioClientOptions) => TwilioClient;
}

export interface TwilioClientOptions {
  readonly accountSid: string;
  /** Empty: the address is `baseUrl` as it stands, whatever TWILIO_EDGE and TWILIO_REGION say. */
  readonly edge: "";
  readonly region: "";
  /** Sends the SDK's requests, in place of its own client: that one keeps the headers of an answer to itself. */
  readonly httpClient: { request(request: TwilioRequest): Promise<TwilioResponse> };
}

export interface TwilioRequest {
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
}

export interface TwilioResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** As text: the SDK parses it. */
  readonly body: string;
}

export interface TwilioClient {
  readonly api: { baseUrl: string };
  readonly messages: { create(message: TwilioMessage): Promise<unknown> };
}

export interface TwilioMessage {
  readonly to: string;
  readonly body?: string;
  /** In place of `body`: an approved text, and its variables as JSON. */
  readonly contentSid?: string;
  readonly contentVariables?: string;
  readonly from?: string;
  readonly messagingServiceSid?: string;
  /** Where Twilio tells how the message stands. */
  readonly statusCallback?: string;
}

let loaded: Promise<TwilioSdk> | undefined;

/** Loads the SDK on the first send: it costs some hundred milliseconds that importing busbar must not cost. Later sends share what was loaded. */
export function twilioSdk(): Promise<TwilioSdk> {
  loaded ??= load();
  // What failed once may work the next time.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

const silent: TwilioClientOptions["httpClient"] = { request: () => Promise.reject(new Error("this client sends nothing")) };

async function load(): Promise<TwilioSdk> {
  const sdk = (await import("twilio")).default as unknown as TwilioSdk;
  const accountSid = `AC${"0".repeat(32)}`;
  // A client loads most of the SDK when its messages are first looked at; that should not take the time of a try.
  void new sdk.Twilio(accountSid, "none", { accountSid, edge: "", region: "", httpClient: silent }).messages;
  return sdk;
}
