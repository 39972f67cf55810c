import { type Dialect, type MessageAttribute, snsAttributes } from "../filter/index.ts";
import { verdictOn } from "../filter/verdict.ts";
import { jsonArgument, patternArgument } from "./filter-argument.ts";
import { print, printJson } from "./output.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";

export interface FilterTestCommand {
  readonly dialect: string;
  readonly scope: string;
  readonly json?: boolean;
}

const dialects = ["eventbridge", "sns"] as const;
const scopes = ["MessageAttributes", "MessageBody"] as const;

/** Says whether a pattern lets an event through, and why not. Exit code 1 where it does not. */
export async function filterTest(pattern: string, event: string, { json, ...typed }: FilterTestCommand): Promise<void> {
  if (pattern === "-" && event === "-") throw new UsageError("only one of the pattern and the event can come from standard input");
  const dialect = { dialect: oneOf("--dialect", typed.dialect, dialects), scope: oneOf("--scope", typed.scope, scopes) };
  const parsed = await patternArgument("the pattern", pattern, dialect);
  const payload = payloadOf(await readJson(event), dialect);
  const result = verdictOn(parsed, payload);
  if (!result.matches) process.exitCode = 1;
  if (json === true) return printJson(result);
  print(result.matches ? "It matches." : `It does not match: ${oneLine(result.reason!)}`);
  for (const { path, operators, wanted, seen } of result.failures ?? [])
    print(`  ${oneLine(`${path}  operator ${operators.join(", ")}  wanted ${wanted}  seen ${seen}`)}`);
  for (const warning of result.warnings) print(`Warning: ${oneLine(warning)}`);
}

/** An event has its payload in `data`; what is no event is the payload itself. */
function payloadOf(value: unknown, { dialect, scope }: Dialect): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (dialect === "sns" && scope === "MessageAttributes") return snsAttributes(value as Readonly<Record<string, MessageAttribute>>);
  return "specversion" in value && "data" in value ? value.data : value;
}

async function readJson(typed: string): Promise<unknown> {
  try {
    return JSON.parse(await jsonArgument("the event", typed)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`the event is not JSON: ${error.message}`);
    throw error;
  }
}

function oneOf<Name extends string>(option: string, typed: string, names: readonly Name[]): Name {
  const name = names.find((each) => each === typed);
  if (name === undefined) throw new UsageError(`${option} is one of ${names.join(", ")}, not ${JSON.stringify(typed)}`);
  return name;
}
