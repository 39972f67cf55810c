export interface UnexpectedEnd {
  /** From now on, the process ends because it is meant to. */
  expected(): void;
}

/** Says it when code of the application ends the process: otherwise nobody would know why everything stopped. */
export function tellUnexpectedEnd(): UnexpectedEnd {
  process.once("exit", tell);
  return { expected: () => void process.off("exit", tell) };
}

function tell(code: number): void {
  process.stderr.write(
    `busbar: code of the application ended this process (exit code ${code}), perhaps a process.exit in a handler. What was under way is taken over at the next start.\n`,
  );
}
