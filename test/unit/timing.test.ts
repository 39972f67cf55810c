import { describe, expect, it } from "vitest";
import { resolveTiming, timeProblems } from "../../src/define/timing.ts";

const happened = "2026-01-01T00:00:00.000Z";
const at = (text: string): number => Date.parse(text);

describe("when a delivery may be sent", () => {
  it("is at once and for ever where nobody says anything", () => {
    expect(resolveTiming(happened, [undefined, {}, undefined])).toEqual({});
  });

  it("counts a delay from the event, and the nearest level wins whichever word it uses", () => {
    expect(resolveTiming(happened, [{ delay: "1h" }, { delay: "5m" }])).toEqual({ notBefore: at("2026-01-01T00:05:00Z") });
    expect(resolveTiming(happened, [{ delay: "1h" }, { deliverAt: "2026-01-02T09:00:00+05:30" }])).toEqual({
      notBefore: at("2026-01-02T03:30:00Z"),
    });
    expect(resolveTiming(happened, [{ deliverAt: "2026-01-02T09:00:00Z" }, { delay: 0 }])).toEqual({ notBefore: at(happened) });
  });

  it("counts the expiry from when it is due, so that a delayed delivery has its whole time too", () => {
    expect(resolveTiming(happened, [{ expiresIn: "5m" }])).toEqual({ expiresAt: at("2026-01-01T00:05:00Z") });
    expect(resolveTiming(happened, [{ expiresIn: "5m" }, { delay: "1d" }])).toEqual({
      notBefore: at("2026-01-02T00:00:00Z"),
      expiresAt: at("2026-01-02T00:05:00Z"),
    });
    // A time that is over means at once: the whole time counts from the event then.
    expect(resolveTiming(happened, [{ expiresIn: "5m", deliverAt: "2025-01-01T00:00:00Z" }])).toEqual({
      notBefore: at("2025-01-01T00:00:00Z"),
      expiresAt: at("2026-01-01T00:05:00Z"),
    });
  });

  it("is refused where somebody names no time", () => {
    expect(() => resolveTiming(happened, [{ deliverAt: "tomorrow" }])).toThrow(/deliverAt: "tomorrow" is no time such as/);
    for (const good of ["2026-01-31T09:30Z", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00.123+05:30"])
      expect(timeProblems("t", good)).toEqual([]);
    for (const bad of [new Date(0), "2026-01-31", "2026-13-01T00:00:00Z", "2026-01-31T09:30:00", 5, null, ""])
      expect(timeProblems("t", bad)).toHaveLength(1);
  });
});
