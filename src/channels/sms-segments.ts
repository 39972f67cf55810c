/** The basic alphabet of GSM 03.38: one septet each. */
const basic = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Its extension: an escape and a septet each. */
const extension = new Set("\f^{}\\[~]|€");

/** What one SMS holds alone, and what each part of a longer one holds beside the header that joins them. */
const capacities = { "GSM-7": { single: 160, part: 153 }, "UCS-2": { single: 70, part: 67 } } as const;

/** What a text costs as an SMS: it is paid by the segment. */
export interface SmsSegments {
  /** `UCS-2` as soon as one character is not in the GSM alphabet: then a segment holds less than half. */
  readonly encoding: "GSM-7" | "UCS-2";
  /** How many SMS it takes; an empty text takes one. */
  readonly segments: number;
  /** Septets of GSM-7, where characters such as `€` count twice, or UTF-16 units of UCS-2, where most emoji count twice. */
  readonly units: number;
  /** Units that the last segment has room for. */
  readonly left: number;
}

/** Counts the segments of a text. Pure. No escape sequence and no surrogate pair is cut in two, as phones want it. */
export function smsSegments(text: string): SmsSegments {
  const characters = [...text];
  const encoding = characters.every((character) => basic.has(character) || extension.has(character)) ? "GSM-7" : "UCS-2";
  const costs = characters.map((character) => (encoding === "UCS-2" ? character.length : basic.has(character) ? 1 : 2));
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  const { single, part } = capacities[encoding];
  if (units <= single) return { encoding, segments: 1, units, left: single - units };
  let [segments, used] = [1, 0];
  for (const cost of costs) {
    if (used + cost > part) [segments, used] = [segments + 1, 0];
    used += cost;
  }
  return { encoding, segments, units, left: part - used };
}
