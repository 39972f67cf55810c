import * as z from "zod";
import { BusbarError, messageOf } from "../../base/errors.ts";

const texts = z.record(z.string(), z.string()).optional();
const schema = z.looseObject({
  name: z.string().optional(),
  type: z.string().optional(),
  scripts: texts,
  dependencies: texts,
  devDependencies: texts,
  peerDependencies: texts,
  optionalDependencies: texts,
});

/** What a package.json says, as far as it matters here; the rest of it is carried along. */
export type PackageFile = z.infer<typeof schema>;

/** The versions that busbar is tested with, by the package's name, and its own. */
export type TestedVersions = Readonly<Record<"busbar" | "zod" | "typescript" | "vitest" | "@types/node", string>>;

export interface CompletedPackage {
  readonly content: string;
  /** What is new in it, in a few words each; empty: nothing. */
  readonly changes: readonly string[];
}

const scripts = { dev: "busbar dev", check: "tsc && busbar check && busbar schema check", test: "vitest run", start: "busbar start" };
/** `npm init` writes this one, and it does nothing. */
const noTest = /no test specified/;

/**
 * The package.json of a project, as text.
 * @throws BusbarError `INVALID_CONFIGURATION` when npm could not read it either
 */
export function parsePackageFile(text: string, file: string): PackageFile {
  const refuse = (problems: readonly string[]): never => {
    throw new BusbarError("INVALID_CONFIGURATION", `${JSON.stringify(file)} cannot be used, so nothing was written:`, { problems });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return refuse([`it is not JSON: ${messageOf(error)}`]);
  }
  const parsed = schema.safeParse(json);
  // As it was read: what was parsed has lost its order.
  return parsed.success
    ? (json as PackageFile)
    : refuse(parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`));
}

/** Everything that a project needs and does not have. What it has stays as it is, its indentation too. Pure. */
export function completePackage(
  text: string | undefined,
  existing: PackageFile,
  { name, versions }: { name: string; versions: TestedVersions },
): CompletedPackage {
  const changes: string[] = [];
  let begun: PackageFile = text === undefined ? { name, private: true } : { ...existing };
  if (begun.type !== "module") {
    begun = withKey(begun, "type", "module");
    changes.push('"type": "module"');
  }
  const lacking = Object.entries(scripts).filter(([script]) => begun.scripts?.[script] === undefined || noTest.test(begun.scripts[script]));
  if (lacking.length > 0) {
    begun = withKey(begun, "scripts", { ...begun.scripts, ...Object.fromEntries(lacking) });
    changes.push(`the scripts ${lacking.map(([script]) => script).join(", ")}`);
  }
  const has = (dependency: string): boolean =>
    [begun.dependencies, begun.devDependencies, begun.peerDependencies, begun.optionalDependencies].some(
      (list) => list?.[dependency] !== undefined,
    );
  for (const [list, wanted] of [
    ["dependencies", ["busbar", "zod"]],
    ["devDependencies", ["@types/node", "typescript", "vitest"]],
  ] as const) {
    const absent = wanted.filter((dependency) => !has(dependency));
    if (absent.length === 0) continue;
    const ranges = absent.map((dependency) => [dependency, `^${versions[dependency]}`] as const);
    begun[list] = Object.fromEntries([...Object.entries(begun[list] ?? {}), ...ranges].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    changes.push(...absent);
  }
  return { content: `${JSON.stringify(begun, null, indentationOf(text))}\n`, changes };
}

/** Sets a key where it is, else where people look for it: in front of what is longer. */
function withKey(manifest: PackageFile, key: "type" | "scripts", value: unknown): PackageFile {
  if (key in manifest) return { ...manifest, [key]: value };
  const entries = Object.entries(manifest);
  const later = new Set(["scripts", "dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]);
  const place = entries.findIndex(([name]) => later.has(name));
  return Object.fromEntries(entries.toSpliced(place === -1 ? entries.length : place, 0, [key, value]));
}

function indentationOf(text = ""): string {
  return /^([ \t]+)"/m.exec(text)?.[1] ?? "  ";
}
