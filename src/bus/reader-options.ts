import { namePattern, unknownOptions } from "../define/names.ts";

/** What concerns those who read the messages: where they say what they want, and what they see there. */
export interface ReaderOptions {
  /**
   * What signs the addresses at which readers unsubscribe, 32 bytes or more each. The first one signs, all are taken: put a new one in
   * front, and links that were sent before stay good. Default: one that everybody knows, while real sending is off.
   */
  readonly linkSecrets?: readonly string[];
  /** What readers see of the categories of messages, by their names. Default: the name itself, as `Rank updates` for `rank-updates`. */
  readonly categories?: Readonly<Record<string, CategoryText>>;
}

export interface CategoryText {
  readonly title?: string;
  /** One sentence: what these messages are. */
  readonly description?: string;
}

/** Bytes. */
export const shortestLinkSecret = 32;

/** One sentence for each secret that is too short to sign with; what it is, is not repeated. */
export function linkSecretProblems(secrets: readonly unknown[]): string[] {
  if (secrets.length === 0) return ["names none: leave it out, or give one"];
  return secrets.flatMap((secret, index) =>
    typeof secret === "string" && Buffer.byteLength(secret) >= shortestLinkSecret
      ? []
      : [`secret ${index + 1} must be text of ${shortestLinkSecret} bytes or more, such as openssl rand -hex 32 makes`],
  );
}

/** Everything wrong with the options that concern readers, one sentence each. */
export function readerOptionProblems({ linkSecrets, categories = {} }: ReaderOptions): string[] {
  const problems: string[] = [];
  if (linkSecrets !== undefined && !Array.isArray(linkSecrets)) problems.push("linkSecrets: must be a list of texts");
  else if (linkSecrets !== undefined) problems.push(...linkSecretProblems(linkSecrets).map((problem) => `linkSecrets: ${problem}`));
  for (const [name, text] of Object.entries(categories)) {
    const place = `categories: ${JSON.stringify(name)}`;
    if (!namePattern.test(name)) problems.push(`${place} must be lower case, such as "rank-updates"`);
    problems.push(...unknownOptions(text, ["title", "description"]).map((problem) => `${place}: ${problem}`));
  }
  return problems;
}
