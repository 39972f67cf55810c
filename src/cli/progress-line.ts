import type { Terminal } from "./screen.ts";

export interface ProgressLine {
  show(text: string): void;
  /** Takes the line away from a terminal; what was printed elsewhere stays. */
  done(): void;
}

const [terminalEveryMs, otherwiseEveryMs] = [100, 1_000];

/** How far something is: one line that changes on a terminal, a line each second elsewhere. */
export function progressLine(output: Terminal = process.stderr, now: () => number = () => performance.now()): ProgressLine {
  const live = output.isTTY === true;
  let shownAt = live ? Number.NEGATIVE_INFINITY : now();
  let shown = false;
  return {
    show(text) {
      if (now() - shownAt < (live ? terminalEveryMs : otherwiseEveryMs)) return;
      shownAt = now();
      shown = true;
      output.write(live ? `\r\u001b[K${text.slice(0, (output.columns || 80) - 1)}` : `${text}\n`);
    },
    done() {
      if (live && shown) output.write("\r\u001b[K");
    },
  };
}
