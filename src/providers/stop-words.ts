/** What a reader's answer asks for, in the words that carriers and Twilio know: the whole answer is one of them, in any case. */
const words: Readonly<Record<string, "out" | "in">> = {
  STOP: "out",
  STOPALL: "out",
  UNSUBSCRIBE: "out",
  CANCEL: "out",
  END: "out",
  QUIT: "out",
  REVOKE: "out",
  OPTOUT: "out",
  "OPT OUT": "out",
  START: "in",
  UNSTOP: "in",
};

export interface SaidWish {
  readonly wish: "out" | "in";
  /** As it was said, in capital letters. */
  readonly word: string;
}

/**
 * The wish that a reader's answer is; undefined: it is about something else. `YES` is no such word here, although Twilio takes it for one: people
 * say it to a question about an order. Pure.
 */
export function wishIn(answer: string): SaidWish | undefined {
  if (answer.length > 40) return undefined;
  const word = answer
    .trim()
    .replace(/[.!]+$/, "")
    .replace(/\s+/g, " ")
    .toUpperCase();
  return Object.hasOwn(words, word) ? { wish: words[word]!, word } : undefined;
}
