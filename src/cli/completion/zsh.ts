import { briefly, findNames, quoted } from "./names.ts";
import type { Completed, Named, Values } from "./tree.ts";

/** A function for zsh, which is called where it lies on the fpath, and known where it is evaluated. Pure. */
export function zshScript(commands: readonly Completed[]): string {
  const known = commands.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  return `#compdef busbar
# Completion of busbar for zsh: eval "$(busbar completion zsh)", after compinit
_busbar_topics() { ${findNames.topics}; }
_busbar_subscribers() { ${findNames.subscribers}; }
_busbar_schedules() { ${findNames.schedules}; }

_busbar() {
  setopt localoptions nonomatch
  local command="" word before="\${words[CURRENT-1]}"
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${command:+$command }$word" in
      (${known.join(" | ")}) command="\${command:+$command }$word" ;;
    esac
  done

  case "$command $before" in
${commands.flatMap(({ path, options }) => options.flatMap(({ name, values }) => (values === undefined ? [] : [`    (${quoted(`${path} ${name}`)}) ${offer(values)}; return ;;`]))).join("\n")}
  esac
  case "$command" in
${commands.map(caseOf).join("\n")}
  esac
}

if [[ "\${funcstack[1]}" == _busbar ]]; then _busbar "$@"; else compdef _busbar busbar; fi
`;
}

function caseOf({ path, verbs, options, values }: Completed): string {
  const words = verbs.length > 0 ? described("command", verbs) : offer(values);
  return `    (${quoted(path)}) if [[ \${words[CURRENT]} == -* ]]; then ${described("option", options)}; else ${words}; fi ;;`;
}

/** A colon ends the name there. */
function described(what: string, named: readonly Named[]): string {
  const each = named.map(({ name, description }) => quoted(`${name.replaceAll(":", String.raw`\:`)}:${briefly(description)}`));
  return `found=(${each.join(" ")}); _describe -t ${what}s ${what} found`;
}

function offer(values: Values): string {
  if (values === "none") return ":";
  if (values === "files") return "_files";
  return `found=(${typeof values === "string" ? `\${(f)"$(_busbar_${values})"}` : values.map(quoted).join(" ")}); compadd -a found`;
}
