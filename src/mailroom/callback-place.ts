import { isLoopback } from "../providers/loopback.ts";

/** Where a callback goes. */
export interface CallbackPlace {
  /** The address as the vendor calls it, which it signs. */
  readonly called: string;
  /** Where the mailroom sends it: that address, or its own machine's part of it. */
  readonly sent: string;
}

export interface WantedPlace {
  /** The address that the message names. */
  readonly own: string | undefined;
  /** Below the address of callbacks, where the message names none. */
  readonly path: string;
  /** The address that callbacks have, such as `http://127.0.0.1:4000/callbacks`. */
  readonly callbacks: string | undefined;
}

/**
 * Nothing leaves the mailroom: what a message names is called where it is on this machine. Of any other address it takes path and query, and
 * goes with them where callbacks go, as what a proxy passes on: it is signed for the address that the message names. Pure.
 */
export function placeOf({ own, path, callbacks }: WantedPlace): CallbackPlace | { readonly problem: string } {
  if (own === undefined)
    return callbacks === undefined
      ? { problem: "nobody has said where callbacks go" }
      : { called: callbacks + path, sent: callbacks + path };
  const url = URL.parse(own);
  if (url === null || !/^https?:$/.test(url.protocol))
    return { problem: `the message names ${JSON.stringify(own.slice(0, 200))}, which is no address` };
  if (isLoopback(url.hostname)) return { called: own, sent: own };
  if (callbacks === undefined)
    return { problem: `the message names ${url.host}, and nothing leaves the mailroom: nobody has said where callbacks go` };
  return { called: own, sent: new URL(callbacks).origin + url.pathname + url.search };
}

/** An address that callbacks can have, without a slash at its end; or what is wrong with it. Pure. */
export function callbacksAddress(text: string): { readonly address: string } | { readonly problem: string } {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    return { problem: `callbacks must be an address such as http://127.0.0.1:4000/callbacks, not ${JSON.stringify(text.slice(0, 200))}` };
  return { address: url.href.replace(/\/+$/, "") };
}
