import { register } from "node:module";

/** Installed on first use: everything but `dev` loads its application once. */
let installed = false;

/**
 * The address by which a file of the application, or all files of a folder of it, are imported as they are now, with all that they import
 * of the application; busbar itself and packages stay the ones that are loaded. What was loaded before stays in memory, so this is
 * for development.
 * @param generation a number that no import before had
 */
export function freshUrl(place: URL, generation: number): URL {
  if (!installed) {
    const own = new URL("../", import.meta.url).href;
    register("./fresh-import-hooks.mjs", import.meta.url, { data: { own, ownApplication: new URL("../app.ts", import.meta.url).href } });
    installed = true;
  }
  const url = new URL(place);
  url.searchParams.set("busbar", String(generation));
  return url;
}
