import { type Command, Option } from "commander";
import type { MailroomCommand } from "../mailroom.ts";

const statusesText =
  "what the mailroom tells of each message by itself: delivered (default), delivered,read …, or none (or MAILROOM_STATUSES)";

/** What begins an application and runs it. */
export function declareService(program: Command): void {
  program
    .command("init")
    .description("begin an application in this folder; what is there already stays as it is")
    .option("--name <name>", "what the application is called; by default as its package or its folder")
    .option("--json", "print what was written as JSON")
    .action(async (options: { name?: string; json?: boolean }) => (await import("../init.ts")).init(options));

  program
    .command("dev")
    .description("run router, workers, HTTP server and mailroom in this process, with a Redis of its own unless REDIS_URL is set")
    .option("--stats", "print the figures of the whole system every 30 s, where something happens")
    .option("--statuses <list>", statusesText)
    .action(async (options: { stats?: boolean; statuses?: string }) => (await import("../dev.ts")).dev(options));

  program
    .command("start")
    .description("run the service on the Redis at REDIS_URL")
    .addOption(
      new Option(
        "--only <roles>",
        "some of router,workers,relay,server; all by default, the relay where OUTBOX_DATABASE_URL is set",
      ).argParser((text) => text.split(",").map((role) => role.trim())),
    )
    .option("--health-port <port>", "without the role server: answer /healthz, /readyz and /metrics on this port of 127.0.0.1")
    .action(async (options: { only?: string[]; healthPort?: string }) => (await import("../start.ts")).start(options));

  program
    .command("mailroom")
    .description("run the local stand-in for all providers alone: it takes messages, delivers nothing, and shows them")
    .option("--http-port <port>", "port of the providers' HTTP APIs", "4010")
    .option("--smtp-port <port>", "port of SMTP", "4025")
    .option("--folder <path>", "where the journal of messages is kept", ".busbar/mailroom")
    .option("--callbacks-url <url>", "where the providers call back, such as http://127.0.0.1:4000/callbacks (or MAILROOM_CALLBACKS_URL)")
    .option("--statuses <list>", statusesText)
    .action(async (options: MailroomCommand) => (await import("../mailroom.ts")).mailroom(options));
}
