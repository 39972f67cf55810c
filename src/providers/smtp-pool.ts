import type { Readable } from "node:stream";

export interface SmtpMail {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SmtpPool {
  /** Hands one mail to a free connection. `contentLeft` says whether the server has asked for the content and got a part of it. */
  send(mail: SmtpMail, signal: AbortSignal): { readonly messageId: Promise<string>; readonly contentLeft: () => boolean };
  close(): void;
}

export interface SmtpPoolOptions {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Milliseconds, for each phase of a connection; the whole try has the caller's deadline. */
  readonly timeout: number;
  readonly connections: number;
  /** The server is on this machine, where TLS protects nothing. */
  readonly local: boolean;
}

/** Loads nodemailer and makes a pool of connections; none is opened before the first mail. */
export async function smtpPool({ host, port, secure, user, password, timeout, connections, local }: SmtpPoolOptions): Promise<SmtpPool> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure,
    ignoreTLS: local && !secure,
    // A password never travels in the clear; without one, STARTTLS is used where it is offered.
    requireTLS: !local && !secure && password !== undefined,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    maxConnections: connections,
    // The worker retries, and counts what it does.
    maxRequeues: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const contents = new WeakMap<AbortSignal, Readable>();
  // The content is made into a stream for each mail and read only when the server has answered DATA; `processFunc` shows it to us.
  transport.use("stream", ({ data, message }, done) => {
    message?.processFunc((content) => {
      if (data.signal !== undefined) contents.set(data.signal, content as Readable);
      return content;
    });
    done();
  });
  return {
    send: (mail, signal) => ({
      messageId: transport.sendMail({ ...mail, headers: { ...mail.headers }, signal }).then((info) => info.messageId),
      contentLeft: () => contents.get(signal)?.readableDidRead === true,
    }),
    close: () => transport.close(),
  };
}
