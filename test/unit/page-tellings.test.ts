import { describe, expect, it } from "vitest";
import type { CalledBack } from "../../src/mailroom/called-back.ts";
import { statusesOf } from "../../src/mailroom/callback-vendor.ts";
import { vendorWords } from "../../src/mailroom/callback-vendors.ts";
import { type MailChannel, type MailProvider, usualChannels } from "../../src/mailroom/record.ts";
import type { Tellable, Telling } from "../../src/mailroom/telling.ts";
import { tellingProblems } from "../../src/mailroom/telling-problems.ts";

interface Button {
  readonly text: string;
  readonly telling: Telling;
}
interface Tellings {
  statusButtons(tellable: Tellable): readonly Button[];
  answerButtons(tellable: Tellable): readonly Button[];
  waysOf(tellable: Tellable): readonly (Button & { readonly id: string })[];
  standingOf(callback: Partial<CalledBack>): string;
  isWell(callback: Partial<CalledBack>): boolean | undefined;
  tellingText(callback: Partial<CalledBack>): string;
}
const { statusButtons, answerButtons, waysOf, standingOf, isWell, tellingText } = (await import(
  new URL("../../src/dashboard/page/tellings.js", import.meta.url).href
)) as Tellings;

function tellableOf(provider: MailProvider, channel: MailChannel = usualChannels[provider]): Tellable {
  const { words, answers, frauds, ...rest } = vendorWords[provider]!;
  return { statuses: statusesOf(rest, channel), words, answers, frauds };
}

const cases = [
  ...(Object.keys(vendorWords) as MailProvider[]).map((provider) => ({ provider, channel: usualChannels[provider] })),
  { provider: "twilio", channel: "whatsapp" } as const,
];

describe("the buttons of a message", () => {
  it.each(cases)("make $provider tell of $channel only what it can, in each way in which it can come", ({ provider, channel }) => {
    const tellable = tellableOf(provider, channel);
    const buttons = [...statusButtons(tellable), ...answerButtons(tellable)];
    const ways = waysOf(tellable);
    expect(new Set(ways.map(({ id }) => id)).size).toBe(ways.length);
    const wrong = buttons.flatMap(({ telling }) =>
      ways.flatMap((way) => tellingProblems({ provider, channel }, vendorWords[provider]!, { ...telling, ...way.telling })),
    );
    expect([buttons.length > 2, wrong]).toEqual([true, []]);
  });

  it.each<[MailProvider, readonly string[]]>([
    ["sendgrid", ["On its way", "Delivered", "Read", "Bounced", "Failed", "Unsubscribed", "Marked as spam"]],
    ["twilio", ["On its way", "Delivered", "Bounced", "Failed", "STOP", "START"]],
    ["meta", ["On its way", "Delivered", "Read", "Bounced", "Failed", "STOP", "START"]],
    ["msg91", ["On its way", "Delivered", "Bounced", "Failed"]],
    ["expo", ["Nothing yet", "Delivered", "Bounced", "Failed"]],
  ])("of %s", (provider, texts) => {
    const tellable = tellableOf(provider);
    expect([...statusButtons(tellable), ...answerButtons(tellable)].map(({ text }) => text)).toEqual(texts);
  });
});

it.each<[Partial<CalledBack>, string, boolean | undefined]>([
  [{ state: "waiting", tries: 0 }, "to come", undefined],
  [{ state: "waiting", tries: 2, problem: "answered 503" }, "answered 503, trying again", undefined],
  [{ state: "taken", tries: 1, answer: 202 }, "taken, 202", true],
  [{ state: "refused", tries: 1, answer: 403 }, "refused, 403", false],
  [{ state: "failed", tries: 1, problem: "no answer: ECONNREFUSED" }, "no answer: ECONNREFUSED, given up after one try", false],
  [{ state: "failed", tries: 4, problem: "answered 500" }, "answered 500, given up after 4 tries", false],
  [{ state: "refused", tries: 1, answer: 403, as: "forged" }, "refused, 403", true],
  [{ state: "taken", tries: 1, answer: 202, as: "altered" }, "taken, 202", false],
])("a callback that stands so: %j, is described", (callback, text, well) => {
  expect([standingOf(callback), isWell(callback)]).toEqual([text, well]);
});

it("says what was told, and from whom", () => {
  expect(tellingText({ says: "bounce 5.1.1" })).toBe("bounce 5.1.1");
  expect(tellingText({ says: "“STOP”", as: "replayed" })).toBe("“STOP”, an hour old");
});
