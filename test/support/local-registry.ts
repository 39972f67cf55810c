import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { packFolder } from "./tarball.ts";

export interface LocalRegistry {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  /** What was asked for and is not there, such as `/left-pad`. */
  readonly missing: readonly string[];
  stop(): Promise<void>;
}

/** The fields of a manifest that are used here; npm gets the others too. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Release {
  readonly manifest: Manifest;
  /** Makes its archive, once. Absent: it is not installed in the clone, so there is none. */
  readonly archive?: () => Promise<Buffer>;
}

/** A package that the clone has packed itself. */
export interface PackedPackage {
  readonly manifest: Manifest;
  readonly archive: Buffer;
}

/** By name and version. */
type Releases = Map<string, Map<string, Release>>;

/**
 * A registry of npm on this machine that knows the packages of a clone, in the versions that are installed there: npm resolves ranges and
 * installs from it, and no test asks anybody else. npm also reads about packages that it then leaves out: those for other systems, of which
 * the lock file tells, and those that a package would only like to have beside it (optional peers), of which the name and the least
 * version are made up. Of both there is no archive, so that an installation that takes one fails. What the clone itself publishes is given.
 *
 *     GET /<name>                        every release, with the integrity of its archive
 *     GET /-/<name>/<version>.tgz        the archive, packed from the installed folder
 */
export async function startLocalRegistry(root: string, published: PackedPackage): Promise<LocalRegistry> {
  const releases = await knownReleases(root);
  add(releases, { manifest: published.manifest, archive: async () => published.archive });
  const missing: string[] = [];

  const packument = async (name: string, url: string): Promise<object | undefined> => {
    const known = releases.get(name);
    if (known === undefined) return undefined;
    const versions = await Promise.all(
      [...known.values()].map(async ({ manifest, archive }) => {
        const dist = { tarball: `${url}-/${name}/${manifest.version}.tgz`, ...(archive && integrityOf(await archive())) };
        return [manifest.version, { ...manifest, dist }] as const;
      }),
    );
    return { name, "dist-tags": { latest: versions[0]![0] }, versions: Object.fromEntries(versions) };
  };
  const archiveOf = async (name: string, version: string): Promise<Buffer | undefined> => releases.get(name)?.get(version)?.archive?.();

  const server = createServer((request, response) => {
    void (async () => {
      const path = decodeURIComponent(request.url ?? "/");
      const [, name, version] = /^\/-\/(.+)\/([^/]+)\.tgz$/.exec(path) ?? [];
      const body = name === undefined ? await packument(path.slice(1), urlOf(server)) : await archiveOf(name, version!);
      if (body === undefined) missing.push(path);
      response.statusCode = body === undefined ? 404 : 200;
      response.setHeader("content-type", Buffer.isBuffer(body) ? "application/octet-stream" : "application/json");
      response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body ?? { error: "not found" }));
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: urlOf(server),
    missing,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As the clone's lock file lists them; two places of one version are one release. */
async function knownReleases(root: string): Promise<Releases> {
  const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as { packages: Record<string, object> };
  const releases: Releases = new Map();
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === "") continue;
    const folder = join(root, path);
    const release: Release = existsSync(folder)
      ? { manifest: JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest, archive: once(() => packFolder(folder)) }
      : { manifest: { name: path.split("node_modules/").at(-1)!, ...entry } as Manifest };
    add(releases, release);
  }
  const optionalPeers = [...releases.values()]
    .flatMap((versions) => [...versions.values()])
    .flatMap(({ manifest: { peerDependencies = {}, peerDependenciesMeta = {} } }) =>
      Object.entries(peerDependencies).filter(([name]) => peerDependenciesMeta[name]?.optional === true),
    );
  for (const [name, range] of optionalPeers) add(releases, { manifest: { name, version: leastVersion(range) } });
  return releases;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function add(releases: Releases, release: Release): void {
  const { name, version } = release.manifest;
  const versions = releases.get(name) ?? new Map<string, Release>();
  // The one that is installed comes first.
  if (!versions.has(version)) versions.set(version, release);
  releases.set(name, versions);
}

/** Of `^8.0.0 || ^9.0.0`, 8.0.0. */
function leastVersion(range: string): string {
  const [major = "0", minor = "0", patch = "0"] = /\d+(\.\d+){0,2}/.exec(range)?.[0].split(".") ?? [];
  return `${major}.${minor}.${patch}`;
}

function integrityOf(archive: Buffer): { integrity: string; shasum: string } {
  return {
    integrity: `sha512-${createHash("sha512").update(archive).digest("base64")}`,
    shasum: createHash("sha1").update(archive).digest("hex"),
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the registry does not listen");
  return `http://127.0.0.1:${address.port}/`;
}
