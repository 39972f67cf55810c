/** The vendor's SDK, as far as it is used here. Its own declarations mix `export =` with named exports, which strict ESM cannot read. */
interface Sdk {
  readonly Client: new () => { setApiKey(key: string): void; setDefaultRequest(name: string, value: unknown): void };
  readonly MailService: new () => SendgridMailService & { setClient(client: object): void };
}

export interface SendgridMailService {
  send(mail: object): Promise<[{ statusCode: number; headers: Record<string, string>; body: unknown }]>;
}

const { Client } = (await import("@sendgrid/client")).default as unknown as Sdk;
const { MailService } = (await import("@sendgrid/mail")).default as unknown as Sdk;

/** SendGrid's own client, told another address than SendGrid's and nothing else. */
export function sendgridSdk(url: string, options: { readonly key?: string; readonly timeout?: number } = {}): SendgridMailService {
  const client = new Client();
  client.setApiKey(options.key ?? "SG.test");
  client.setDefaultRequest("baseUrl", `${url}/`);
  client.setDefaultRequest("proxy", false);
  if (options.timeout !== undefined) client.setDefaultRequest("timeout", options.timeout);
  const service = new MailService();
  service.setClient(client);
  return service;
}
