import { describe, expect, it } from "vitest";
import { type Fault, faultProblems } from "../../src/mailroom/fault.ts";
import { faultScript } from "../../src/mailroom/faults.ts";
import { faultQuery, faultView, untilLifted } from "../../src/mailroom/mailroom-queries.ts";
import { type MailProvider, mailProviders } from "../../src/mailroom/record.ts";

interface Trouble {
  readonly id: string;
}
interface Troubles {
  readonly troubles: readonly Trouble[];
  troubleOf(trouble: Trouble, provider: MailProvider): { says: string; fault: Fault } | undefined;
  isTrouble(waiting: object, trouble: Trouble): boolean;
  faultText(waiting: object): string;
}
interface Words {
  providerName(id: string): string;
}
const page = async <Module>(name: string): Promise<Module> =>
  (await import(new URL(`../../src/dashboard/page/${name}`, import.meta.url).href)) as Module;
const { troubles, troubleOf, isTrouble, faultText } = await page<Troubles>("troubles.js");
const { providerName } = await page<Words>("words.js");

/** As the page would script it and see it waiting. */
function waiting(provider: MailProvider, fault: object): object {
  const query = faultQuery({ provider, ...fault });
  if ("problems" in query) throw new Error(query.problems.join("; "));
  return faultView(faultScript().add(provider, query.asked.fault));
}

describe("the switches of faults", () => {
  it.each(mailProviders)("script only what the mailroom can do as %s, and each is known again", (provider) => {
    const known = troubles.flatMap((trouble) => troubleOf(trouble, provider) ?? []);
    expect(known.flatMap(({ fault }) => faultProblems(provider, fault))).toEqual([]);
    for (const trouble of troubles) {
      const fault = troubleOf(trouble, provider)?.fault;
      if (fault === undefined) continue;
      const shown = waiting(provider, { ...fault, times: untilLifted, to: "@example.in" });
      expect(troubles.filter((other) => isTrouble(shown, other))).toEqual([trouble]);
    }
  });

  it("SendGrid alone has no hard bounce", () => {
    const bounce = troubles.find(({ id }) => id === "bounce")!;
    expect(mailProviders.filter((provider) => troubleOf(bounce, provider) === undefined)).toEqual(["sendgrid"]);
  });

  it("are off for a fault of another kind or of another provider", () => {
    const shown = waiting("twilio", { status: 503, message: "20001 own words" });
    expect(troubles.some((trouble) => isTrouble(shown, trouble))).toBe(false);
  });

  it("each provider has a name of its own", () => {
    expect(new Set(mailProviders.map(providerName)).size).toBe(mailProviders.length);
    expect(providerName("our-own")).toBe("our-own");
    expect(providerName("__proto__")).toBe("__proto__");
  });
});

it.each<[MailProvider, object, string]>([
  ["sendgrid", { status: 503 }, "SendGrid answers 503: once more"],
  ["smtp", { smtpCode: 421, times: 4 }, "SMTP answers 421: 4 times more"],
  [
    "twilio",
    { bounce: true, times: untilLifted, to: "+919845012345" },
    "Twilio answers that the address is dead, only to +919845012345: until it is lifted",
  ],
  ["smtp", { delay: "30s", share: 0.05 }, "SMTP answers 30s late, to 5 % of the requests: until it is lifted"],
  ["meta", { status: 500, message: "131056 pair limit" }, "WhatsApp Cloud answers 500 (131056 pair limit): once more"],
  ["smtp", { smtpCode: 535, stage: "login" }, "SMTP answers 535, at login: once more"],
])("a fault of %s that waits is said in a sentence: %j", (provider, fault, text) => {
  expect(faultText(waiting(provider, fault))).toBe(text);
});
