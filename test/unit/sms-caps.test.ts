import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/define/outcome.ts";
import { capProblems, type SmsCaps, smsCaps, type SmsCounts } from "../../src/channels/sms-caps.ts";

const asha = "+919845012345";
const ravi = "+919845099999";
const sent: Outcome = { kind: "sent" };

const countries = async () => (number: string) => (number.startsWith("+91") ? ["IN"] : number.startsWith("+1") ? ["US", "CA"] : []);

/** A process of its own: what it sends comes to the outcomes given, one after another, and then is sent. */
function line(caps: SmsCaps, { counts = memory(), outcomes = [] }: { counts?: SmsCounts; outcomes?: readonly Outcome[] } = {}) {
  const clock = { time: Date.UTC(2026, 0, 1, 10, 59), now: () => clock.time };
  const capped = smsCaps({ caps, counts, countries, clock });
  const left = [...outcomes];
  let asked = 0;
  const provider = async () => ((asked += 1), { provider: "twilio", outcome: left.shift() ?? sent });
  return {
    clock,
    asked: () => asked,
    send: async (number: string): Promise<Outcome> => (await capped(number, provider)).outcome,
  };
}

function memory(): SmsCounts {
  const counted = new Map<string, number>();
  return {
    take: async (place, max) => {
      const key = JSON.stringify(place);
      const count = counted.get(key) ?? 0;
      if (count >= max) return false;
      counted.set(key, count + 1);
      return true;
    },
    giveBack: async (place) => void counted.set(JSON.stringify(place), counted.get(JSON.stringify(place))! - 1),
  };
}

describe("caps of SMS", () => {
  it("let so many go to one number and no more, say which setting holds the next, and begin anew by the clock", async () => {
    const { send, clock, asked } = line({ recipient: { max: 2, per: "1h" } });
    expect([await send(asha), await send(asha)]).toEqual([sent, sent]);
    expect(await send(asha)).toEqual({
      kind: "reject",
      reason: "2 SMS have gone to this number in this 1h, and channels.sms.caps.recipient (SMS_CAP_RECIPIENT) allows no more",
    });
    expect([await send(ravi), asked()]).toEqual([sent, 3]);
    clock.time += 60_000;
    expect(await send(asha)).toEqual(sent);
  });

  it("count all numbers of a country together, those that several can have by themselves, and a number of none", async () => {
    const { send } = line({ country: { max: 1, per: "1d" } });
    for (const [first, second, whom] of [
      [asha, ravi, "IN"],
      ["+14155550100", "+14155550101", "CA or US"],
      ["+99912345678", "+99912345679", "no country"],
    ] as const) {
      expect(await send(first)).toEqual(sent);
      expect(await send(second)).toMatchObject({
        kind: "reject",
        reason: expect.stringContaining(`numbers of ${whom} in this 1d`) as string,
      });
    }
  });

  it("count what may have been sent, and not what is known not to have been", async () => {
    const refused: readonly Outcome[] = [
      { kind: "retry", reason: "429", after: 1_000 },
      { kind: "pause", reason: "401" },
      { kind: "reject", reason: "413" },
      { kind: "suppress", reason: "21610" },
      { kind: "unknown", reason: "reset" },
    ];
    const { send } = line({ recipient: { max: 1, per: "1h" }, country: { max: 1, per: "1d" } }, { outcomes: refused });
    for (const { kind } of refused) expect((await send(asha)).kind).toBe(kind);
    expect((await send(asha)).kind).toBe("reject");
  });

  it("give back what one of them counted where the other one holds", async () => {
    const { send } = line({ recipient: { max: 2, per: "1h" }, country: { max: 1, per: "1m" } });
    expect([(await send(asha)).kind, (await send(asha)).kind, (await send(asha)).kind]).toEqual(["sent", "reject", "reject"]);
  });

  it("hold nothing where they are off, and send nothing where it is not known how many went", async () => {
    expect(await line({ recipient: false, country: false }).send(asha)).toEqual(sent);
    const away: SmsCounts = { take: () => Promise.reject(new Error("away")), giveBack: () => Promise.reject(new Error("away")) };
    const { send, asked } = line({ recipient: { max: 1, per: "1h" } }, { counts: away });
    expect(await send(asha)).toEqual({ kind: "retry", reason: "it could not be counted: away", after: 1_000 });
    expect(asked()).toBe(0);
  });

  it("are refused with everything that is wrong", () => {
    expect(capProblems({ recipient: { max: 5, per: "1h" }, country: false })).toEqual([]);
    expect(capProblems({ recipient: { max: 0, per: "soon" as never }, country: { max: 1.5, per: "10ms" } })).toEqual([
      "caps.recipient.max: must be a whole number from 1, not 0",
      expect.stringContaining("caps.recipient.per"),
      "caps.country.max: must be a whole number from 1, not 1.5",
      'caps.country.per: must be a second or more, such as "1h"',
    ]);
    expect(capProblems({ recipients: false, country: null } as never)).toEqual([
      'caps: it knows no option "recipients": did you mean "recipient"?',
      "caps.country.max: must be a whole number from 1, not undefined",
      'caps.country.per: must be a second or more, such as "1h"',
    ]);
    expect(capProblems(5 as never)).toHaveLength(1);
  });
});
