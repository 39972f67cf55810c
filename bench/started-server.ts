/** The address of a server in what `busbar start` prints. */
export function urlIn(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    stdout.on("data", (data: Buffer) => {
      text += data.toString();
      const match = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
      if (match !== null) resolve(match[0]);
    });
  });
}
