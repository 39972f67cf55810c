import type { Settings } from "./options.ts";

/** What long fields of sent messages are told apart by: the same for all processes of an application. */
export function sentSecret({ indexSecret, prefix }: Pick<Settings, "indexSecret" | "prefix">): string {
  return indexSecret ?? `busbar ${prefix}`;
}
