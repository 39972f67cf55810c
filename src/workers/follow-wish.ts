import { checkAddress } from "../define/address.ts";
import type { ConsentNotice } from "../define/notice.ts";
import { isSuppressible, type Suppressions } from "./suppressions.ts";

/** Suppresses the address of a reader who wants no more messages, and releases that of one who wants them again. */
export function followWish(suppressions: Pick<Suppressions, "add" | "release">): (notice: ConsentNotice) => Promise<void> {
  return async ({ channel, provider, address: told, wish, category, said }) => {
    const checked = checkAddress(channel, told);
    if (!isSuppressible(channel) || "problem" in checked) return;
    const place = { channel, address: checked.address, ...(category === undefined ? {} : { category }) };
    if (wish === "out") await suppressions.add({ ...place, reason: said, source: provider });
    else await suppressions.release(place);
  };
}
