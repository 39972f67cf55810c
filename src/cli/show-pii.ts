import type { View } from "../bus/view.ts";
import { byPerson } from "./by-person.ts";

/** `--show-pii`, or `--show-pii <reason>`. */
export interface ShowPii {
  readonly showPii?: true | string | undefined;
}

/** How the person who calls looks at things: with the option, in their name. */
export function viewOf({ showPii }: ShowPii): View {
  if (showPii === undefined) return {};
  return { showPii: byPerson(showPii === true ? undefined : showPii) };
}
