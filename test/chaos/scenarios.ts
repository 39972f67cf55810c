import type { Scenario } from "./scenario.ts";
import { callbacks, callbacksFew } from "./scenarios/callbacks.ts";
import { crashPoints, crashPointsOfDeath } from "./scenarios/crash-points.ts";
import { cutReplies } from "./scenarios/cut-replies.ts";
import { deadRouter } from "./scenarios/dead-router.ts";
import { deadWorker } from "./scenarios/dead-worker.ts";
import { diskFull } from "./scenarios/disk-full.ts";
import { forgottenScripts } from "./scenarios/forgotten-scripts.ts";
import { memoryFull } from "./scenarios/memory-full.ts";
import { wrongSettings } from "./scenarios/wrong-settings.ts";
import { killRedis } from "./scenarios/kill-redis.ts";
import { failoverFew, failoverMany } from "./scenarios/failover.ts";
import { cluster } from "./scenarios/cluster.ts";
import { powerCutFew, powerCutMany } from "./scenarios/power-cut.ts";
import { wrongClocks } from "./scenarios/wrong-clocks.ts";
import { emptyReplica } from "./scenarios/empty-replica.ts";
import { soak } from "./scenarios/soak.ts";
import { partition } from "./scenarios/partition.ts";
import { hungRedis } from "./scenarios/hung-redis.ts";
import { redisAway, redisAwayLong } from "./scenarios/redis-away.ts";
import { killAll, smoke } from "./scenarios/kill-all.ts";
import { killRouters } from "./scenarios/kill-routers.ts";
import { killWorkers } from "./scenarios/kill-workers.ts";
import { outbox, outboxSmall } from "./scenarios/outbox.ts";
import { pausedWorker } from "./scenarios/paused-worker.ts";
import { poison } from "./scenarios/poison.ts";
import { poisonHandler } from "./scenarios/poison-handler.ts";
import { lostReplies, lostRepliesHeld } from "./scenarios/lost-replies.ts";
import { providerDown, providerDownLong } from "./scenarios/provider-down.ts";
import { redrive, redriveFew } from "./scenarios/redrive.ts";
import { refusingQueue } from "./scenarios/refusing-queue.ts";
import { rollingDeploy } from "./scenarios/rolling-deploy.ts";
import { replayBeside, replayBesideLong, replayKilled } from "./scenarios/replay.ts";
import { sigterm } from "./scenarios/sigterm.ts";
import { standard, standardSmall } from "./scenarios/standard.ts";
import { takeOver } from "./scenarios/take-over.ts";

/** All of them, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  standard,
  standardSmall,
  crashPoints,
  crashPointsOfDeath,
  smoke,
  killAll,
  killWorkers,
  deadWorker,
  killRouters,
  killRedis,
  powerCutFew,
  powerCutMany,
  failoverFew,
  failoverMany,
  partition,
  emptyReplica,
  cluster,
  wrongClocks,
  soak,
  hungRedis,
  redisAway,
  redisAwayLong,
  diskFull,
  memoryFull,
  wrongSettings,
  cutReplies,
  forgottenScripts,
  sigterm,
  rollingDeploy,
  refusingQueue,
  takeOver,
  deadRouter,
  poison,
  poisonHandler,
  pausedWorker,
  providerDown,
  providerDownLong,
  lostReplies,
  lostRepliesHeld,
  replayKilled,
  replayBeside,
  replayBesideLong,
  redriveFew,
  redrive,
  callbacksFew,
  callbacks,
  outboxSmall,
  outbox,
];

/** What `.ci/run` does: under five minutes. */
export const quick: readonly Scenario[] = [crashPointsOfDeath, killAll];
