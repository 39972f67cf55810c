import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRecord, readLines, type SpoolRecord } from "../../src/bus/spool/spool-record.ts";

const record = (orderId: string): SpoolRecord => ({
  entry: { topic: "order.placed", partitionKey: orderId, eventId: `e-${orderId}`, time: 1, json: JSON.stringify({ orderId }) },
  givenId: false,
});

describe("the lines of a spool", () => {
  it("come back as they were written, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 20 }), (ids) => {
        const records = ids.map((id) => record(id.toWellFormed()));
        const { lines, bytes } = readLines(Buffer.from(records.map(encodeRecord).join("")), 100);
        expect(lines.map((line) => line.record)).toEqual(records);
        expect(bytes).toBe(Buffer.byteLength(records.map(encodeRecord).join("")));
      }),
    );
  });

  it("end where the last whole line does: what was torn off was never acknowledged", () => {
    const whole = encodeRecord(record("A-1"));
    const torn = encodeRecord(record("A-2"));
    for (let length = 0; length < torn.length; length += 1) {
      const { lines, bytes } = readLines(Buffer.from(whole + torn.slice(0, length)), 100);
      expect(lines.map((line) => line.record)).toEqual([record("A-1")]);
      expect(bytes).toBe(whole.length);
    }
  });

  it("are damaged where one bit of them is, and those behind them are not", () => {
    const lines = [record("A-1"), record("A-2")].map(encodeRecord);
    for (let at = 0; at < lines[0]!.length - 1; at += 1) {
      const bytes = Buffer.from(lines.join(""));
      bytes[at] = bytes[at]! ^ 0x04;
      // Where the bit makes a line break, the line falls into two, and neither is whole.
      const read = readLines(bytes, 100).lines.map((line) => line.record);
      expect(read.slice(0, -1).every((each) => each === undefined)).toBe(true);
      expect(read.at(-1)).toEqual(record("A-2"));
    }
  });

  it("are read so many at a time", () => {
    const bytes = Buffer.from(["A-1", "A-2", "A-3"].map((id) => encodeRecord(record(id))).join(""));
    const first = readLines(bytes, 2);
    expect(first.lines).toHaveLength(2);
    expect(readLines(bytes.subarray(first.bytes), 2).lines.map((line) => line.record)).toEqual([record("A-3")]);
  });
});
