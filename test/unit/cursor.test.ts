import { describe, expect, it } from "vitest";
import { cursorsOf, isText, isWholeNumber, pageOf } from "../../src/base/cursor.ts";

const cursors = cursorsOf("replays", isWholeNumber);
const wrong = (message: string) => expect.objectContaining({ code: "INVALID_CURSOR", message: expect.stringContaining(message) });

describe("a cursor", () => {
  it("is read by the list that wrote it, asked for the same things", () => {
    expect(cursors.read(cursors.write(7, ["sms", undefined]), ["sms", undefined])).toBe(7);
    expect(cursors.read(undefined)).toBeUndefined();
    expect(cursors.write(7)).toMatch(/^[\w-]+$/);
  });

  it.each<[string, string, string]>([
    ["of another list", cursorsOf("API keys", isWholeNumber).write(7), "not one of replays"],
    ["of the same list for another selection", cursors.write(7, ["sms"]), "that was asked for the same things"],
    ["with a place that is none", cursorsOf("replays", isText).write("x"), "not one of replays"],
    ["that is cut off", cursors.write(7).slice(0, -4), "not one of replays"],
    ["that is nothing", "hello", "not one of replays"],
    ["that is no list", Buffer.from('{"a":1}').toString("base64url"), "not one of replays"],
    ["with a name that acts on a terminal", Buffer.from('["\\u001b[2J","x",1]').toString("base64url"), "not one of replays: give"],
  ])("%s is refused", (_, cursor, message) => {
    expect(() => cursors.read(cursor)).toThrow(wrong(message));
  });
});

describe("a page of what is known as a whole", () => {
  const names = cursorsOf("names", isText);
  const paged = (items: string[], cursor?: string) => pageOf({ items, keyOf: (item) => item, cursors: names, count: 2, cursor });

  it("neither repeats nor hides anything while things come and go", () => {
    const first = paged(["b", "a", "d", "c"]);
    expect(first.page).toEqual(["a", "b"]);
    // One that was shown is gone, and two have come: before the place, and behind it.
    const second = paged(["a", "aa", "c", "cc", "d"], first.next);
    expect(second.page).toEqual(["c", "cc"]);
    expect(paged(["a", "c", "cc", "d"], second.next)).toEqual({ page: ["d"] });
  });

  it("is the last one where it ends with the list", () => {
    expect(paged(["a", "b"])).toEqual({ page: ["a", "b"] });
    expect(paged([])).toEqual({ page: [] });
  });
});
