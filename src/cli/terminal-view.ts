import { styleText } from "node:util";
import type { Bus } from "../bus/bus.ts";
import { maskedRecipient } from "../bus/masked.ts";
import type { Delivery } from "../define/delivery.ts";
import { maskWords } from "../define/mask.ts";
import { ageText, countOf } from "./figures.ts";
import { oneLine } from "./visible.ts";

type Style = Parameters<typeof styleText>[0];

/** Shows what a bus does, a line a fact, as long as the lines can be read: under load it counts instead. */
export function terminalView(bus: Bus, print: (line: string) => void): { stop(): void } {
  const budgets = { fact: { most: 20, printed: 0, counted: 0 }, failure: { most: 50, printed: 0, counted: 0 } };
  const line = (style: Style, word: string, text: string): void => {
    // A crowd of successes never hides a failure.
    const budget = style === "red" || style === "yellow" ? budgets.failure : budgets.fact;
    budget.printed += 1;
    if (budget.printed > budget.most) return void (budget.counted += 1);
    print(`${styleText("dim", new Date().toTimeString().slice(0, 8))}  ${styleText(style, word.padEnd(10))} ${text}`);
  };
  const everySecond = setInterval(() => {
    const [more, failures] = [budgets.fact.counted, budgets.failure.counted];
    if (more > 0) print(styleText("dim", `          … and ${more} more`));
    if (failures > 0) print(styleText("red", `          … and ${failures} more failures: busbar dead-letters list shows what ended`));
    for (const budget of Object.values(budgets)) Object.assign(budget, { printed: 0, counted: 0 });
  }, 1_000);

  bus.on("published", ({ event, repeated }) =>
    line("cyan", "published", `${event.type}  ${styleText("dim", event.id)}${repeated ? "  (it was there already)" : ""}`),
  );
  bus.on("fired", ({ schedule, topic, eventId, late }) =>
    line("cyan", "fired", `${schedule} → ${topic}  ${styleText("dim", eventId)}${late < 60_000 ? "" : `  ${ageText(late)} late`}`),
  );
  bus.on("firingsMissed", ({ schedule, count, reason }) =>
    line("yellow", "missed", `${schedule}  ${countOf(count, "firing")}${reason === undefined ? "" : `: ${words(reason)}`}`),
  );
  bus.on("spooled", ({ event }) =>
    line("yellow", "spooled", `${event.type}  ${styleText("dim", event.id)}  Redis is away: it waits on disk`),
  );
  bus.on("spoolRefused", ({ reason, file }) => line("red", "set aside", `an event of the spool, in ${file}: ${words(reason)}`));
  bus.on("outboxRefused", ({ eventId, topic, reason }) =>
    line("red", "set aside", `${topic}  ${eventId}, of the outbox: ${words(reason)}`),
  );
  bus.on("routed", ({ event, subscriber, deliveries, audiences, skipped }) => {
    const lookUps = audiences === 0 ? "" : audiences === 1 ? ", 1 audience to look up" : `, ${audiences} audiences to look up`;
    const reasons = skipped.length > 0 ? `, skipped ${skipped.map(({ route, reason }) => `${route} (${reason})`).join(", ")}` : "";
    line(
      "blue",
      "routed",
      `${event.type} → ${subscriber}  ${deliveries === 1 ? "1 delivery" : `${deliveries} deliveries`}${lookUps}${words(reasons)}`,
    );
  });
  bus.on("audienceDone", ({ event, subscriber, route, released }) =>
    line("blue", "released", `${event.type} → ${subscriber} / ${route}  ${released} recipients`),
  );
  bus.on("audienceRetrying", ({ subscriber, route, reason, after }) =>
    line("yellow", "retrying", `audience of ${subscriber} / ${route}  in ${(after / 1_000).toFixed(1)} s: ${words(reason)}`),
  );
  bus.on("audienceDead", ({ subscriber, route, reason }) => line("red", "dead", `audience of ${subscriber} / ${route}: ${words(reason)}`));
  bus.on("progress", ({ delivery, progress: { done, total, note } }) =>
    line(
      "dim",
      "progress",
      `${delivery.subscriber}  ${done}${total === undefined ? "" : ` of ${total}`}${note === undefined ? "" : `  ${words(note)}`}`,
    ),
  );
  bus.on("expired", ({ delivery, reason }) =>
    line("yellow", "expired", `${delivery.channel} → ${recipientText(delivery)}  ${delivery.subscriber}: ${words(reason)}`),
  );
  bus.on("waiting", ({ delivery, reason }) => line("dim", "waiting", `${delivery.channel} → ${recipientText(delivery)}  ${words(reason)}`));
  bus.on("cancelled", ({ delivery, reason }) =>
    line("dim", "cancelled", `${delivery.channel} → ${recipientText(delivery)}  ${words(reason)}`),
  );
  bus.on("unroutable", ({ subscriber, reason }) => line("red", "unroutable", `${subscriber}: ${words(reason)}`));
  bus.on("newerVersion", ({ topic, version, known, subscriber }) =>
    line("yellow", "waiting", `${topic} → ${subscriber}  for a newer process: it is of version ${version}, this build knows ${known}`),
  );
  bus.on("sent", ({ delivery, provider, milliseconds }) =>
    line("green", "sent", `${delivery.channel} → ${recipientText(delivery)}  ${delivery.subscriber}  ${milliseconds} ms, ${provider}`),
  );
  bus.on("retrying", ({ delivery, reason, after }) =>
    line("yellow", "retrying", `${delivery.channel} → ${recipientText(delivery)}  in ${(after / 1_000).toFixed(1)} s: ${words(reason)}`),
  );
  bus.on("held", ({ delivery, reason }) =>
    line("yellow", "held", `${delivery.channel} → ${recipientText(delivery)}: ${words(reason)}; it is not sent again by itself`),
  );
  bus.on("providerDegraded", ({ channel, provider, reason, backup }) =>
    line(
      "red",
      "provider",
      `${channel}: ${provider} stopped working: ${words(reason)}; ${backup === null ? "messages wait" : `${backup} takes over`}`,
    ),
  );
  bus.on("providerRecovered", ({ channel, provider }) => line("green", "provider", `${channel}: ${provider} works again`));
  bus.on("suppressed", ({ delivery, reason }) =>
    line("yellow", "suppressed", `${delivery.channel} → ${recipientText(delivery)}: ${words(reason)}`),
  );
  bus.on("dead", ({ delivery, reason }) =>
    line("red", "dead", `${delivery.channel} → ${recipientText(delivery)}  ${delivery.subscriber}: ${words(reason)}`),
  );
  bus.on("doubtful", ({ delivery, reason }) =>
    line(
      "yellow",
      "doubtful",
      `${delivery.channel} → ${recipientText(delivery)}  ${delivery.subscriber}: ${words(reason)}; it may ${delivery.channel === "handler" ? "have run" : "arrive"} twice`,
    ),
  );
  bus.on("gap", ({ topic, group, entries }) => line("red", "gap", `${group} never got to see ${entries} events of ${topic}`));
  bus.on("deadLettersThresholdReached", ({ queue, count }) =>
    line("red", "many", `${count} dead letters of ${queue}: busbar dead-letters groups`),
  );
  bus.on("deadLettersExpired", ({ queue, count }) => line("yellow", "removed", `${count} old dead letters of ${queue}`));
  return { stop: () => clearInterval(everySecond) };
}

/** A terminal is looked at over shoulders, and kept in files: nobody's address is shown whole. */
const recipientText = (delivery: Delivery): string => oneLine(maskedRecipient(delivery));
const words = (text: string): string => oneLine(maskWords(text));
