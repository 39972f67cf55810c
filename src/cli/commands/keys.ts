import type { Command } from "commander";
import type { CreateCommand, RevokeCommand, RotateCommand } from "../keys.ts";
import { refuseOtherVerbs } from "./no-such-verb.ts";

/** The API keys of the HTTP server. */
export function declareKeys(program: Command): void {
  const keys = program
    .command("keys")
    .description("API keys: make one for each program that uses the HTTP API, list, rotate and revoke them");

  keys
    .command("list", { isDefault: true })
    .description("list the keys with their scopes and when they were last used; secrets are not kept")
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar keys\n  busbar keys list --json`)
    .allowExcessArguments()
    .action(async (options: { json?: boolean }, command: Command) => {
      refuseOtherVerbs(command);
      await (await import("../keys.ts")).listKeys(options);
    });

  keys
    .command("create")
    .description("make a key and print it, this once")
    .requiredOption("--name <name>", "who holds it, such as shop-backend")
    .requiredOption(
      "--scope <scope>",
      "publish:<topics> (with * for any characters), read, pii, operate or admin; may be repeated",
      gathered,
    )
    .option("--rate <rate>", "at most so many requests in a time, such as 100/1s; no limit by default")
    .option("--expires <time>", "after how long it ends, such as 90d; never by default")
    .option("--reason <text>", "why, for the audit record")
    .option("--json", "print the key and its data as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar keys create --name shop-backend --scope 'publish:order.*' --rate 100/1s\n  busbar keys create --name on-call --scope read --scope operate --expires 90d`,
    )
    .action(async (options: CreateCommand) => (await import("../keys.ts")).createKey(options));

  keys
    .command("rotate <id>")
    .description("make the key that takes another one's place, and print it, this once; both are valid for a while")
    .option("--overlap <time>", "for how long the old one stays valid, such as 2h; 24h by default")
    .option("--reason <text>", "why, for the audit record")
    .option("--json", "print both as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar keys rotate k3v2abcdef\n  busbar keys rotate k3v2abcdef --overlap 7d --reason "every quarter"`,
    )
    .action(async (id: string, options: RotateCommand) => (await import("../keys.ts")).rotateKey(id, options));

  keys
    .command("revoke <id>")
    .description("take a key away: it is refused within five seconds")
    .option("--yes", "do not ask")
    .option("--reason <text>", "why, for the audit record")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar keys revoke k3v2abcdef`)
    .action(async (id: string, options: RevokeCommand) => (await import("../keys.ts")).revokeKey(id, options));
}

function gathered(scope: string, before: readonly string[] = []): string[] {
  return [...before, scope];
}
