import * as z from "zod";
import { defineTopic } from "./topic.ts";

/**
 * The dead letters of a queue are as many as its threshold says (`deadLetterThreshold`, 100 by default). busbar publishes it where an application has the
 * topic: export it from `topics/index.ts`, and write a subscriber. It is one event for all processes, and the next one comes after they were fewer again.
 */
export const deadLettersThresholdReached = defineTopic(
  "dead_letters.threshold_reached",
  z.object({
    /** A channel, `routing`, `audiences` or `callbacks`. */
    queue: z.string(),
    threshold: z.int(),
    /** When they reached it. */
    since: z.iso.datetime(),
  }),
  {
    description: "A queue has so many dead letters that somebody should look.",
    key: (data) => data.queue,
    example: { queue: "email", threshold: 100, since: "2026-01-31T09:30:00.000Z" },
  },
);

export type DeadLettersThresholdReached = z.output<(typeof deadLettersThresholdReached)["schema"]>;
