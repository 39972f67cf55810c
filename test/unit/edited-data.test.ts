import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editedData } from "../../src/bus/dead-letters/edited-data.ts";
import { maskMade } from "../../src/define/mask.ts";

const standIn = "busbar-sealed:AAAAAAAAAAAAAAAA";
const held = {
  ticket: "T-1",
  seats: [4, 5],
  reader: { name: "Asha Rao", email: "asha@example.in" },
  link: `https://a.example/?code=${standIn}`,
  code: standIn,
};
const clear = { ...held, link: "https://a.example/?code=[secret]", code: "[secret]" };
const masked = { ...clear, reader: { name: "A…", email: "as…@example.in" }, link: "https://a.example/…" };
const edit = (given: unknown) => editedData({ held, clear, masked }, given);

describe("B6: an edit", () => {
  it.each([
    ["masked", masked],
    ["in the clear", clear],
    ["as it is held", held],
  ])("that gives back everything as it is seen %s changes nothing", (_, given) => {
    expect(edit(given)).toEqual({ data: held, changed: [], problems: [] });
  });

  it("changes what was changed, and keeps what is masked or sealed beside it", () => {
    expect(edit({ ...masked, ticket: "T-2", seats: [4], reader: { ...masked.reader, name: "Ravi" } })).toEqual({
      data: { ...held, ticket: "T-2", seats: [4], reader: { name: "Ravi", email: "asha@example.in" } },
      changed: ["ticket", "seats[1]", "reader.name"],
      problems: [],
    });
    const { reader: _, ...without } = masked;
    expect(edit({ ...without, note: null })).toMatchObject({ changed: ["note", "reader"], problems: [] });
  });

  it.each<[string, object, string]>([
    ["a masked value in another place", { ...masked, ticket: "as…@example.in" }, 'ticket: "as…@example.in" is a masked value'],
    ["what stands for a secret in another place", { ...masked, ticket: "[secret]" }, "ticket: "],
    ["a stand-in in another place", { ...masked, ticket: standIn }, "ticket: "],
    ["another value for a secret", { ...masked, code: "1234" }, "code: holds a secret"],
    ["another text around a secret", { ...masked, link: "https://b.example/?code=[secret]" }, "link: holds a secret"],
    ["a masked value below a key of its own", { ...masked, more: { name: "A…" } }, "more.name: "],
  ])("refuses %s", (_, given, problem) => {
    expect(edit(given).problems).toEqual([expect.stringContaining(problem)]);
  });

  it("a masked list keeps its values where they were, and refuses them where they were not", () => {
    const names = { held: ["Asha", "Ravi"], clear: ["Asha", "Ravi"], masked: ["A…", "R…"] };
    expect(editedData(names, ["A…", "Meera"])).toEqual({ data: ["Asha", "Meera"], changed: ["[1]"], problems: [] });
    expect(editedData(names, ["R…"]).problems).toEqual([expect.stringContaining('[0]: "R…" is a masked value')]);
  });

  it("never writes back a mask of something, whatever was given", () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(json, json, (before, given) => {
        const seen = maskMade(before, new Set());
        expect(editedData({ held: before, clear: before, masked: seen }, seen)).toMatchObject({ data: before, changed: [], problems: [] });
        expect(editedData({ held: before, clear: before, masked: before }, given)).toMatchObject({ data: given, problems: [] });
      }),
      { numRuns: 200 },
    );
  });
});
