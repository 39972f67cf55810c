import { numberArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { lookAtApplication, withApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { chosenServer } from "./remote/chosen-server.ts";
import { work } from "./replay.ts";
import { listLines, viewLines } from "./replay-lines.ts";
import { UsageError } from "./usage-error.ts";
import { asTyped } from "./wrong-call.ts";

export interface ListCommand {
  readonly count: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

export async function listReplays({ count, cursor, json }: ListCommand): Promise<void> {
  const most = numberArgument("--count", count, { least: 1, most: 1_000 });
  await asTyped(() =>
    lookAtApplication(async ({ replays }) => {
      const page = await replays.list({ count: most, cursor });
      if (json === true) return printJson(page);
      print(...listLines(page.replays), ...(page.next === undefined ? [] : [`Older ones: --cursor ${page.next}`]));
    }),
  );
}

export async function showReplay(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  await lookAtApplication(async ({ replays }) => {
    const view = await replays.show(id);
    if (view === undefined) {
      complain(`no replay has the id ${JSON.stringify(id)}: busbar replay list`);
      process.exitCode = 1;
    } else if (json === true) printJson(view);
    else print(...viewLines(view));
  });
}

/** Tells a replay what to do, from anywhere: whoever works on it sees it within a second. */
export async function turnReplay(
  verb: "pause" | "resume" | "cancel",
  id: string,
  { reason, here, json }: { readonly reason?: string; readonly here?: boolean; readonly json?: boolean },
): Promise<void> {
  if (here === true && chosenServer() !== undefined)
    throw new UsageError(
      "--here works on it in this process, and the replay is a server's: leave it away, and a process with a router there goes on",
    );
  await asTyped(() =>
    withApplication(async ({ replays }) => {
      const view = await replays[verb](id, byPerson(reason));
      if (here === true) return;
      if (json === true) printJson(view);
      else print(`${view.id} is ${view.state}.${verb === "resume" ? " A process with a router goes on with it." : ""}`);
    }),
  );
  if (here === true) await work(id, json === undefined ? {} : { json });
}
