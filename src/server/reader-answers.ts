import type { FastifyReply } from "fastify";
import { type ReaderPage, readerHeaders, readerProblem } from "./reader-page.ts";

/** The addresses of readers: what they do is guarded by the token that they hold, so they need no name and no origin of ours. */
export function isForReaders(url: string): boolean {
  return /^\/(unsubscribe|preferences)([/?]|$)/.test(url);
}

export const wrongLink = readerProblem(
  404,
  "This link does not work",
  "Nothing was changed. The link may have been cut off on its way: open the e-mail, and click it there. If that does not help, reply to the e-mail and say what you want.",
);
export const wrongForm = readerProblem(
  400,
  "Nothing was changed",
  "What came was not what this page sends. Open the link in the e-mail again, and use the button there.",
);
export const tooOften = readerProblem(
  429,
  "A little too fast",
  "Your last choice is kept. Wait a minute, and open the link in the e-mail again.",
);
export const notNow = readerProblem(
  503,
  "Please try again",
  "Something does not answer at the moment. Open the link in the e-mail again in a minute.",
);

export function sendReaderPage(reply: FastifyReply, { status, body }: ReaderPage): FastifyReply {
  const retry = status === 429 || status === 503 ? { "retry-after": "60" } : {};
  return reply
    .code(status)
    .headers({ ...readerHeaders, ...retry })
    .send(body);
}
