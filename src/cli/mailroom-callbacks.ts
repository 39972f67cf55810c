import { type DeliveryStatus, deliveryStatuses } from "../define/status.ts";
import { callbacksAddress } from "../mailroom/callback-place.ts";
import type { MailroomOptions } from "../mailroom/mailroom.ts";
import { UsageError } from "./usage-error.ts";

export interface CallbackFlags {
  /** Where callbacks go. Default: `MAILROOM_CALLBACKS_URL`, else nowhere but where a message itself says. */
  readonly callbacksUrl?: string | undefined;
  /** What providers tell of each message by themselves, such as `delivered,read`, or `none`. Default: `MAILROOM_STATUSES`, else `delivered`. */
  readonly statuses?: string | undefined;
}

/**
 * What the mailroom of a command calls back with, and where.
 * @throws UsageError with everything that is wrong, by the name of the option or the variable
 */
export function callbackOptions(
  { callbacksUrl, statuses }: CallbackFlags,
  env: Readonly<Record<string, string | undefined>>,
): Pick<MailroomOptions, "callbacks" | "automatic"> {
  const url = callbacksUrl ?? (env["MAILROOM_CALLBACKS_URL"] || undefined);
  const list = statuses ?? (env["MAILROOM_STATUSES"] || "delivered");
  const wanted = list === "none" ? [] : list.split(",").map((status) => status.trim());
  const problems: string[] = [];
  const read = url === undefined ? undefined : callbacksAddress(url);
  const urlName = callbacksUrl === undefined ? "MAILROOM_CALLBACKS_URL" : "--callbacks-url";
  if (read !== undefined && "problem" in read) problems.push(`${urlName}: ${read.problem}`);
  const unknown = wanted.filter((status) => !deliveryStatuses.includes(status as DeliveryStatus));
  if (unknown.length > 0)
    problems.push(
      `${statuses === undefined ? "MAILROOM_STATUSES" : "--statuses"} takes none, or some of ${deliveryStatuses.join(", ")}; not ${unknown.map((one) => JSON.stringify(one)).join(", ")}`,
    );
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return {
    ...(url === undefined ? {} : { callbacks: url }),
    ...(wanted.length === 0 ? {} : { automatic: { status: wanted as DeliveryStatus[] } }),
  };
}
