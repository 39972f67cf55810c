import { numberArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { autopsyLines, groupLines, letterLines } from "./dead-letter-lines.ts";
import { countOf, countText } from "./figures.ts";
import { jsonArgument } from "./filter-argument.ts";
import { lookAtApplication, withApplication } from "./folder-redis.ts";
import { letterFilter, type TypedLetterFilter } from "./letter-filter.ts";
import { namesNobodyHas } from "./names-nobody-has.ts";
import { complain, print, printJson, problemLines } from "./output.ts";
import { type ShowPii, viewOf } from "./show-pii.ts";
import { tableLines } from "./table.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

export interface ListCommand extends TypedLetterFilter, ShowPii {
  readonly count: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** Prints a page of the dead letters, the newest first. */
export async function listDeadLetters({ count, cursor, json, showPii, ...typed }: ListCommand): Promise<void> {
  const most = numberArgument("--count", count, { least: 1, most: 10_000 });
  const selection = { ...letterFilter(typed), ...viewOf({ showPii }), count: most, cursor };
  const { page, total, strangers } = await asTyped(() =>
    lookAtApplication(async (bus) => {
      const { deadLetters } = bus;
      const found = await deadLetters.list(selection);
      const whole = found.next === undefined && cursor === undefined;
      const all = whole ? found.deadLetters.length : (await deadLetters.preview(letterFilter(typed))).total;
      return { page: found, total: all, strangers: all > 0 || json === true ? [] : await namesNobodyHas(bus, typed) };
    }),
  );
  if (json === true) return printJson(page);
  const { deadLetters: letters, next } = page;
  if (total === 0) return print("No dead letters.", ...strangers);
  print(
    ...letters.flatMap(letterLines),
    `${total === letters.length ? total : `${letters.length} of ${countText(total)}`} dead letter${total === 1 ? "" : "s"}. Try them again: busbar dead-letters redrive <id …>, or --all`,
    ...(next === undefined ? [] : [`Older ones: --cursor ${next}`]),
  );
}

/** Prints dead letters of one cause together, the largest group first. */
export async function listGroups({ count, json, showPii, ...typed }: Omit<ListCommand, "cursor">): Promise<void> {
  const most = numberArgument("--count", count, { least: 1, most: 1_000 });
  const selection = { ...letterFilter(typed), ...viewOf({ showPii }), count: most };
  const { found, strangers } = await asTyped(() =>
    lookAtApplication(async (bus) => {
      const groups = await bus.deadLetters.groups(selection);
      return { found: groups, strangers: groups.total > 0 || json === true ? [] : await namesNobodyHas(bus, typed) };
    }),
  );
  if (json === true) return printJson(found);
  if (found.total === 0) return print("No dead letters.", ...strangers);
  print(
    ...found.groups.flatMap(groupLines),
    `${countOf(found.total, "dead letter")} in ${countOf(found.groups.length + found.more, "group")}. One group: --fingerprint <its name>, on list, redrive and discard`,
    ...(found.more === 0 ? [] : [`More groups: --count ${most + found.more}`]),
  );
}

export interface ShowCommand extends ShowPii {
  /** All of the message, and not only its beginning. */
  readonly message?: boolean;
  readonly json?: boolean;
}

/** Prints everything that is known of one dead letter. Exit code 1 where none has that id. */
export async function showDeadLetter(id: string, { message, json, ...pii }: ShowCommand): Promise<void> {
  const letter = await lookAtApplication(({ deadLetters }) => deadLetters.show(id, viewOf(pii)));
  if (letter === undefined) {
    complain(`no dead letter has the id ${oneLine(JSON.stringify(id))}; busbar dead-letters list shows those that there are`);
    process.exitCode = 1;
  } else if (json === true) printJson(letter);
  else print(...autopsyLines(letter, { message }));
}

export interface EditCommand {
  readonly data: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** Gives a dead letter other data. Exit code 1 where it cannot be used. */
export async function editDeadLetter(id: string, { data, reason, json }: EditCommand): Promise<void> {
  const given = await dataArgument(data);
  const edited = await withApplication(({ deadLetters }) => deadLetters.edit(id, given, byPerson(reason)));
  if (json === true) printJson(edited);
  if ("problems" in edited) {
    if (json !== true) complain([`${oneLine(id)} is as it was:`, ...problemLines(edited.problems)].join("\n"));
    process.exitCode = 1;
  } else if (json !== true)
    print(
      edited.changed.length === 0
        ? `${oneLine(id)} has that data: nothing was changed.`
        : `${oneLine(id)} is changed: ${oneLine(edited.changed.join(", "))}. Try it again: busbar dead-letters redrive ${oneLine(id)}`,
    );
}

/** @throws UsageError for what is no JSON */
export async function dataArgument(typed: string): Promise<unknown> {
  const json = await jsonArgument("--data", typed);
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new UsageError(`--data is no JSON: ${(error as Error).message}`);
  }
}

/** Makes the index of dead letters anew. */
export async function rebuildIndex({ reason, json }: { readonly reason?: string; readonly json?: boolean }): Promise<void> {
  const made = await withApplication(({ deadLetters }) => deadLetters.rebuild(byPerson(reason)));
  if (json === true) return printJson(made);
  const rows = Object.entries(made).map(([queue, count]) => [queue, countText(count)]);
  print(
    "The index is made anew, of these dead letters:",
    ...tableLines([{ title: "queue" }, { title: "dead letters", right: true }], rows),
  );
}
