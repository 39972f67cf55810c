import type { Clock } from "../../base/clock.ts";
import type { Observe } from "../../define/observation.ts";
import { bodyText } from "../../providers/callback-body.ts";
import { isLoopback } from "../../providers/loopback.ts";
import type { CallbackVerdict, ReceivedCallback } from "../../providers/index.ts";
import { liveReaders, mailroomReaders } from "./callback-readers.ts";
import { type CallbackProvider, callbackProviders } from "./callbacks-options.ts";
import type { Settings } from "../options.ts";

/** The door for what providers tell later. */
export interface Callbacks {
  /** Whether a provider of this name calls back at all. */
  knows(provider: string): boolean;
  /**
   * Verifies a callback, and keeps a genuine one until a worker reads it. The same one again changes nothing, for as long as the queue remembers it; what it says
   * changes nothing twice after that either.
   * @throws what Redis throws where it is not kept: whoever called is to call again
   */
  receive(call: IncomingCallback): Promise<CallbackAnswer>;
}

/** A request as it came in. */
export interface IncomingCallback {
  /** As it stands in the address, such as `sendgrid`. */
  readonly provider: string;
  readonly method: string;
  /** Path and query, as they came. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The address of whoever connected. */
  readonly peer: string;
}

export type CallbackAnswer =
  | { readonly kind: "taken" }
  /** The provider wants this text back. */
  | Extract<CallbackVerdict, { readonly kind: "challenge" }>
  /** Not from the provider, as far as can be told: the reason is for the log alone. */
  | Extract<CallbackVerdict, { readonly kind: "refused" }>
  /** No provider of this name calls back. */
  | { readonly kind: "unknown" };

/** A genuine callback, as it waits for a worker. */
export interface KeptCallback extends ReceivedCallback {
  readonly provider: CallbackProvider;
  /** The mailroom sent it: what it says of addresses is nothing to those who send for real. */
  readonly mailroom: boolean;
  /** When it came in, milliseconds since 1970. */
  readonly receivedAt: number;
}

export interface CallbackDoorOptions {
  readonly settings: Pick<Settings, "callbacks" | "publicUrl" | "sms" | "whatsapp" | "send">;
  readonly clock: Clock;
  readonly observe: Observe;
  /** Keeps it until it is read. Twice is as good as once. */
  readonly keep: (callback: KeptCallback) => Promise<void>;
}

export function callbackDoor({ settings, clock, observe, keep }: CallbackDoorOptions): Callbacks {
  const live = liveReaders(settings);
  const mailroom = settings.send.live ? undefined : mailroomReaders(settings);

  const judge = (provider: CallbackProvider, call: IncomingCallback): CallbackVerdict & { readonly mailroom: boolean } => {
    const { method, path, headers, body } = call;
    const request = { method, headers, body, now: clock.now() };
    const reader = live[provider];
    const verdict = reader?.verify({ ...request, url: `${settings.publicUrl ?? "http://localhost"}${path}` });
    if (verdict !== undefined && verdict.kind !== "refused") return { ...verdict, mailroom: false };
    if (mailroom !== undefined && isFromHere(call)) {
      const ofMailroom = mailroom[provider].verify({ ...request, url: `http://${headers["host"]}${path}` });
      // Where the real provider is not set up, what the mailroom's keys say of it is the better reason.
      if (ofMailroom.kind !== "refused" || verdict === undefined) return { ...ofMailroom, mailroom: true };
    }
    return { ...(verdict ?? { kind: "refused", reason: "its callbacks are not set up" }), mailroom: false };
  };

  return {
    knows: (provider) => nameOf(provider) !== undefined,
    async receive(call) {
      const provider = nameOf(call.provider);
      if (provider === undefined) return { kind: "unknown" };
      const { mailroom: ofMailroom, ...verdict } = judge(provider, call);
      if (verdict.kind === "genuine") {
        await keep(keptCallback(provider, call, { mailroom: ofMailroom, receivedAt: clock.now() })).catch((error: unknown) => {
          observe("callback", { provider, verdict: "failed" });
          throw error;
        });
      }
      observe("callback", { provider, verdict: verdict.kind === "genuine" ? "taken" : verdict.kind });
      return verdict.kind === "genuine" ? { kind: "taken" } : verdict;
    },
  };
}

function keptCallback(
  provider: CallbackProvider,
  { path, headers, body }: IncomingCallback,
  found: Pick<KeptCallback, "mailroom" | "receivedAt">,
): KeptCallback {
  // What stands in the path besides the provider's name may be a secret.
  return {
    provider,
    url: `/callbacks/${provider}${queryOf(path)}`,
    contentType: headers["content-type"] ?? "",
    body: bodyText(body),
    ...found,
  };
}

function nameOf(provider: string): CallbackProvider | undefined {
  return callbackProviders.find((name) => name === provider);
}

function queryOf(path: string): string {
  const at = path.indexOf("?");
  return at < 0 ? "" : path.slice(at);
}

/**
 * Whether a program of this machine called, and called this machine: not through a tunnel or a proxy that runs here, as far as they tell, for
 * what comes through those comes from anywhere.
 */
function isFromHere({ peer, headers }: Pick<IncomingCallback, "peer" | "headers">): boolean {
  const host = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(headers["host"] ?? "")?.[1];
  const forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"].some((name) => headers[name] !== undefined);
  return isLoopback(peer.replace(/^::ffff:/i, "")) && host !== undefined && isLoopback(host) && !forwarded;
}
