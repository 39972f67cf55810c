import type { IncomingHttpHeaders } from "node:http";
import type { MessageParts } from "./record.ts";

/** What a client of ours says of its message besides what the vendor is told: see providers/mailroom-headers.ts. Pure. */
export function toldBy(headers: IncomingHttpHeaders): Pick<MessageParts, "deliveryId" | "insteadOf"> {
  const [deliveryId, insteadOf] = [headers["x-busbar-delivery"], headers["x-busbar-instead-of"]];
  return {
    ...(typeof deliveryId === "string" ? { deliveryId } : {}),
    ...(typeof insteadOf === "string" ? { insteadOf } : {}),
  };
}

/** What the reader will see, where the client says so. Pure. */
export function previewOf(headers: IncomingHttpHeaders): string | undefined {
  const preview = headers["x-busbar-preview"];
  if (typeof preview !== "string" || preview === "") return undefined;
  try {
    return decodeURIComponent(preview);
  } catch {
    return preview;
  }
}

/** One header, where it was given once. */
export function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}
