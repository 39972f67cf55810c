import type { By } from "../../bus/by.ts";
import type { View } from "../../bus/view.ts";

/** How somebody looks, as the query says it: who it is, the server knows by the key. Pure. */
export function viewQuery({ showPii }: View): { readonly pii?: "show"; readonly reason?: string | undefined } {
  return showPii === undefined ? {} : { pii: "show", reason: showPii.reason };
}

/** Why something is done, as the body says it. Pure. */
export function whyOf({ reason }: By = {}): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
