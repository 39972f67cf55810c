import type { Command } from "commander";

/** What is published by the clock, for all processes. */
export function declareSchedules(program: Command): void {
  const schedules = program
    .command("schedules")
    .description("what is published by the clock: when it fires next; run, pause and resume one");

  schedules
    .command("list", { isDefault: true })
    .description("list schedules with their next three times, by their own clocks and by those of this machine")
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar schedules\n  busbar schedules list --json`)
    .allowExcessArguments()
    .action(async (options: { json?: boolean }, command: Command) => {
      (await import("./no-such-verb.ts")).refuseOtherVerbs(command);
      await (await import("../schedules.ts")).listSchedules(options);
    });

  schedules
    .command("run <name>")
    .description("publish the event of a schedule now, paused or not; its next firing stays where it is")
    .option("--reason <text>", "why, for the audit record")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar schedules run nightly-stock-check\n  busbar schedules run nightly-stock-check --reason "new supplier"`,
    )
    .action(async (name: string, options: { reason?: string; json?: boolean }) =>
      (await import("../schedules.ts")).runSchedule(name, options),
    );

  for (const [verb, description] of [
    ["pause", "let a schedule fire in no process until it is resumed; what falls due meanwhile is not made up"],
    ["resume", "let a paused schedule go on with its next firing"],
  ] as const)
    schedules
      .command(`${verb} <name>`)
      .description(description)
      .option("--reason <text>", "why, for the audit record")
      .option("--json", "print the result as JSON")
      .addHelpText("after", `\nExamples:\n  busbar schedules ${verb} nightly-stock-check`)
      .action(async (name: string, options: { reason?: string; json?: boolean }) =>
        (await import("../schedules.ts")).turnSchedule(name, verb, options),
      );
}
