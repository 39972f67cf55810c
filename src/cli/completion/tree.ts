import type { Argument, Command, Option } from "commander";
import { queueNames } from "../../bus/named-queues.ts";
import { channelNames } from "../../define/channel-name.ts";
import { pathOf } from "../commands/servers.ts";

/** What may stand at a place: words that are known, or names that are looked for when they are asked for. `none`: nobody can know. */
export type Values = readonly string[] | "topics" | "subscribers" | "schedules" | "files" | "none";

export interface Named {
  readonly name: string;
  readonly description: string;
}

/** One command, as a shell completes it. */
export interface Completed {
  /** Its words after `busbar`; of the program itself none. */
  readonly path: string;
  readonly verbs: readonly Named[];
  /** `values` is absent of an option that takes none. */
  readonly options: readonly (Named & { readonly values?: Values })[];
  /** What its arguments are. */
  readonly values: Values;
}

const optionValues: Readonly<Record<string, Values>> = {
  "--topic": "topics",
  "--subscriber": "subscribers",
  "--confirm": "subscribers",
  "--channel": channelNames,
  "--queue": queueNames,
  "--key-file": "files",
  "--out": "files",
  "--check": "files",
  "--data": "files",
  "--filter": "files",
  "--folder": "files",
  "--only": ["router", "workers", "relay", "server"],
  "--mode": ["missing", "again"],
  "--dialect": ["eventbridge", "sns"],
};

/** The program and all of its commands, verbs after their command. Pure. */
export function completedOf(command: Command, path = ""): readonly Completed[] {
  const verbs = command.commands.map((each) => ({ name: each.name(), description: each.description() }));
  const options = [
    ...command.options.filter(({ hidden }) => !hidden).map(optionOf),
    { name: "--help", description: "say how it is called" },
  ];
  const own: Completed = { path, verbs, options, values: argumentValues(command.registeredArguments, path) };
  return [own, ...command.commands.flatMap((each) => completedOf(each, pathOf(each)))];
}

function optionOf({ long, short, description, required, optional }: Option): Completed["options"][number] {
  const name = long ?? short ?? "";
  return { name, description, ...(required || optional ? { values: optionValues[name] ?? "none" } : {}) };
}

function argumentValues([first]: readonly Argument[], path: string): Values {
  if (first === undefined) return "none";
  const [name, choices] = [first.name(), first.argChoices];
  if (choices !== undefined) return choices;
  const [noun] = path.split(" ");
  if ((name === "topic" || name === "topics") && noun !== "new") return "topics";
  if (name === "channel") return channelNames;
  if (noun === "subscribers" || noun === "schedules") return noun;
  return noun === "channels" ? queueNames : "none";
}
