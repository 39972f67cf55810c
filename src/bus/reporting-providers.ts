import type { CallbackReader } from "../providers/index.ts";
import { expoReceipts } from "../providers/index.ts";
import type { AskReceipts } from "../workers/receipt-round.ts";
import { type CallbackSettings, liveReaders, mailroomReaders } from "./callbacks/callback-readers.ts";
import type { Settings } from "./options.ts";

/** What is known of messages after they were accepted, by the names that records and receipts have. */
export interface ReportingProviders {
  /** Of those that call back. */
  readonly readers: ReadonlyMap<string, CallbackReader>;
  /** Of those that are asked. */
  readonly asked: ReadonlyMap<string, AskReceipts>;
  close(): void;
}

/** What the mailroom's stand-in of a provider is called. */
export function ofMailroom(provider: string): string {
  return `${provider} (mailroom)`;
}

/**
 * All that call back, the real ones and their stand-ins at the mailroom: what waits was verified where it came in, and to read it takes no keys, which the
 * server alone may have. Those that are asked: the real ones and, while real sending is off, their stand-ins.
 */
export function reportingProviders(settings: CallbackSettings & Pick<Settings, "push" | "send" | "channels">): ReportingProviders {
  const { push, send, channels } = settings;
  const live = liveReaders(settings);
  const readers = new Map<string, CallbackReader>();
  for (const [name, keyless] of Object.entries(mailroomReaders(settings))) {
    readers.set(name, live[name as keyof typeof live] ?? keyless);
    readers.set(ofMailroom(name), keyless);
  }

  const asking = new Map<string, ReturnType<typeof expoReceipts>>();
  if (channels.push.off === undefined) {
    const { expo, providers } = push;
    if (expo !== undefined && expo.enabled !== false && providers?.expo === undefined) asking.set("expo", expoReceipts(expo));
    if (!send.live) asking.set(ofMailroom("expo"), expoReceipts({ baseUrl: send.mailroom.url }));
  }
  return {
    readers,
    asked: new Map([...asking].map(([name, { read }]) => [name, read])),
    close() {
      for (const each of asking.values()) each.close();
    },
  };
}
