import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Bus } from "../bus/bus.ts";
import { applicationFile } from "./application-file.ts";
import { catalogChanges } from "./catalog-changes.ts";
import type { SwitchableBus } from "./switchable-bus.ts";
import { type ApplicationWatch, watchApplication } from "./watch-application.ts";

export interface ReloadOptions {
  readonly bus: SwitchableBus;
  /** Loads the application as its files are now; nothing of it is started. */
  readonly load: (generation: number) => Promise<Bus>;
  readonly say: (line: string) => void;
}

/**
 * Puts a changed application in the place of the one that runs. One that has a problem is not taken: the problem is told, and what
 * ran goes on.
 */
export async function reloadOnChange({ bus, load, say }: ReloadOptions): Promise<ApplicationWatch> {
  let generation = 0;
  const places = watchedPlaces();
  const isGone = (file: string): boolean => !existsSync(join(places.folder, file));
  return watchApplication({
    ...places,
    async onChange(files) {
      const begun = performance.now();
      generation += 1;
      const word = files.every(isGone) ? "Deleted" : "Changed";
      try {
        const before = await bus.catalog();
        const next = await load(generation);
        const what = catalogChanges(before, await next.check(), files);
        await bus.switchTo(next);
        say(`${word}: ${what}; taken up in ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
      } catch (error) {
        const problems = error instanceof BusbarError ? error.problems : [messageOf(error)];
        say(`${word}: ${files.join(", ")}; NOT taken up, what ran before goes on:`);
        for (const problem of problems) say(`  - ${problem}`);
      }
    },
  });
}

/** An installed application's whole folder; on a clone of busbar, the parts that are this repository's application. */
function watchedPlaces(): { readonly folder: string; readonly places: readonly string[] } {
  const file = fileURLToPath(applicationFile());
  if (!file.endsWith(join("src", "app.ts"))) return { folder: dirname(file), places: [dirname(file)] };
  const folder = dirname(dirname(file));
  return { folder, places: [file, ...["topics", "subscribers", "schedules"].map((name) => join(folder, name))] };
}
