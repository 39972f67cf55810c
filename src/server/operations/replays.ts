import * as z from "zod";
import { personalPaths } from "../../define/personal-filter.ts";
import { parse } from "../../filter/index.ts";
import { type Caller, checkScope } from "../access.ts";
import { found, type Operation, operation, paging, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Replays";
const unknown = "No replay has this id.";
const names = z.array(z.string().min(1).max(128)).min(1).max(100);
const time = z.union([z.string().max(64), z.number()]);

const selection = {
  topics: names.describe("Whose past events are routed again."),
  subscribers: names.describe("For whom; all of them have to be named."),
  routes: names.optional().describe("Only these routes of them. Default: all of theirs."),
  from: time.optional().describe("Published from then on: RFC 3339, or milliseconds since 1970. Default with `missing`: 95 hours ago."),
  to: time.optional().describe("Published until then. Default: now."),
  fromEvent: z.string().max(200).optional().describe("In place of `from`: from the event of this id on."),
  toEvent: z.string().max(200).optional().describe("In place of `to`: until the event of this id."),
  filter: z
    .union([z.record(z.string(), z.unknown()), z.string()])
    .optional()
    .describe(
      "A pattern: only events whose payload matches it; as text, keys that stand twice and numbers that would be rounded are found too. One that asks what personal data is needs the scope `pii`: counts alone tell it.",
    ),
  mode: z
    .enum(["missing", "again"])
    .default("missing")
    .describe("`missing`: what was never sent; `again`: everything once more, with ids of its own."),
  confirm: z.string().max(128).optional().describe("With `again`: the subscriber's name once more."),
  reason,
};

export function replayOperations(bus: ServedBus): readonly Operation[] {
  const turn = (verb: "pause" | "resume" | "cancel", summary: string): Operation =>
    operation({
      method: "POST",
      path: `/v1/replays/:id/${verb}`,
      scope: "operate",
      summary,
      tag,
      body: z.strictObject({ reason }),
      answer: "the replay",
      handle: ({ params: { id }, by }) => bus.replays[verb](id!, by),
    });

  return [
    operation({
      method: "GET",
      path: "/v1/replays",
      scope: "read",
      summary: "Replays, the newest first",
      tag,
      query: z.strictObject(paging()),
      answer:
        "`replays`, each with its state, its progress, and who did what to it, and `next`, the `cursor` of the next page, where there is one",
      handle: ({ query }) => bus.replays.list(query),
    }),
    operation({
      method: "GET",
      path: "/v1/replays/:id",
      scope: "read",
      summary: "One replay: its progress, how fast it is, how long it still takes, and who did what to it",
      tag,
      answer: "the replay",
      handle: async ({ params: { id } }) => found(await bus.replays.show(id!), unknown),
    }),
    operation({
      method: "POST",
      path: "/v1/replays",
      scope: "operate",
      summary: "Route past events again for chosen subscribers; a process with a router works on it",
      tag,
      body: z.strictObject({ ...selection, pace: z.number().positive().optional().describe("Queue so many deliveries a second at most.") }),
      answer: "the replay",
      async handle({ body, by, caller }) {
        await checkFilter(bus, body, caller);
        return bus.replays.start({ ...body, ...by });
      },
    }),
    operation({
      method: "POST",
      path: "/v1/replays/preview",
      scope: "operate",
      summary: "What a replay would come to; nothing is queued. Of at most 10,000 events at a time",
      tag,
      body: z.strictObject(selection),
      answer: "counts, `parts` by subscriber and channel, and `samples`: ten of what would be queued, rendered",
      async handle({ body, by, caller }) {
        await checkFilter(bus, body, caller);
        return previewOf(bus, { ...body, ...by });
      },
    }),
    turn("pause", "Stop a replay after the page under way, until it is resumed"),
    turn("resume", "Go on with a paused replay"),
    turn("cancel", "End a replay; what it has queued stays queued"),
  ];
}

/** A request must not look at a whole log. */
const mostPreviewed = 10_000;

async function previewOf(bus: ServedBus, request: Parameters<ServedBus["replays"]["preview"]>[0]) {
  const enough = new AbortController();
  return bus.replays.preview(request, {
    signal: enough.signal,
    onProgress: ({ events }) => void (events >= mostPreviewed && enough.abort()),
  });
}

/**
 * Who does not see personal data must not find it out by trying filters.
 * @throws HttpProblem `FORBIDDEN` naming what the filter asks about
 */
async function checkFilter(bus: ServedBus, { topics, filter }: Asked, caller: Caller): Promise<void> {
  const meant = (await bus.catalog()).topics.filter(({ name }) => topics.includes(name));
  const paths = filter === undefined ? [] : personalPaths(parse(filter), meant);
  if (paths.length > 0) checkScope(caller, "pii", `Its filter asks about personal data (${paths.join(", ")}).`);
}

interface Asked {
  readonly topics: readonly string[];
  readonly filter?: unknown;
}
