import { enumerateCrashPoints } from "../crash-points/enumerate.ts";
import { type FaultKind, faultKinds } from "../crash-points/calls.ts";
import type { Scenario } from "../scenario.ts";

function crashPointsOf({
  faults,
  ...named
}: Pick<Scenario, "name" | "code" | "about" | "long"> & { readonly faults: readonly FaultKind[] }): Scenario {
  return {
    ...named,
    stage: { provider: "file" },
    async run(stage) {
      const results = await enumerateCrashPoints({ redis: stage.redisUrl, folder: stage.folder, faults }, stage.say);
      const twice = results.filter(({ sends }) => sends > 1);
      const acknowledged = results.filter((result) => result.acknowledged);
      const sum = results.reduce((all, { sends }) => all + sends, 0);
      return {
        judgement: {
          acknowledged: acknowledged.length,
          expected: acknowledged.length,
          sent: sum,
          lost: acknowledged.filter(({ sends }) => sends === 0).map(({ kind, how }) => `${how} ${kind}`),
          duplicates: results.reduce((all, { sends }) => all + Math.max(0, sends - 1), 0),
          strange: [],
          recoveries: [],
          delays: [],
        },
        bound: results.filter(({ kind }) => kind === "provider" || kind === "mark.lua").length,
        broken: results.flatMap(({ kind, how, broken }) => broken.map((sentence) => `${how} ${kind}: ${sentence}`)),
        figures: {
          "crash points": results.length,
          "sent twice": twice.map(({ kind, how }) => `${how} ${kind}`).join(", ") || "never",
        },
      };
    },
  };
}

export const crashPoints = crashPointsOf({
  name: "crash-points",
  code: "CP",
  about:
    "one event for each kind of call to Redis and to the provider, times: die before it, die after it, lose its reply, fail, sleep past every lease",
  faults: faultKinds,
});

/** A part of them that is quicker: nobody sleeps. */
export const crashPointsOfDeath = crashPointsOf({
  name: "crash-points-quick",
  code: "CPQ",
  about: "a part of crash-points: die before each kind of call, die after it, lose its reply; not: fail, sleep past every lease",
  faults: ["die before", "die after", "reply lost"],
  long: true,
});
