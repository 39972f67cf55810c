import { isRecentEnough, parseVersion } from "./version.ts";

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

/** The packages that `apt-get --simulate install` would put on this machine, from its lines `Inst name [old] (new origin)`. */
export function plannedPackages(simulation: string): readonly DebianPackage[] {
  return [...simulation.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm)].map(([, name, version]) => ({ name: name!, version: version! }));
}

/**
 * The names to download so that `server` runs from an unpacked folder. Which of the two packages holds the program differs between
 * releases, so both are taken, even where one is installed. Of the rest only libraries are needed: scripts such as
 * `adduser` serve an installation.
 * @returns a sentence that says why it cannot be used, or the names
 */
export function packagesToDownload(server: "redis-server" | "valkey-server", simulation: string): readonly string[] | string {
  const planned = plannedPackages(simulation);
  const version = planned.find(({ name }) => name === server)?.version;
  if (version === undefined) return `no ${server} in the package lists`;
  const release = parseVersion(version);
  if (release === undefined || !isRecentEnough(release)) return `the distribution's ${server} is version ${version}, too old`;
  const libraries = planned.map(({ name }) => name).filter((name) => name.startsWith("lib"));
  return [server, server.replace("-server", "-tools"), ...libraries];
}

/**
 * The settings under which apt works in a folder of ours alone. Hooks of the system are left out: those of container images
 * delete the system's own package cache. The rest of the system's settings (mirrors, proxies, keys) applies.
 */
export function aptConfiguration(folder: string): string {
  return [
    `Dir::State::lists "${folder}/lists";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Cache::archives "${folder}/cache/archives";`,
    'Dir::Cache::pkgcache "pkgcache.bin";',
    'Dir::Cache::srcpkgcache "srcpkgcache.bin";',
    'Debug::NoLocking "true";',
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::PDiffs "false";',
    'Acquire::Retries "1";',
    'Acquire::http::Timeout "15";',
    'Acquire::https::Timeout "15";',
    ...["Contents-deb", "DEP-11", "CNF"].map((index) => `Acquire::IndexTargets::deb::${index}::DefaultEnabled "false";`),
    ...["Pre-Invoke", "Post-Invoke", "Post-Invoke-Success"].map((hook) => `#clear APT::Update::${hook};`),
    "",
  ].join("\n");
}
