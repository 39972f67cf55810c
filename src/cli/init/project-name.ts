import { basename } from "node:path";
import { UsageError } from "../usage-error.ts";

/** What an application may be called, and a package too. */
const namePattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * What the application is called: as the caller says, else as its package, else as its folder, else `app`.
 * @throws UsageError when the caller's name cannot be used
 */
export function projectName(
  given: string | undefined,
  { packageName, folder }: { packageName?: string | undefined; folder: string },
): string {
  if (given === undefined) return usable(packageName?.replace(/^@.*\//, "")) ?? usable(basename(folder)) ?? "app";
  if (namePattern.test(given)) return given;
  const near = usable(given);
  throw new UsageError(
    `--name ${JSON.stringify(given)} cannot be used: lower-case letters, digits, "-" and "_"${near === undefined ? "" : `, such as "${near}"`}`,
  );
}

/** `My Shop!` → `my-shop` */
function usable(text = ""): string | undefined {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^[-_]+|-+$/g, "")
    .slice(0, 64);
  return namePattern.test(name) ? name : undefined;
}
