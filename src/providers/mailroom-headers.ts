import { isLoopback } from "./loopback.ts";
import type { SendAttempt } from "./provider.ts";

/** Longer texts are not shown whole. */
const longestPreview = 4_000;

/**
 * What the mailroom is told of a message besides what the vendor is, in headers; nothing for any other machine.
 *
 * | header | what |
 * |---|---|
 * | `x-busbar-delivery` | the delivery's id, where the vendor's API has no place for one |
 * | `x-busbar-reference` | what its callbacks name the delivery by |
 * | `x-busbar-instead-of` | the real provider that would have got it if real sending were on |
 * | `x-busbar-preview` | what the reader will see, percent-encoded, where the request holds only the values of an approved text |
 */
export function mailroomHeaders(
  { hostname }: { readonly hostname: string },
  { deliveryId, reference, insteadOf }: Pick<SendAttempt, "deliveryId" | "reference" | "insteadOf">,
  preview?: string,
): Record<string, string> {
  if (!isLoopback(hostname)) return {};
  return {
    "x-busbar-delivery": deliveryId,
    ...(reference === undefined ? {} : { "x-busbar-reference": reference }),
    ...(insteadOf === undefined ? {} : { "x-busbar-instead-of": insteadOf }),
    ...(preview === undefined ? {} : { "x-busbar-preview": encodeURIComponent(preview.slice(0, longestPreview).toWellFormed()) }),
  };
}
