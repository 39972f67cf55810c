import { styleText } from "node:util";
import type { Bus } from "../bus/bus.ts";
import { plain } from "./plain.ts";

type Style = Parameters<typeof styleText>[0];

/** Shows what a bus does, a line a fact, as long as the lines can be read: under load it counts instead. */
export function terminalView(bus: Bus, print: (line: string) => void): { stop(): void } {
  const linesPerSecond = 20;
  let printed = 0;
  let counted = 0;
  const line = (style: Style, word: string, text: string): void => {
    printed += 1;
    if (printed > linesPerSecond) return void (counted += 1);
    print(`${styleText("dim", new Date().toTimeString().slice(0, 8))}  ${styleText(style, word.padEnd(10))} ${text}`);
  };
  const everySecond = setInterval(() => {
    if (counted > 0) print(styleText("dim", `          … and ${counted} more`));
    printed = 0;
    counted = 0;
  }, 1_000);

  bus.on("published", ({ event, repeated }) =>
    line("cyan", "published", `${event.type}  ${styleText("dim", event.id)}${repeated ? "  (it was there already)" : ""}`),
  );
  bus.on("routed", ({ event, subscriber, deliveries, audiences, skipped }) => {
    const lookUps = audiences === 0 ? "" : audiences === 1 ? ", 1 audience to look up" : `, ${audiences} audiences to look up`;
    const reasons = skipped.length > 0 ? `, skipped ${skipped.map(({ route, reason }) => `${route} (${reason})`).join(", ")}` : "";
    line(
      "blue",
      "routed",
      `${event.type} → ${subscriber}  ${deliveries === 1 ? "1 delivery" : `${deliveries} deliveries`}${lookUps}${plain(reasons)}`,
    );
  });
  bus.on("audienceDone", ({ event, subscriber, route, released }) =>
    line("blue", "released", `${event.type} → ${subscriber} / ${route}  ${released} recipients`),
  );
  bus.on("audienceRetrying", ({ subscriber, route, reason, after }) =>
    line("yellow", "retrying", `audience of ${subscriber} / ${route}  in ${(after / 1_000).toFixed(1)} s: ${plain(reason)}`),
  );
  bus.on("audienceDead", ({ subscriber, route, reason }) => line("red", "dead", `audience of ${subscriber} / ${route}: ${plain(reason)}`));
  bus.on("progress", ({ delivery, progress: { done, total, note } }) =>
    line(
      "dim",
      "progress",
      `${delivery.subscriber}  ${done}${total === undefined ? "" : ` of ${total}`}${note === undefined ? "" : `  ${plain(note)}`}`,
    ),
  );
  bus.on("expired", ({ delivery, reason }) =>
    line("yellow", "expired", `${delivery.channel} → ${plain(delivery.to)}  ${delivery.subscriber}: ${plain(reason)}`),
  );
  bus.on("unroutable", ({ subscriber, reason }) => line("red", "unroutable", `${subscriber}: ${plain(reason)}`));
  bus.on("sent", ({ delivery, provider, milliseconds }) =>
    line("green", "sent", `${delivery.channel} → ${plain(delivery.to)}  ${delivery.subscriber}  ${milliseconds} ms, ${provider}`),
  );
  bus.on("retrying", ({ delivery, reason, after }) =>
    line("yellow", "retrying", `${delivery.channel} → ${plain(delivery.to)}  in ${(after / 1_000).toFixed(1)} s: ${plain(reason)}`),
  );
  bus.on("suppressed", ({ delivery, reason }) =>
    line("yellow", "suppressed", `${delivery.channel} → ${plain(delivery.to)}: ${plain(reason)}`),
  );
  bus.on("dead", ({ delivery, reason }) =>
    line("red", "dead", `${delivery.channel} → ${plain(delivery.to)}  ${delivery.subscriber}: ${plain(reason)}`),
  );
  bus.on("doubtful", ({ delivery, reason }) => line("yellow", "doubtful", `${delivery.id}: ${plain(reason)}; it may arrive twice`));
  bus.on("gap", ({ topic, group, entries }) => line("red", "gap", `${group} never got to see ${entries} events of ${topic}`));
  bus.on("deadLettersExpired", ({ queue, count }) => line("yellow", "removed", `${count} old dead letters of ${queue}`));
  return { stop: () => clearInterval(everySecond) };
}
