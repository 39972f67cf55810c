/** The address of a server in what `busbar start` prints. */
export function urlIn(stdout: NodeJS.ReadableStream): Promise<string> {
  return printed(stdout, /http:\/\/127\.0\.0\.1:\d+/);
}

/** The first part of what is printed that matches. What comes after is read on, and thrown away. */
export function printed(stdout: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const listen = (data: Buffer): void => {
      text += data.toString();
      const found = pattern.exec(text)?.[0];
      if (found === undefined) return;
      stdout.off("data", listen);
      stdout.resume();
      resolve(found);
    };
    stdout.on("data", listen);
  });
}
