import type { AddressInfo, Socket } from "node:net";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import type { Fault, FaultStage } from "./fault.ts";
import type { FaultScript } from "./faults.ts";
import { headerOf, parseMail } from "./mime.ts";
import type { Door, MailDraft, MessageParts, Recorder } from "./record.ts";

export interface SmtpDoorOptions {
  readonly record: Recorder;
  readonly faults: FaultScript;
  readonly logger: Logger;
  /** Aborts when the mailroom stops: nothing is answered late any more. */
  readonly stopping: AbortSignal;
}

/** The largest message: 30 MB, as for SendGrid. */
const maxBytes = 30 * 1024 * 1024;

/**
 * An SMTP server that takes every message for every address. Any login is right, and none is needed; there is no TLS. The life of a
 * message: collect → parse → decide → record → answer. A message that was cut off before its last dot never was one: it is not recorded.
 */
export function smtpDoor({ record, faults, logger, stopping }: SmtpDoorOptions): Door {
  const sockets = new Map<number, Socket>(); // by the client's port, which is how a session is told

  /** The refusal that a scripted fault of this stage asks for, once it is recorded. */
  const strike = (stage: FaultStage, parts: MessageParts): { readonly fault?: Fault; readonly error?: Error } => {
    const fault = faults.take("smtp", { stage, to: parts.to });
    const refused = fault === undefined ? undefined : scriptedRefusal(fault);
    if (fault === undefined || refused === undefined) return {};
    return { fault, error: refusal(record, { ...parts, size: 0 }, refused) };
  };

  const server = new SMTPServer({
    name: "mailroom.localhost",
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    disableReverseLookup: true,
    size: maxBytes,
    logger: false,
    onAuth(auth, session, callback) {
      guard(callback, () => {
        const { fault, error } = strike("login", partsOfSession(session));
        late(fault, () => (error ? callback(error) : callback(null, { user: auth.username ?? "anonymous" })));
      });
    },
    onRcptTo({ address }, session, callback) {
      guard(callback, () => {
        const { fault, error } = strike("recipient", { ...partsOfSession(session), to: [address] });
        late(fault, () => callback(error));
      });
    },
    onData(stream, session, callback) {
      collect(stream, {
        whole: (source) => guard(callback, () => takeMessage(source, session, callback)),
        cutOff: (error) => logger.debug({ error: error.message }, "an SMTP client went away before its message was whole"),
      });
    },
  });

  function takeMessage(
    source: Buffer | undefined,
    session: SMTPServerSession,
    callback: (error?: Error | null, text?: string) => void,
  ): void {
    if (source === undefined) {
      const tooLarge = { ...partsOfSession(session), size: maxBytes };
      return callback(refusal(record, tooLarge, { code: 552, text: `5.3.4 message exceeds ${maxBytes} bytes`, scripted: false }));
    }
    const message = { ...partsOfMessage(source, session), size: source.length };
    const fault = faults.take("smtp", { to: message.to });
    const refused = fault === undefined ? undefined : scriptedRefusal(fault);
    if (refused !== undefined) {
      const error = refusal(record, message, refused);
      return late(fault, () => callback(error));
    }
    if (fault?.hang) return void record({ ...message, ...ours, verdict: "rejected", answer: null, reason: "scripted fault: no answer" });
    if (fault?.resetAfterAccept) {
      record({ ...message, ...ours, verdict: "accepted", answer: null, reason: "scripted fault: accepted, the reply is lost" });
      return late(fault, () => sockets.get(session.remotePort)?.resetAndDestroy());
    }
    const reason = fault === undefined ? {} : { reason: "scripted fault: accepted, the answer is late" };
    const { id } = record({ ...message, ...ours, verdict: "accepted", answer: 250, ...reason });
    late(fault, () => callback(null, `2.0.0 Ok: queued as ${id}`));
  }

  /** Answers at once, or as late as a fault asks for. */
  function late(fault: Fault | undefined, answer: () => void): void {
    if (fault?.delay === undefined) return answer();
    void pause(milliseconds(fault.delay), stopping).then(() => (stopping.aborted ? undefined : answer()));
  }

  // A journal that cannot be written answers 451, so that no client takes the message for accepted.
  function guard(callback: (error: Error) => void, step: () => void): void {
    try {
      step();
    } catch (error) {
      logger.error({ error: messageOf(error) }, "the mailroom could not record a request and answered 451");
      callback(Object.assign(new Error("4.3.0 the mailroom could not record the request"), { responseCode: 451 }));
    }
  }

  // The client's side of every broken connection is its own affair; errors of listening reach `listen`.
  server.on("error", (error) => logger.debug({ error: messageOf(error) }, "an SMTP connection failed"));
  server.server.on("connection", (socket: Socket) => {
    const port = socket.remotePort!;
    sockets.set(port, socket);
    socket.once("close", () => sockets.get(port) === socket && sockets.delete(port));
  });

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.server.once("error", reject);
        server.listen(port, "127.0.0.1", () => {
          server.server.off("error", reject);
          resolve((server.server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

const ours = { provider: "smtp", channel: "email" } as const;

interface CollectEnds {
  /** The message, or nothing when it is larger than allowed. */
  whole(source: Buffer | undefined): void;
  /** The client went away in the middle. */
  cutOff(error: Error): void;
}

function collect(stream: SMTPServerDataStream, { whole, cutOff }: CollectEnds): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  });
  stream.once("end", () => whole(bytes <= maxBytes ? Buffer.concat(chunks) : undefined));
  stream.once("error", cutOff);
}

type Message = MessageParts & Pick<MailDraft, "messageId" | "size">;

interface Refusal {
  readonly code: number;
  readonly text: string;
  readonly scripted: boolean;
}

/** Records a refusal, and gives the error that smtp-server turns into its answer. */
function refusal(record: Recorder, message: Message, { code, text, scripted }: Refusal): Error {
  const reason = `${scripted ? "scripted fault: " : ""}${code} ${text}`;
  record({ ...message, ...ours, verdict: "rejected", answer: code, reason });
  return Object.assign(new Error(text), { responseCode: code });
}

/** What a scripted fault refuses with, if it refuses. */
function scriptedRefusal({ smtpCode, bounce, message }: Fault): Refusal | undefined {
  if (bounce) return { code: 550, text: message ?? "5.1.1 no such mailbox", scripted: true };
  if (smtpCode === undefined) return undefined;
  return { code: smtpCode, text: message ?? (smtpCode < 500 ? "4.3.0 try again later" : "5.0.0 the message is refused"), scripted: true };
}

function partsOfSession({ envelope }: SMTPServerSession): MessageParts {
  const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
  return { from, to: envelope.rcptTo.map(({ address }) => address), subject: "", headers: [], attachments: [] };
}

function partsOfMessage(source: Buffer, session: SMTPServerSession): Omit<Message, "size"> {
  const mail = parseMail(source);
  const envelope = partsOfSession(session);
  const messageId = headerOf(mail.headers, "message-id");
  const insteadOf = headerOf(mail.headers, "x-busbar-instead-of");
  const deliveryId = headerOf(mail.headers, "x-busbar-delivery") ?? /^<(d_[^@>]+)@/.exec(messageId ?? "")?.[1];
  return {
    ...envelope,
    from: headerOf(mail.headers, "from") ?? envelope.from,
    subject: headerOf(mail.headers, "subject") ?? "",
    ...mail,
    ...(messageId === undefined ? {} : { messageId }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(insteadOf === undefined ? {} : { insteadOf }),
  };
}
