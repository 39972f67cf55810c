import { describe, expect, it } from "vitest";
import { parseOptions } from "../../src/bus/options.ts";
import { reportingProviders } from "../../src/bus/reporting-providers.ts";

const settings = (live: boolean) =>
  parseOptions({ application: "test", topics: {}, send: { live }, channels: { push: { enabled: false } } } as never);

describe("what is known of messages after they were accepted", () => {
  it.each([true, false])(
    "is read by workers without the keys of callbacks: what waits was verified where it came in (live: %s)",
    (live) => {
      const { readers, close } = reportingProviders(settings(live));
      close();
      expect([...readers.keys()].toSorted()).toEqual(
        ["meta", "msg91", "sendgrid", "twilio"].flatMap((name) => [name, `${name} (mailroom)`]).toSorted(),
      );
    },
  );
});
