import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { settings } from "./cli.ts";
import { type LocalRegistry, type Manifest, startLocalRegistry } from "./local-registry.ts";

const root = join(import.meta.dirname, "..", "..");

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that was empty until `npm install busbar` installed the package, as it is packed from this clone. */
export interface InstalledPackage {
  /** The folder of the project. */
  readonly project: string;
  /** The packed package. */
  readonly tarball: Uint8Array<ArrayBuffer>;
  /** Where npm was told to install from. */
  readonly registryUrl: string;
  /** All that `npm install` printed, with what the scripts of packages print if npm runs any. */
  readonly installOutput: string;
  /** How long that took. */
  readonly installSeconds: number;
  /** Runs a program in the project to its end: `npm`, `npx`, or what is given by its path. */
  run(program: string, args: readonly string[]): Promise<ProgramResult>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** Builds and packs this clone, and installs the result into an empty folder by its name; nobody but this machine is asked for a package. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), "busbar-package-"));
  const project = join(folder, "shop");
  let registry: LocalRegistry | undefined;
  const remove = async (): Promise<void> => {
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const packed = await run("npm", ["pack", "--pack-destination", folder], { cwd: root, env: environment(folder) });
    if (packed.code !== 0) throw new Error(`npm pack failed:\n${packed.stdout}${packed.stderr}`);
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Manifest;
    const archive = await readFile(join(folder, `${manifest.name}-${manifest.version}.tgz`));
    registry = await startLocalRegistry(root, { manifest, archive });
    const { url, missing } = registry;
    const env = { ...environment(folder), npm_config_registry: url };

    const begun = performance.now();
    const installed = async (): Promise<ProgramResult> => {
      // An installation that failed can leave packages behind, of which the next one does not know where they came from.
      await rm(project, { recursive: true, force: true });
      await mkdir(project);
      return run("npm", ["install", "--foreground-scripts", manifest.name], { cwd: project, env });
    };
    const first = await installed();
    // On a machine that is busy npm now and then takes an optional peer for a wanted one; the next time it does not.
    const install = first.code === 0 ? first : await installed();
    if (install.code !== 0)
      throw new Error(`npm install failed; the registry lacks ${JSON.stringify(missing)}:\n${install.stdout}${install.stderr}`);
    const installSeconds = (performance.now() - begun) / 1_000;
    await shareCache(project);
    return {
      project,
      tarball: new Uint8Array(archive),
      registryUrl: url,
      installSeconds,
      installOutput: `${install.stdout}${install.stderr}`,
      run: (program, args) => run(program, args, { cwd: project, env }),
      async write(files) {
        for (const [path, content] of Object.entries(files)) {
          await mkdir(dirname(join(project, path)), { recursive: true });
          await writeFile(join(project, path), content);
        }
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** No setting of the caller's npm (its registry, its cache, its proxy) reaches this one, and none of its busbar the installed one. */
function environment(folder: string): NodeJS.ProcessEnv {
  const foreign = /^(npm_|BUSBAR_|VITEST|NODE_ENV$|NODE_OPTIONS$|(https?|all|no)_proxy$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name) && !settings.includes(name));
  return {
    ...Object.fromEntries(kept),
    npm_config_cache: join(folder, "npm-cache"),
    npm_config_userconfig: join(folder, "no-npmrc"),
    npm_config_globalconfig: join(folder, "no-global-npmrc"),
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
}

/** So that no Redis is unpacked again. */
async function shareCache(project: string): Promise<void> {
  const cache = join(root, ".busbar", "cache");
  await mkdir(cache, { recursive: true });
  await mkdir(join(project, ".busbar"));
  await symlink(cache, join(project, ".busbar", "cache"));
}

function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    execFile(program, args, { ...options, timeout: 110_000, killSignal: "SIGKILL" }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr }),
    );
  });
}
