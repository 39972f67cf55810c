import { describe, expect, it } from "vitest";
import type { Audit, AuditEntry } from "../../src/bus/audit.ts";
import { audited } from "../../src/bus/audited.ts";
import { pausedBefore, pauseDeed } from "../../src/bus/paused-before.ts";

/** An audit record, and what happened in which order. */
function recording(record: Audit["record"] = async () => undefined) {
  const happened: string[] = [];
  const audit = (): Audit => ({
    async record(entry: Omit<AuditEntry, "at">) {
      await record(entry);
      happened.push(`${entry.by} ${entry.what} ${entry.of}`);
    },
    page: async () => ({ entries: [] }),
  });
  return { audit, happened };
}

const notThere = (done: boolean): string | undefined => (done ? undefined : "it was not there any more");
const deed = { what: "key.revoke", of: "k1", by: { actor: "ravi" } } as const;

describe("the audit record", () => {
  it("has an entry before anything is done, and nothing is done without one", async () => {
    const { audit, happened } = recording();
    const act = async (): Promise<boolean> => happened.push("done") > 0;
    expect(await audited(audit, { ...deed, undone: () => undefined }, act)).toBe(true);
    expect(happened).toEqual(["ravi key.revoke k1", "done"]);

    const full = recording(() => Promise.reject(new Error("no room")));
    await expect(audited(full.audit, deed, async () => full.happened.push("done"))).rejects.toThrow("no room");
    expect(full.happened).toEqual([]);
  });

  it("claims nothing that did not happen: a second entry says what became of it", async () => {
    const { audit, happened } = recording();
    await expect(audited(audit, deed, () => Promise.reject(new Error("Redis is gone")))).rejects.toThrow("Redis is gone");
    expect(await audited(audit, { ...deed, undone: notThere }, async () => false)).toBe(false);
    expect(happened).toEqual([
      "ravi key.revoke k1",
      "ravi key.revoke k1: it failed, wholly or in part",
      "ravi key.revoke k1",
      "ravi key.revoke k1: it was not there any more",
    ]);
  });

  it("says of a pause what was seen before it, and what came of it where somebody was quicker", () => {
    const first = pausedBefore({ by: "asha", at: Date.parse("2026-11-28T10:00:00Z"), reason: "not told again" });
    expect(first).toEqual({ already: { by: "asha", at: "2026-11-28T10:00:00.000Z", reason: "not told again" } });
    const before = "it was paused already, by asha at 2026-11-28T10:00:00.000Z";
    expect(pauseDeed("email", first)).toMatchObject({ of: `email: ${before}` });
    expect(pauseDeed("email", first).undone(first)).toBeUndefined();
    expect(pauseDeed("email", first).undone({})).toBe("it had gone on meanwhile, and was paused again");
    expect(pauseDeed("email", {})).toMatchObject({ of: "email" });
    expect(pauseDeed("email", {}).undone({})).toBeUndefined();
    expect(pauseDeed("email", {}).undone(first)).toBe(before);
    expect(pauseDeed("email", {}).undone({ already: {} })).toBe("it was paused already");
  });
});
