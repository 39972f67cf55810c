import type { CallbackCarrier } from "./callback-carrier.ts";
import type { CallbackVendor } from "./callback-vendor.ts";

/**
 * Asks each address once whether it is the right one, as a vendor does that tells nothing before. Rejects where the answer is wrong, and asks
 * again the next time.
 */
export function challenger(carrier: CallbackCarrier): (vendor: CallbackVendor, address: string) => Promise<void> {
  const asked = new Map<string, Promise<void>>();
  const ask = async ({ url, answer }: { readonly url: string; readonly answer: string }): Promise<void> => {
    const { status, text } = await carrier({ method: "GET", url, headers: {} });
    if (status !== 200 || text !== answer) throw new Error(`the challenge was not given back: answered ${status}`);
  };
  return async (vendor, address) => {
    if (vendor.challenge === undefined) return;
    const under = asked.get(address) ?? ask(vendor.challenge(address));
    asked.set(address, under);
    await under.catch((error: unknown) => {
      asked.delete(address);
      throw error;
    });
  };
}
