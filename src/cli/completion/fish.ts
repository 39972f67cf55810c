import { briefly, findNames } from "./names.ts";
import type { Completed, Values } from "./tree.ts";

/** `complete` lines for fish. Pure. */
export function fishScript(commands: readonly Completed[]): string {
  const known = commands.filter(({ path }) => path !== "").map(({ path }) => fishQuoted(path));
  return `# Completion of busbar for fish: busbar completion fish > ~/.config/fish/completions/busbar.fish
function __busbar_topics; sh -c ${fishQuoted(findNames.topics)}; end
function __busbar_subscribers; sh -c ${fishQuoted(findNames.subscribers)}; end
function __busbar_schedules; sh -c ${fishQuoted(findNames.schedules)}; end

# Whether the words before the cursor are this command.
function __busbar_at
    set -l command ""
    for word in (commandline -opc)[2..-1]
        set -l longer (string trim -- "$command $word")
        contains -- "$longer" ${known.join(" ")}; and set command "$longer"
    end
    test "$command" = "$argv[1]"
end

complete -c busbar -f
${commands.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, verbs, options, values }: Completed): string[] {
  const at = `complete -c busbar -n ${fishQuoted(`__busbar_at ${fishQuoted(path)}`)}`;
  return [
    ...verbs.map(({ name, description }) => `${at} -a ${fishQuoted(name)} -d ${fishQuoted(briefly(description))}`),
    ...(verbs.length > 0 || values === "none" ? [] : [`${at} ${offer(values)}`]),
    ...options.map(({ name, description, values: own }) => {
      const long = name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
      // Without -x, fish offers the folder's files beside them.
      const taken = own === undefined ? "" : own === "files" ? ` -r ${offer(own)}` : ` -x${own === "none" ? "" : ` ${offer(own)}`}`;
      return `${at} ${long} -d ${fishQuoted(briefly(description))}${taken}`;
    }),
  ];
}

function offer(values: Exclude<Values, "none">): string {
  if (values === "files") return "-F";
  return `-a ${fishQuoted(typeof values === "string" ? `(__busbar_${values})` : values.join(" "))}`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
