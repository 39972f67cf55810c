/** What a screen is drawn on: standard output, or what a test puts in its place. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Screen {
  /** Draws these lines in place of those before; what does not fit is cut off, with a last line that says so. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was. Twice is fine. */
  close(): void;
}

const codes = {
  enter: "\u001b[?1049h\u001b[?25l",
  leave: "\u001b[?25h\u001b[?1049l",
  home: "\u001b[H",
  clearLine: "\u001b[K",
  clearBelow: "\u001b[J",
};

/** Takes the terminal's second screen, so that what stood there before is there again at the end, however the process ends. */
export function openScreen(terminal: Terminal = process.stdout): Screen {
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    process.off("exit", close);
    terminal.write(codes.leave);
  };
  process.once("exit", close);
  terminal.write(codes.enter);
  return {
    draw(lines) {
      if (open)
        terminal.write(
          `${codes.home}${fitted(lines, terminal)
            .map((line) => `${line}${codes.clearLine}`)
            .join("\r\n")}${codes.clearBelow}`,
        );
    },
    close,
  };
}

/** The lines that fit. Pure. */
export function fitted(lines: readonly string[], terminal: Pick<Terminal, "rows" | "columns">): string[] {
  // A terminal that does not know its size says 0.
  const [rows, columns] = [terminal.rows || 24, terminal.columns || 80];
  const room = Math.max(1, rows - 1);
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
  return shown.map((line) => (line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`));
}
