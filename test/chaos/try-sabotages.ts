import { perform } from "./perform.ts";
import type { Sabotage } from "./sabotage.ts";
import type { Scenario } from "./scenario.ts";
import { cutReplies } from "./scenarios/cut-replies.ts";
import { failoverFew } from "./scenarios/failover.ts";
import { outboxSmall } from "./scenarios/outbox.ts";
import { powerCutFew } from "./scenarios/power-cut.ts";
import { killRouters } from "./scenarios/kill-routers.ts";
import { lostRepliesHeld } from "./scenarios/lost-replies.ts";

interface Trial {
  readonly sabotage: Sabotage;
  /** It holds without the sabotage. */
  readonly scenario: Scenario;
  /** What the judge must say: broken for another reason is not caught. */
  readonly seen: RegExp;
}

const trials: readonly Trial[] = [
  { sabotage: "acknowledge-first", scenario: killRouters, seen: /acknowledged deliveries were lost/ },
  { sabotage: "publish-twice", scenario: killRouters, seen: /duplicates, at most 0/ },
  { sabotage: "plain-xadd", scenario: cutReplies, seen: /events stand twice in the log/ },
  { sabotage: "no-ledger", scenario: lostRepliesHeld, seen: /duplicates, at most 0/ },
  { sabotage: "no-wait", scenario: failoverFew, seen: /acknowledged deliveries were lost/ },
  { sabotage: "lying-disk", scenario: powerCutFew, seen: /acknowledged deliveries were lost/ },
  { sabotage: "insert-outside", scenario: outboxSmall, seen: /belong to no committed row/ },
  { sabotage: "delete-first", scenario: outboxSmall, seen: /committed rows have no event/ },
  { sabotage: "acknowledge-before-enqueue", scenario: killRouters, seen: /acknowledged deliveries were lost/ },
];

/** Shows that the judge can fail: tries each sabotage on the scenario that must see it, prints a table, and says whether every one was caught. */
export async function trySabotages(options: { readonly seed: number; readonly keep: boolean }): Promise<boolean> {
  const lines: string[] = [];
  let missed = 0;
  for (const { sabotage, scenario, seen } of trials) {
    console.log(`SABOTAGE ${sabotage}:`);
    const performed = await perform(scenario, { ...options, sabotage });
    const sentence = typeof performed === "string" ? undefined : performed.broken.find((broken) => seen.test(broken));
    if (sentence === undefined) missed += 1;
    lines.push(`  ${sabotage.padEnd(27)} ${scenario.name.padEnd(18)} ${sentence === undefined ? "NOT CAUGHT" : `caught: ${sentence}`}`);
  }
  console.log("Sabotages:");
  for (const line of lines) console.log(line);
  console.log(missed === 0 ? `All ${trials.length} are caught.` : `${missed} of ${trials.length} not caught.`);
  return missed === 0;
}
