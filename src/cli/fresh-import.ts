import { register } from "node:module";

/** Installed on first use: everything but `dev` loads its application once. */
let installed = false;

/**
 * Imports a file of the application, and all that it imports of the application, as they are now; busbar itself and packages stay
 * the ones that are loaded. What was loaded before stays in memory, so this is for development.
 * @param generation a number that no import before had
 */
export async function freshImport(file: URL, generation: number): Promise<unknown> {
  if (!installed) {
    const own = new URL("../", import.meta.url).href;
    register("./fresh-import-hooks.mjs", import.meta.url, { data: { own, ownApplication: new URL("../app.ts", import.meta.url).href } });
    installed = true;
  }
  const url = new URL(file);
  url.searchParams.set("busbar", String(generation));
  return import(url.href);
}
