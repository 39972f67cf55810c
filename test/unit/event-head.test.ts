import { describe, expect, it } from "vitest";
import { type BusEvent, decodeEvent, encodeEvent, eventHead } from "../../src/define/event.ts";

const event: BusEvent = {
  specversion: "1.0",
  id: "01a223ef-cb8c-78c1-bfca-929567fa6575",
  source: "/shop",
  type: "order.placed",
  time: "2026-11-28T20:54:07.500Z",
  datacontenttype: "application/json",
  dataversion: 1,
  data: { id: "another", time: "never", text: '{"specversion":"1.0","id":"x"' },
};

describe("the head of an event", () => {
  it("is that of the whole event, as this program and as others write it", () => {
    const { id, time } = event;
    const others = [
      JSON.stringify({ id, type: "order.placed", time, data: {} }),
      JSON.stringify({ ...event, source: 'a"b' }),
      JSON.stringify(event, undefined, 2),
    ];
    for (const json of [encodeEvent(event), ...others]) {
      expect(eventHead(json)).toMatchObject({ id, time });
      expect(decodeEvent(json)).toMatchObject({ id, time });
    }
  });

  it("is refused where there is none, with the reason", () => {
    expect(() => eventHead('{"specversion":"1.0","id":"x","source":"/a","type":"b"}')).toThrow('"time" is missing');
    expect(() => eventHead("no event")).toThrow("JSON");
  });
});
