import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smsSegments } from "../../src/channels/sms-segments.ts";

describe("smsSegments", () => {
  it.each([
    ["", { encoding: "GSM-7", segments: 1, units: 0, left: 160 }],
    ["a".repeat(160), { encoding: "GSM-7", segments: 1, units: 160, left: 0 }],
    ["a".repeat(161), { encoding: "GSM-7", segments: 2, units: 161, left: 145 }],
    ["a".repeat(306), { encoding: "GSM-7", segments: 2, units: 306, left: 0 }],
    ["a".repeat(307), { encoding: "GSM-7", segments: 3, units: 307, left: 152 }],
    ["ह".repeat(70), { encoding: "UCS-2", segments: 1, units: 70, left: 0 }],
    ["ह".repeat(71), { encoding: "UCS-2", segments: 2, units: 71, left: 63 }],
    ["ह".repeat(134), { encoding: "UCS-2", segments: 2, units: 134, left: 0 }],
    ["ह".repeat(135), { encoding: "UCS-2", segments: 3, units: 135, left: 66 }],
  ] as const)("counts %j at the borders of its encoding", (text, expected) => {
    expect(smsSegments(text)).toEqual(expected);
  });

  it("counts the characters of the extension table twice", () => {
    expect(smsSegments("€".repeat(80))).toEqual({ encoding: "GSM-7", segments: 1, units: 160, left: 0 });
    expect(smsSegments("[~]{^}\\|€\f").units).toBe(20);
  });

  it("knows the accents that GSM-7 has, and those that it has not", () => {
    expect(smsSegments("à Ä ñ ß Ç Ω ¿ £ ¥ @ §").encoding).toBe("GSM-7");
    for (const text of ["â", "ç", "₹2,398", "’", "•", "`", "\t"]) expect([text, smsSegments(text).encoding]).toEqual([text, "UCS-2"]);
  });

  it("does not cut an escape in two: the segment before it stays one septet short", () => {
    expect(smsSegments(`${"a".repeat(152)}€${"a".repeat(152)}`)).toEqual({ encoding: "GSM-7", segments: 3, units: 306, left: 152 });
    expect(smsSegments(`${"a".repeat(151)}€${"a".repeat(153)}`)).toMatchObject({ segments: 2, left: 0 });
  });

  it("does not cut an emoji in two", () => {
    expect(smsSegments("🎉".repeat(35))).toEqual({ encoding: "UCS-2", segments: 1, units: 70, left: 0 });
    // 33 of them fill 66 of 67 units, and the next one needs two.
    expect(smsSegments("🎉".repeat(66))).toEqual({ encoding: "UCS-2", segments: 2, units: 132, left: 1 });
    expect(smsSegments("🎉".repeat(67))).toEqual({ encoding: "UCS-2", segments: 3, units: 134, left: 65 });
  });

  it("has a segment for every unit, and none too many, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "€", "ह", "🎉", " "), maxLength: 400 }), (text) => {
        const { encoding, segments, units, left } = smsSegments(text);
        const [single, part] = encoding === "GSM-7" ? [160, 153] : [70, 67];
        const room = segments === 1 ? single : segments * part;
        expect(segments === 1).toBe(units <= single);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(left).toBeLessThanOrEqual(segments === 1 ? single : part - 1);
        // At each border one unit at most stays empty.
        expect(units + left).toBeLessThanOrEqual(room);
        expect(units + left).toBeGreaterThan(room - segments);
      }),
    );
  });
});
