import { findNames, quoted } from "./names.ts";
import type { Completed, Values } from "./tree.ts";

/** Functions and a `complete` line for bash 3.2 and newer. Pure. */
export function bashScript(commands: readonly Completed[]): string {
  const known = commands.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  return `# Completion of busbar for bash: eval "$(busbar completion bash)"
_busbar_topics() { ${findNames.topics}; }
_busbar_subscribers() { ${findNames.subscribers}; }
_busbar_schedules() { ${findNames.schedules}; }

_busbar() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" word index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "\${command:+$command }$word" in
      ${known.join(" | ")}) command="\${command:+$command }$word" ;;
    esac
  done

  case "$command $before" in
${commands.flatMap(({ path, options }) => options.flatMap(({ name, values }) => (values === undefined ? [] : [`    ${quoted(`${path} ${name}`)}) ${offer(values)}; return ;;`]))).join("\n")}
  esac
  case "$command" in
${commands.map(caseOf).join("\n")}
  esac
}
complete -o bashdefault -F _busbar busbar
`;
}

function caseOf({ path, verbs, options, values }: Completed): string {
  const words = verbs.length > 0 ? verbs.map(({ name }) => name) : values;
  return `    ${quoted(path)}) if [[ $current == -* ]]; then ${offer(options.map(({ name }) => name))}; else ${offer(words)}; fi ;;`;
}

function offer(values: Values): string {
  if (values === "none") return ":";
  if (values === "files") return `COMPREPLY=($(compgen -f -- "$current"))`;
  const words = typeof values === "string" ? `"$(_busbar_${values})"` : quoted(values.join(" "));
  return `COMPREPLY=($(compgen -W ${words} -- "$current"))`;
}
