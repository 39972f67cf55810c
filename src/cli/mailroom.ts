import { startMailroom } from "../mailroom/mailroom.ts";
import { createLogger } from "./logger.ts";
import { type CallbackFlags, callbackOptions } from "./mailroom-callbacks.ts";
import { firstSignal, untilSignal } from "./until-signal.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";

export interface MailroomCommand extends CallbackFlags {
  readonly httpPort: string;
  readonly smtpPort: string;
  readonly folder: string;
}

/** The mailroom alone, for processes that were started with `busbar start` and have no provider keys. */
export async function mailroom({ httpPort, smtpPort, folder, ...callbacks }: MailroomCommand): Promise<void> {
  const signal = firstSignal();
  const room = await startMailroom({
    folder,
    ...callbackOptions(callbacks, process.env),
    httpPort: portOf("--http-port", httpPort),
    smtpPort: portOf("--smtp-port", smtpPort),
    logger: createLogger("warn"),
  });
  process.stdout.write(`The providers' APIs at ${room.url}, SMTP at ${room.smtp.host}:${room.smtp.port}; journal in ${folder}/\n`);
  if (room.callbacks.address !== undefined) process.stdout.write(`Callbacks go to ${room.callbacks.address}\n`);
  room.inbox.on("message", ({ at, to, subject, excerpt, provider }) =>
    process.stdout.write(`${at.slice(11, 19)}  ${provider}  ${to.join(", ")}  ${oneLine(subject ?? excerpt ?? "")}\n`),
  );
  await untilSignal(signal, () => room.stop());
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`${option} takes a port from 0 (a free one) to 65535, not "${text}"`);
}
