import { ageText, countOf, countText } from "./figures.ts";
import type { Terminal } from "./screen.ts";

export interface ProgressLine {
  /** @param share from 0 to 1, where it is known how much there is: a terminal shows a bar of it */
  show(text: string, share?: number): void;
  /** Takes the line away from a terminal; what was printed elsewhere stays. */
  done(): void;
}

const [terminalEveryMs, otherwiseEveryMs] = [100, 1_000];
const barWidth = 20;

/** How far something is: one line that changes on a terminal, a line each second elsewhere. It goes to standard error: what goes to a program stays clean. */
export function progressLine(output: Terminal = process.stderr, now: () => number = () => performance.now()): ProgressLine {
  const live = output.isTTY === true;
  let shownAt = live ? Number.NEGATIVE_INFINITY : now();
  let shown = false;
  return {
    show(text, share) {
      if (now() - shownAt < (live ? terminalEveryMs : otherwiseEveryMs)) return;
      shownAt = now();
      shown = true;
      const line = live && share !== undefined ? `${bar(share)} ${text}` : text;
      output.write(live ? `\r\u001b[K${line.slice(0, (output.columns || 80) - 1)}` : `${text}\n`);
    },
    done() {
      if (live && shown) output.write("\r\u001b[K");
    },
  };
}

export interface Counted {
  /** What is being done, such as `Erasing`. */
  readonly what: string;
  /** One of those that are counted, and several. */
  readonly unit: readonly [one: string, many: string];
}

export interface CountingLine {
  /** @param total absent where nobody knows */
  show(done: number, total?: number): void;
  done(): void;
}

/** The same for what counts: with its speed since its first word, and the time that is left at that speed. */
export function countingLine({ what, unit }: Counted, line = progressLine(), now: () => number = () => performance.now()): CountingLine {
  let first: { readonly at: number; readonly done: number } | undefined;
  return {
    show(done, total) {
      first ??= { at: now(), done };
      const rate = now() > first.at ? ((done - first.done) / (now() - first.at)) * 1_000 : 0;
      line.show(
        `${what}: ${countText(done)}${farText({ done, total, unit, rate })}`,
        total === undefined || total === 0 ? undefined : done / total,
      );
    },
    done: line.done,
  };
}

interface Far {
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: Counted["unit"];
  readonly rate: number;
}

/** Pure. */
function farText({ done, total, unit: [one, many], rate }: Far): string {
  const of = total === undefined ? ` ${done === 1 ? one : many}` : ` of ${countOf(total, one, many)}`;
  const speed = rate >= 0.5 ? `, ${countText(Math.round(rate))} a second` : "";
  const left = total === undefined || rate <= 0 || done >= total ? "" : `, ${ageText(((total - done) / rate) * 1_000)} left`;
  return `${of}${speed}${left}`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  return `[${"#".repeat(full)}${".".repeat(barWidth - full)}]`;
}
