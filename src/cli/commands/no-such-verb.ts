import type { Command } from "commander";
import { nearestName } from "../../define/names.ts";
import { UsageError } from "../usage-error.ts";

/**
 * A verb that is done where none is named gets whatever else stands there too: a mistyped verb.
 * @throws UsageError naming the verb that was probably meant
 */
export function refuseOtherVerbs({ args, parent }: Command): void {
  const [typed] = args;
  if (typed === undefined) return;
  const known = parent?.commands.map((command) => command.name()) ?? [];
  const near = nearestName(typed, known);
  const advice = near === undefined ? `there are ${known.join(", ")}` : `did you mean "${near}"?`;
  throw new UsageError(`${parent?.name() ?? "busbar"} knows no verb ${JSON.stringify(typed)}: ${advice}`);
}
