import type { CancelReport, CancelSelection } from "../bus/deliveries/deliveries.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { countOf } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

export interface CancelCommand {
  readonly event?: string;
  /** `<search key>=<value>`, or `=<value>`. */
  readonly key?: string;
  readonly subscriber?: string;
  readonly channel?: string;
  /** Only look. */
  readonly preview?: boolean;
  readonly yes?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

/** Ends deliveries that wait, unsent: those that are named, or those of a selection. Exit code 1 where one of those named was too late, or nothing was found. */
export async function cancelDeliveries(ids: readonly string[], options: CancelCommand): Promise<void> {
  const selection = selectionOf(options);
  const selects = Object.keys(selection).length > 0;
  if (ids.length > 0 && (selects || options.preview === true))
    throw new UsageError("give either ids of deliveries, or what they have in common (--event, --key, --subscriber, --channel)");
  if (ids.length > 0) return cancelNamed(ids, options);
  if (!selects)
    throw new UsageError(
      "say which deliveries: their ids, or what they have in common (--event, --key, --subscriber, --channel). All at once are never cancelled",
    );
  if (options.preview === true && options.yes === true)
    throw new UsageError("--preview only looks, so there is nothing to say --yes to: give one of them");
  await cancelSelected(selection, options);
}

async function cancelNamed(ids: readonly string[], { reason, json }: CancelCommand): Promise<void> {
  await withApplication(async ({ deliveries }) => {
    for (const id of ids) {
      const result = await deliveries.cancel(id, byPerson(reason));
      if (!result.cancelled) process.exitCode = 1;
      if (json === true) printJson({ id, ...result });
      else if (result.cancelled)
        print(
          result.mayHaveArrived === true
            ? `${oneLine(id)} is cancelled: it will not be sent again. An earlier try may have been accepted: see busbar deliveries show.`
            : `${oneLine(id)} is cancelled: it will not be sent.`,
        );
      else complain(`${oneLine(id)} was not cancelled: ${oneLine(result.refused)}`);
    }
  });
}

async function cancelSelected(selection: CancelSelection, { preview, yes, reason, json }: CancelCommand): Promise<void> {
  let told: CancelReport | undefined;
  const report = await asTyped(() =>
    withApplication(async ({ deliveries }) => {
      const seen = await deliveries.cancelMany({ ...selection, preview: true });
      if (preview === true || seen.cancelled + seen.audiences === 0) return seen;
      if (json !== true) print(...reportLines((told = seen)));
      const text = `Cancel ${countOf(seen.cancelled, "delivery", "deliveries")}?`;
      return (await confirmed({ text, yes })) ? deliveries.cancelMany({ ...selection, ...byPerson(reason) }) : undefined;
    }),
  );
  if (report === undefined) {
    print("Nothing was changed.");
    process.exitCode = 1;
    return;
  }
  if (report.events === 0) process.exitCode = 1;
  if (json === true) printJson(report);
  else print(...reportLines(told === undefined ? report : { ...report, refused: refusedSince(told, report) }));
}

/** What was left as it is for another reason, or another number of them, than was said before. Pure. */
export function refusedSince(
  { refused: told }: Pick<CancelReport, "refused">,
  { refused }: Pick<CancelReport, "refused">,
): CancelReport["refused"] {
  return Object.fromEntries(Object.entries(refused).filter(([why, count]) => told[why] !== count));
}

function selectionOf({ event, key, subscriber, channel }: CancelCommand): CancelSelection {
  const [, name = "", value] = key === undefined ? [] : (/^([^=]*)=(.+)$/s.exec(key) ?? []);
  if (key !== undefined && value === undefined)
    throw new UsageError(
      `--key takes a search key and its value, such as order=A-1001, or =A-1001 for any key, not ${JSON.stringify(key)}`,
    );
  return {
    ...(event === undefined ? {} : { event }),
    ...(value === undefined ? {} : { value }),
    ...(name === "" ? {} : { key: name }),
    ...(subscriber === undefined ? {} : { subscriber }),
    ...(channel === undefined ? {} : { channel }),
  };
}

/** What was done, or would be, and what was not. Pure. */
export function reportLines({ events, more, cancelled, refused, audiences, unplanned, preview }: CancelReport): string[] {
  if (events === 0) return ["No such event is known: nothing was cancelled."];
  const done = preview
    ? "would be cancelled"
    : cancelled === 1
      ? "was cancelled: it will not be sent"
      : "were cancelled: they will not be sent";
  return [
    `${countOf(cancelled, "delivery", "deliveries")} ${done}${events === undefined ? "" : `, of ${countOf(events, "event")}`}.`,
    ...(audiences === 0 ? [] : [`${countOf(audiences, "audience")} ${preview ? "would release" : "release"} no more recipients.`]),
    ...Object.entries(refused).map(
      ([why, count]) => `${countOf(count, "delivery", "deliveries")} left as ${count === 1 ? "it is" : "they are"}: ${oneLine(why)}`,
    ),
    ...(unplanned.length === 0
      ? []
      : [
          `Not planned yet by ${unplanned.map(oneLine).join(", ")}: what they plan of it later is not cancelled. To hold that up: busbar subscribers pause.`,
        ]),
    ...(more === true ? ["More events have this value: do it again for the older ones."] : []),
  ];
}
