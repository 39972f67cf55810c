import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/define/outcome.ts";
import {
  admission,
  afterOutcome,
  afterProbeLeft,
  type CircuitState,
  closedCircuit,
  defaultCircuitRules as rules,
  waitOutside,
} from "../../src/providers/circuit.ts";

const failed: Outcome = { kind: "retry", reason: "503" };
const sent: Outcome = { kind: "sent" };

/** The circuit after outcomes that came one second after another, from second 1 on. */
const after = (outcomes: readonly Outcome[], from: CircuitState = closedCircuit): CircuitState =>
  outcomes.reduce((state, outcome, index) => afterOutcome(state, { outcome, probe: false, now: (index + 1) * 1_000 }, rules), from);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("a provider's circuit", () => {
  it("opens with the fourth failure, and lets nothing pass for five seconds", () => {
    expect(after(times(3, failed)).open).toBeUndefined();
    const open = after(times(4, failed));
    expect(open.open).toEqual({ since: 4_000, reason: "503", failed: 0, probeAt: 9_000 });
    expect(admission(open, 8_999)).toMatchObject({ kind: "open", after: 1 });
    expect(admission(open, 9_000)).toEqual({ kind: "go", probe: true });
  });

  it("stays closed where a third of the messages fail, and opens where half of them do", () => {
    expect(after(times(100, [failed, sent, sent]).flat()).open).toBeUndefined();
    expect(after(times(10, [failed, sent]).flat()).open).toBeDefined();
  });

  it("forgets failures after two minutes", () => {
    const three = after(times(3, failed));
    expect(afterOutcome(three, { outcome: failed, probe: false, now: 3_000 + 120_001 }, rules)).toMatchObject({ score: 1 });
  });

  it.each<[string, Outcome, boolean]>([
    ["a lost answer", { kind: "unknown", reason: "reset" }, true],
    ["a wrong message", { kind: "reject", reason: "too large" }, false],
    ["a dead address", { kind: "suppress", reason: "gone" }, false],
    ["a wait for one recipient", { kind: "retry", reason: "pair limit", after: 6_000, scope: "recipient" }, false],
    ["a failure for one recipient", { kind: "retry", reason: "450 greylisted", scope: "recipient" }, false],
  ])("%s speaks against the provider, or does not", (_, outcome, against) => {
    expect(after(times(4, outcome)).open !== undefined).toBe(against);
  });

  it("opens at once where the account is the problem", () => {
    expect(after([{ kind: "pause", reason: "401" }]).open).toMatchObject({ reason: "401" });
  });

  it("holds a provider that asks for a wait, and stays closed", () => {
    const held = after([{ kind: "retry", reason: "429", after: 30_000 }]);
    expect(held).toMatchObject({ heldUntil: 31_000 });
    expect(admission(held, 2_000)).toMatchObject({ kind: "held", after: 29_000 });
    expect(admission(held, 31_000)).toEqual({ kind: "go", probe: false });
  });

  it("counts one failure for a wait, however many were under way when it was asked for; and opens where one wait follows another", () => {
    const asked: Outcome = { kind: "retry", reason: "503", after: 10_000 };
    expect(after(times(10, asked))).toMatchObject({ score: 1 });
    const one = (state: CircuitState, now: number) => afterOutcome(state, { outcome: asked, probe: false, now }, rules);
    expect([0, 11_000, 22_000, 33_000].reduce(one, closedCircuit).open).toBeDefined();
  });

  it("sends one probe at a time, each twice as late as the one before, at most a minute", () => {
    let state = after(times(4, failed));
    const waits: number[] = [];
    for (let probes = 0; probes < 6; probes += 1) {
      const now = state.open!.probeAt;
      state = afterProbeLeft(state, now, rules);
      expect(admission(state, now)).toMatchObject({ kind: "open" });
      state = afterOutcome(state, { outcome: failed, probe: true, now }, rules);
      waits.push(state.open!.probeAt - now);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it("closes with the first probe that goes well, also one that the message is to blame for, and with nothing else", () => {
    const open = after(times(4, failed));
    expect(afterOutcome(open, { outcome: sent, probe: false, now: 5_000 }, rules)).toBe(open);
    expect(afterOutcome(open, { outcome: sent, probe: true, now: 9_000 }, rules)).toEqual(closedCircuit);
    expect(afterOutcome(open, { outcome: { kind: "reject", reason: "too large" }, probe: true, now: 9_000 }, rules)).toEqual(closedCircuit);
  });

  it("keeps what was under way when it opened from saying anything", () => {
    const open = after(times(4, failed));
    expect(afterOutcome(open, { outcome: failed, probe: false, now: 4_001 }, rules)).toBe(open);
  });

  it("lets a backlog come back spread over the time that it had to wait, at most a minute", () => {
    const open = after(times(4, failed));
    const wait = (now: number, random: number) => waitOutside(open, { now, after: 5_000, random });
    expect([wait(4_000, 0.5), wait(14_000, 0.5), wait(600_000, 0.5)]).toEqual([5_000, 10_000, 35_000]);
  });
});
