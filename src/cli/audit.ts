import { type AuditSelection, auditVerbs, isAuditWord } from "../bus/audit.ts";
import { nearestName } from "../define/names.ts";
import { numberArgument, timeArgument } from "./arguments.ts";
import { momentText } from "./figures.ts";
import { lookAtApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { tableLines } from "./table.ts";
import { UsageError } from "./usage-error.ts";
import { asTyped } from "./wrong-call.ts";

export interface AuditCommand extends Pick<AuditSelection, "by" | "what" | "of" | "cursor"> {
  readonly since?: string;
  readonly until?: string;
  readonly count: string;
  readonly json?: boolean;
}

/** Prints who did what, the newest first. */
export async function audit({ since, until, count, json, ...words }: AuditCommand): Promise<void> {
  checkWhat(words.what);
  const now = Date.now();
  const selection: AuditSelection = {
    ...words,
    count: numberArgument("--count", count, { least: 1, most: 10_000 }),
    ...(since === undefined ? {} : { since: timeArgument("--since", since, now) }),
    ...(until === undefined ? {} : { until: timeArgument("--until", until, now) }),
  };
  const page = await asTyped(() => lookAtApplication((bus) => bus.audit(selection)));
  if (json === true) return printJson(page);
  const { entries, next } = page;
  const columns = ["when (UTC)", "by", "what", "of", "reason"].map((title) => ({ title }));
  const rows = entries.map(({ at, by, what, of, reason = "" }) => [momentText(at), by, what, of, reason]);
  print(
    ...(rows.length === 0 ? ["Nothing of this kind is in the audit record."] : tableLines(columns, rows)),
    ...(next === undefined ? [] : [`Older ones: --cursor ${next}`]),
  );
}

function checkWhat(what: string | undefined): void {
  if (what === undefined || isAuditWord(what)) return;
  const near = nearestName(what, auditVerbs);
  const advice = near === undefined ? `There are ${auditVerbs.join(", ")}.` : `Did you mean "${near}"?`;
  throw new UsageError(`--what takes a verb of the audit record, not ${JSON.stringify(what)}. ${advice}`);
}
