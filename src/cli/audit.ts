import { numberArgument } from "./arguments.ts";
import { momentText } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { oneLine } from "./visible.ts";

export interface AuditCommand {
  readonly count: string;
  readonly json?: boolean;
}

/** Prints who saw personal data in the clear, and who erased it, the newest first. */
export async function audit({ count, json }: AuditCommand): Promise<void> {
  const most = numberArgument("--count", count, { least: 1, most: 10_000 });
  const entries = await withApplication((bus) => bus.audit(most));
  if (json === true) return printJson(entries.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })));
  if (entries.length === 0) return print("Nobody has seen or erased personal data.");
  print(
    ...entries.map(({ at, by, what, of, reason }) =>
      oneLine(`${momentText(new Date(at).toISOString())}  ${by}  ${what}  ${of}${reason === undefined ? "" : `: ${reason}`}`),
    ),
  );
}
