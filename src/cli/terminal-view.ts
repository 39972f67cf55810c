import { styleText } from "node:util";
import type { Bus } from "../bus/bus.ts";

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
  bus.on("routed", ({ event, subscriber, deliveries, skipped }) => {
    const reasons = skipped.length > 0 ? `, skipped ${skipped.map(({ route, reason }) => `${route} (${reason})`).join(", ")}` : "";
    line("blue", "routed", `${event.type} → ${subscriber}  ${deliveries === 1 ? "1 delivery" : `${deliveries} deliveries`}${reasons}`);
  });
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
  bus.on("deadLettersExpired", ({ queue, count }) => line("yellow", "expired", `${count} dead letters of ${queue}`));
  return { stop: () => clearInterval(everySecond) };
}

/** What comes from outside cannot forge a line or move the cursor. */
function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
