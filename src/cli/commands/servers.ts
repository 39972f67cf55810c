import { type Command, Option } from "commander";
import { chooseServer } from "../remote/chosen-server.ts";
import { keyWarning, serverPlace, type ServerWords } from "../remote/server-place.ts";
import { UsageError } from "../usage-error.ts";

/** Commands that are done on a server where the call names one; with each, its verbs. */
const onServers: ReadonlySet<string> = new Set([
  "publish",
  "tail",
  "trace",
  "subscribers",
  "channels",
  "stats",
  "deliveries",
  "dead-letters",
  "replay",
  "schedules",
  "suppressions",
  "audit",
  "keys",
  "topics",
  "asyncapi",
]);

/** Commands that work on what belongs to one machine or one database, and why that is no server's; without BUSBAR_URL they are done here. */
const onRedisItself: Readonly<Record<string, string>> = {
  doctor: "looks at Redis itself",
  archive: "reads and writes the files of the archive",
  outbox: "works in the team's PostgreSQL",
  erase: "destroys keys in Redis itself",
  "replay diff": "compares the code of this folder with what was sent",
};

/** Adds `--url` and `--key-file` wherever they mean something; elsewhere they are known, so that a call that has them hears why not. */
export function declareServers(program: Command): void {
  for (const command of leavesOf(program)) {
    const known = isOnServers(command);
    // One that takes something from a server says so itself, and reads it.
    const own = command.options.some(({ long }) => long === "--url");
    const where = new Option(
      "--url <url>",
      "do it on the server at this address instead of here (or BUSBAR_URL); its API key is BUSBAR_KEY",
    );
    const key = new Option("--key-file <file>", "with --url: a file that holds the API key");
    for (const option of own ? [key] : [where, key]) command.addOption(known ? option : option.hideHelp());
    if (own) continue;
    // Where something is done is no option of what is done there.
    const all = command.opts.bind(command);
    command.opts = <Words extends object>() => {
      const { url: _url, keyFile: _keyFile, ...options } = all() as Readonly<Record<string, unknown>>;
      return options as Words;
    };
  }
}

/**
 * Says where a command is done, before it begins.
 * @throws UsageError where what was typed names a server for a command that is none's
 */
export function useServer(command: Command): void {
  chooseServer(undefined);
  const words: ServerWords = { url: command.getOptionValue("url"), keyFile: command.getOptionValue("keyFile") };
  if (isOnServers(command)) {
    const place = serverPlace(words, process.env);
    const warning = place && keyWarning(place);
    if (warning !== undefined) process.stderr.write(`busbar: ${warning}\n`);
    return chooseServer(place);
  }
  const name = pathOf(command);
  const why = onRedisItself[name] ?? onRedisItself[name.split(" ")[0]!];
  if (words.url !== undefined || words.keyFile !== undefined)
    throw new UsageError(`busbar ${name} ${why ?? "works on files of this folder"}, and not on a server: leave --url and --key-file away`);
  if (why !== undefined && (process.env["BUSBAR_URL"] ?? "") !== "")
    throw new UsageError(`busbar ${name} ${why}, and not on the server of BUSBAR_URL: call it there, or with BUSBAR_URL= to do it here`);
}

/** A command with all its words: `dead-letters list`. Pure. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

function isOnServers(command: Command): boolean {
  const path = pathOf(command);
  return onRedisItself[path] === undefined && onServers.has(path.split(" ")[0]!);
}

/** Those that do something: commands without verbs, and those that take arguments beside their verbs. */
export function leavesOf(command: Command): readonly Command[] {
  const own = command.parent !== null && (command.commands.length === 0 || command.registeredArguments.length > 0) ? [command] : [];
  return [...own, ...command.commands.flatMap(leavesOf)];
}
