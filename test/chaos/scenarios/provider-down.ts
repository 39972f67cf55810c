import { setTimeout as pause } from "node:timers/promises";
import type { MailRecord } from "../../../src/mailroom/record.ts";
import { conclude } from "../conclude.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

const perSecond = 50;
const workers = ["worker-1", "worker-2"];
/** The circuit has to be open after so many refusals. */
const mostRefusals = 20;
const probeEveryMs = 5_000;
/** A probe finds out that the provider is back after a minute at most, and the last message is on its way by then. */
const backAfterMs = 65_000;

/** SendGrid answers 503 while SMTP works: everything goes by SMTP, a probe now and then looks, and SendGrid is used again. */
function down(name: string, seconds: number): Scenario {
  return {
    name,
    code: "F14",
    about: `SendGrid answers 503 for ${seconds} s at ${perSecond} e-mails a second: SMTP carries all, one probe in 5 s, none lost, none doubled`,
    stage: { answerDelay: 5 },
    async run(stage) {
      const subscribers = ["mailer"];
      await stage.run("router", { name: "router", subscribers });
      await Promise.all(workers.map((worker) => stage.run("workers", { name: worker, subscribers })));
      const load = stage.load({ count: (seconds + 10) * perSecond + (backAfterMs / 1_000) * perSecond, perSecond });
      await load.reached(5 * perSecond);
      await stage.script([{ provider: "sendgrid", fault: { status: 503, times: 1_000_000 } }]);
      stage.fault("sendgrid answers 503");
      const began = Date.now();
      await pause(seconds * 1_000);
      await stage.script([]);
      const ended = Date.now();
      const figures: Record<string, string | number> = {};
      return conclude(stage, { bound: 0, figures, broken: () => judged(stage, { began, ended, figures }) });
    },
    ...(seconds > 120 ? { long: true } : {}),
  };
}

interface Outage {
  readonly began: number;
  readonly ended: number;
  readonly figures: Record<string, string | number>;
}

function at(record: MailRecord): number {
  return Date.parse(record.at);
}

function judged(stage: Stage, { began, ended, figures }: Outage): string[] {
  const requests = stage.requests();
  const refused = requests.filter(({ provider, verdict }) => provider === "sendgrid" && verdict === "rejected").map(at);
  // The probes: what came once nothing had come for as long as there must be between two of them.
  const firstProbe = refused.findIndex((time, index) => index > 0 && time - refused[index - 1]! >= probeEveryMs - 100);
  const [opening, probes] = firstProbe === -1 ? [refused, []] : [refused.slice(0, firstProbe), refused.slice(firstProbe)];
  const tooSoon = probes.filter((time, index) => index > 0 && time - probes[index - 1]! < probeEveryMs - 100);
  const bySmtp = requests.filter(
    (record) => record.provider === "smtp" && record.verdict === "accepted" && at(record) > opening.at(-1)! && at(record) < ended,
  );
  const firstAgain = requests.find((record) => record.provider === "sendgrid" && record.verdict === "accepted" && at(record) > ended);
  Object.assign(figures, {
    "refused until the circuit was open": opening.length,
    probes: probes.length,
    "by SMTP meanwhile": bySmtp.length,
    "SendGrid used again after": firstAgain === undefined ? "never" : `${((at(firstAgain) - ended) / 1_000).toFixed(1)} s`,
  });
  const broken: string[] = stage.ends().map((end) => `ended by itself: ${end}`);
  if (opening.length > mostRefusals) broken.push(`${opening.length} refusals until the circuit was open, at most ${mostRefusals}`);
  if (tooSoon.length > 0) broken.push(`${tooSoon.length} probes came within 5 s of the one before`);
  if (probes.length === 0 && ended - began > 10_000) broken.push("nobody looked whether SendGrid works again");
  if (firstAgain === undefined) broken.push("SendGrid was not used again");
  return broken;
}

export const providerDown = down("provider-down", 60);
export const providerDownLong = down("provider-down-long", 600);
