import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BusbarError, messageOf } from "../base/errors.ts";
import { isSubscriber, type Subscriber } from "../define/subscriber.ts";

export interface LoadedSubscribers {
  readonly subscribers: readonly Subscriber[];
  /** One sentence a file that could not be used. */
  readonly problems: readonly string[];
}

/**
 * Imports every subscriber file of a folder. Names that begin with `_` or `.` are skipped, and so are tests and declarations.
 * No file is skipped because it is broken: it is reported.
 */
export async function loadSubscribers(folder: URL): Promise<LoadedSubscribers> {
  const path = fileURLToPath(folder);
  const names = await readdir(path).catch((error: unknown) => {
    throw new BusbarError("INVALID_DEFINITION", `The folder of subscribers cannot be read (${messageOf(error)}).`);
  });
  const subscribers: Subscriber[] = [];
  const problems: string[] = [];
  for (const name of names.filter(isSubscriberFile).toSorted()) {
    const file = new URL(name, folder.pathname.endsWith("/") ? folder : new URL(`${folder.pathname}/`, folder));
    // The query, if there is one, asks for the files as they are now.
    file.search = folder.search;
    try {
      const module = (await import(file.href)) as { default?: unknown };
      if (isSubscriber(module.default)) subscribers.push(module.default);
      else
        problems.push(
          `subscribers/${name}: has no default export that defineSubscriber made: write \`export default defineSubscriber(…)\``,
        );
    } catch (error) {
      problems.push(`subscribers/${name}: cannot be imported: ${messageOf(error)}`);
    }
  }
  return { subscribers, problems };
}

function isSubscriberFile(name: string): boolean {
  return /^[^_.].*\.(ts|js|mts|mjs)$/.test(name) && !/\.(test|spec|d)\.[mc]?[jt]s$/.test(name);
}
