/** Where lines go: standard output, or what a test puts in its place. */
export interface LineSink {
  write(text: string): boolean;
  once(event: "drain", listener: () => void): unknown;
}

export interface BatchedOutput {
  /** Resolves when there is room for more: whoever brings the lines waits for it. */
  line(text: string): Promise<void> | undefined;
  /** Writes what is left. */
  flush(): void;
}

/** From this many characters on, lines are written without waiting for the end of the tick. */
const mostHeld = 65_536;

/** Writes the lines of one tick at once: thousands of lines a second would be thousands of system calls. */
export function batchedOutput(sink: LineSink): BatchedOutput {
  let held = "";
  let scheduled: NodeJS.Immediate | undefined;
  let room: Promise<void> | undefined;
  const flush = (): void => {
    clearImmediate(scheduled);
    scheduled = undefined;
    if (held === "") return;
    const text = held;
    held = "";
    if (sink.write(text) || room !== undefined) return;
    room = new Promise((resolve) => {
      sink.once("drain", () => {
        room = undefined;
        resolve();
      });
    });
  };
  return {
    line(text) {
      held += `${text}\n`;
      if (held.length >= mostHeld) flush();
      else scheduled ??= setImmediate(flush);
      return room;
    },
    flush,
  };
}
