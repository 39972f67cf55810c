import { conclude } from "../conclude.ts";
import type { Scenario } from "../scenario.ts";

const events = 2_000;
const share = 0.05;
const workers = ["worker-1", "worker-2"];
/** Long enough to show that nothing is sent again, and short enough to be waited for. */
const holdMs = 20_000;

/** The reply is lost after acceptance on 5 % of the sends. */
function lost(name: string, about: string, onUnknown: "resend" | { readonly hold: number }): Scenario {
  return {
    name,
    code: "F15",
    about,
    stage: { answerDelay: 5 },
    async run(stage) {
      const subscribers = ["mailer"];
      await stage.script([{ provider: "sendgrid", fault: { resetAfterAccept: true, share } }]);
      // The policy is planned with the delivery: the router is whom it is told.
      await stage.run("router", { name: "router", subscribers, onUnknown });
      await Promise.all(workers.map((worker) => stage.run("workers", { name: worker, subscribers })));
      const load = stage.load({ count: events, perSecond: 50 });
      await load.reached(events);
      const injected = (): number => stage.requests().filter(({ verdict, answer }) => verdict === "accepted" && answer === null).length;
      const figures: Record<string, string | number> = {};
      const verdict = await conclude(stage, {
        bound: Number.POSITIVE_INFINITY,
        figures,
        broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
      });
      const bound = onUnknown === "resend" ? injected() : 0;
      figures["replies lost"] = injected();
      const { duplicates } = verdict.judgement;
      const broken = duplicates > bound ? [`${duplicates} duplicates, at most ${bound}`] : [];
      if (injected() === 0) broken.push("no reply was lost: nothing was tried");
      return { ...verdict, bound, broken: [...verdict.broken, ...broken] };
    },
  };
}

export const lostReplies = lost(
  "lost-replies",
  "the reply is lost after acceptance on 5 % of 2,000 sends, onUnknown resend: at most one duplicate for each",
  "resend",
);
export const lostRepliesHeld = lost(
  "lost-replies-held",
  "the same with onUnknown hold: no duplicate, and what was held is a dead letter in the end",
  { hold: holdMs },
);
