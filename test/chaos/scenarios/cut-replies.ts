import { conclude } from "../conclude.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 2_000;
const workers = ["worker-1", "worker-2"];

export const cutReplies: Scenario = {
  name: "cut-replies",
  code: "F13",
  about: "2,000 events while every hundredth reply of Redis is cut off with its connection, after its command was done",
  stage: { proxied: true, answerDelay: 20 },
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    stage.cutReplies(0.01);
    const load = stage.load({ count: events, perSecond: 40 });
    await load.done;
    stage.cutReplies(0);
    const figures: Record<string, string | number> = {};
    return conclude(stage, {
      // Each cut may lose what one worker was about to say of what it had under way.
      bound: () => Math.min(events, stage.cuts() * concurrency),
      figures,
      broken: () => {
        figures["replies cut off"] = stage.cuts();
        return stage.cuts() > 0 ? [] : ["no reply was cut off: nothing was tried"];
      },
    });
  },
};
