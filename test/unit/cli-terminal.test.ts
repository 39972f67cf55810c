import { setImmediate as nextTurn } from "node:timers/promises";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { batchedOutput } from "../../src/cli/batched-output.ts";
import { confirmed } from "../../src/cli/confirm.ts";
import { countingLine, progressLine } from "../../src/cli/progress-line.ts";
import { fitted, openScreen, type Terminal } from "../../src/cli/screen.ts";

function recorded(more: Partial<Terminal> = {}) {
  const written: string[] = [];
  return { written, terminal: { ...more, write: (text: string) => written.push(text) } };
}

const onTerminal = () => Object.assign(new PassThrough(), { isTTY: true });

/** A person at a terminal; null: who closes it. */
const person = (answer: string | null) => {
  const input = onTerminal();
  if (answer === null) input.end();
  else input.write(`${answer}\n`);
  return { input, output: onTerminal() };
};

describe("a question before something that cannot be taken back", () => {
  it("takes y and yes for a yes, and all else for a no, also that nobody answers", async () => {
    for (const [answer, meant] of [
      ["y", true],
      ["YES", true],
      ["", false],
      ["n", false],
      ["yeah", false],
      [null, false],
    ] as const)
      expect(await confirmed({ text: "Discard 2 dead letters for good?", ...person(answer) }), String(answer)).toBe(meant);
  });

  it("is asked in full, is not asked with --yes, and is a wrong call where nobody can be asked", async () => {
    const { input, output } = person("n");
    await confirmed({ text: "Discard 2 dead letters for good?", input, output });
    expect(String(output.read())).toContain("Discard 2 dead letters for good? [y/N] ");
    expect(await confirmed({ text: "Really?", yes: true, input: new PassThrough() })).toBe(true);
    await expect(confirmed({ text: "Really?", input: new PassThrough(), output })).rejects.toThrow(
      "Really? Nobody can be asked here, so nothing was changed: give --yes to do it.",
    );
  });
});

describe("the second screen", () => {
  it("is taken, drawn over, and given back once", () => {
    const { written, terminal } = recorded({ rows: 4, columns: 10 });
    const listeners = process.listenerCount("exit");
    const screen = openScreen(terminal);
    screen.draw(["one", "a line that is too long"]);
    screen.close();
    screen.close();
    screen.draw(["late"]);
    expect(written).toEqual(["\u001b[?1049h\u001b[?25l", "\u001b[Hone\u001b[K\r\na line th…\u001b[K\u001b[J", "\u001b[?25h\u001b[?1049l"]);
    expect(process.listenerCount("exit")).toBe(listeners);
  });

  it("says how many lines found no room", () => {
    const lines = ["1", "2", "3", "4", "5"];
    expect(fitted(lines, { rows: 4 })).toEqual(["1", "2", "… 3 more lines"]);
    expect(fitted(lines, { rows: 6 })).toEqual(lines);
    expect(fitted(lines, { rows: 0, columns: 0 })).toEqual(lines);
  });
});

describe("a line of progress", () => {
  it("changes on a terminal, and is taken away at the end", () => {
    let now = 0;
    const { written, terminal } = recorded({ isTTY: true, columns: 8 });
    const line = progressLine(terminal, () => now);
    line.show("1 event read");
    line.show("too soon");
    now += 100;
    line.show("2 read");
    line.done();
    expect(written).toEqual(["\r\u001b[K1 event", "\r\u001b[K2 read", "\r\u001b[K"]);
  });

  it("has on a terminal a bar of what is done, and says elsewhere and there how fast it is and how long it still takes", () => {
    for (const [isTTY, lines] of [
      [
        true,
        [
          "\r\u001b[K[....................] Reading: 0 of 10 segments",
          "\r\u001b[K[##########..........] Reading: 5 of 10 segments, 5 a second, 1.0 s left",
          "\r\u001b[K",
        ],
      ],
      [false, ["Reading: 5 of 10 segments, 5 a second, 1.0 s left\n"]],
    ] as const) {
      let now = 0;
      const { written, terminal } = recorded({ isTTY, columns: 120 });
      const line = countingLine(
        { what: "Reading", unit: ["segment", "segments"] },
        progressLine(terminal, () => now),
        () => now,
      );
      line.show(0, 10);
      now += 1_000;
      line.show(5, 10);
      line.done();
      expect(written).toEqual(lines);
    }
    const { written, terminal } = recorded({ isTTY: true });
    countingLine({ what: "Reading", unit: ["event", "events"] }, progressLine(terminal)).show(1);
    expect(written).toEqual(["\r\u001b[KReading: 1 event"]);
  });

  it("is a line each second elsewhere", () => {
    let now = 0;
    const { written, terminal } = recorded();
    const line = progressLine(terminal, () => now);
    for (; now <= 2_500; now += 250) line.show(`${now} ms`);
    line.done();
    expect(written).toEqual(["1000 ms\n", "2000 ms\n"]);
  });
});

describe("output in batches", () => {
  it("writes the lines of one turn at once, in their order", async () => {
    const written: string[] = [];
    const output = batchedOutput({ write: (text) => written.push(text) > 0, once: () => undefined });
    for (const text of ["a", "b", "c"]) expect(output.line(text)).toBeUndefined();
    await nextTurn();
    output.line("d");
    output.flush();
    output.flush();
    await nextTurn();
    expect(written).toEqual(["a\nb\nc\n", "d\n"]);
  });

  it("makes whoever brings the lines wait while the reader is slow", async () => {
    const drained: (() => void)[] = [];
    const written: string[] = [];
    const output = batchedOutput({
      write: (text) => written.push(text) > 1_000,
      once: (_, listener) => drained.push(listener),
    });
    const large = "x".repeat(70_000);
    const room = output.line(large);
    expect(room).toBeInstanceOf(Promise);
    expect(output.line("next")).toBe(room);
    expect(drained).toHaveLength(1);
    drained[0]!();
    await room;
    await nextTurn();
    expect(written).toEqual([`${large}\n`, "next\n"]);
  });
});
