import type { AudienceContext, AudiencePage } from "../define/audience.ts";
import { deadline } from "../base/deadline.ts";
import type { BusEvent } from "../define/event.ts";
import { unknownOptions } from "../define/names.ts";
import type { MessageRoute } from "../define/route.ts";

/** One page may take this long to look up, milliseconds. */
const pageMs = 30_000;

/**
 * Asks an audience for one page, and checks what it gives.
 * @throws Error saying what was wrong with the page, or that it took too long
 */
export async function audiencePage(
  { audience }: MessageRoute,
  event: BusEvent,
  { signal, ...context }: AudienceContext,
): Promise<AudiencePage> {
  const limit = deadline(signal, pageMs);
  try {
    const late = new Promise<never>((_, reject) =>
      limit.signal.addEventListener("abort", () => reject(new Error(`audience: ${limit.reason()}`)), { once: true }),
    );
    const asked = Promise.resolve(audience!(event, { ...context, signal: limit.signal }));
    // Whichever comes second is nobody's any more.
    for (const promise of [asked, late]) promise.catch(() => undefined);
    const page: unknown = await Promise.race([asked, late]);
    const recipients = (page as AudiencePage | null | undefined)?.recipients;
    if (!Array.isArray(recipients)) throw new Error("audience must return { recipients: [ … ], next }: recipients is no list");
    const [unknown] = unknownOptions(page as AudiencePage, ["recipients", "next"]);
    if (unknown !== undefined) throw new Error(`audience: of what it returned, ${unknown}`);
    return page as AudiencePage;
  } finally {
    limit.clear();
  }
}
