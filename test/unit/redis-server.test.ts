import { describe, expect, it } from "vitest";
import { aptConfiguration, packagesToDownload, plannedPackages } from "../../src/base/redis-server/debian-packages.ts";
import { containerName, runArguments } from "../../src/base/redis-server/docker-source.ts";
import { serverArguments } from "../../src/base/redis-server/launch.ts";
import { isRecentEnough, parseVersion } from "../../src/base/redis-server/version.ts";

describe("the version of a server", () => {
  it.each([
    ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1", "7.0.15"],
    ["Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1", "8.1.1"],
    ["Redis server version 2.4.10 (00000000:0)", undefined],
    ["5:7.0.15-1~deb12u10", "7.0.15"],
    ["8.0.2-3", "8.0.2"],
    ["command not found", undefined],
    ["", undefined],
  ])("of %j is %j", (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });

  it.each([
    ["6.2.14", false],
    ["7.0", true],
    ["7.0.0", true],
    ["8.1.1", true],
    ["10.0.0", true],
  ])("%s is recent enough: %s", (version, enough) => {
    expect(isRecentEnough(version)).toBe(enough);
  });
});

const debian12 = `
The following NEW packages will be installed:
  libjemalloc2 liblzf1 redis-server redis-tools
Inst libjemalloc2 (5.3.0-1 Debian:12.15/oldstable [amd64])
Inst liblzf1 (3.6-3 Debian:12.15/oldstable [amd64])
Inst redis-tools (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])
Inst redis-server (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])
Conf redis-server (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])
`;

describe("the packages to download", () => {
  it("are the server, its tools and the libraries that the machine lacks", () => {
    expect(packagesToDownload("redis-server", debian12)).toEqual(["redis-server", "redis-tools", "libjemalloc2", "liblzf1"]);
  });

  it("hold the tools even where these are installed, because the program may lie in them", () => {
    const simulation = "Inst redis-server (5:7.0.15-1build2 Ubuntu:24.04/noble [amd64])\n";
    expect(packagesToDownload("redis-server", simulation)).toEqual(["redis-server", "redis-tools"]);
  });

  it("leave out what only an installation needs", () => {
    const simulation = `Inst adduser (3.134 Debian:12/stable [all])\nInst lsb-base (11.6 Debian:12/stable [all])\n${debian12}`;
    expect(packagesToDownload("redis-server", simulation)).not.toContain("adduser");
    expect(packagesToDownload("redis-server", simulation)).not.toContain("lsb-base");
  });

  it("are none when the distribution's server is too old, as that of Ubuntu 22.04", () => {
    const simulation = "Inst redis-server (5:6.0.16-1ubuntu1 Ubuntu:22.04/jammy [amd64])\n";
    expect(packagesToDownload("redis-server", simulation)).toBe("the distribution's redis-server is version 5:6.0.16-1ubuntu1, too old");
  });

  it("are none when the package lists do not have it", () => {
    expect(packagesToDownload("valkey-server", debian12)).toBe("no valkey-server in the package lists");
  });

  it("are read from upgrades too, whose lines name the old version first", () => {
    const line = "Inst redis-tools [5:7.0.11-1] (5:7.0.15-1 Debian:12/stable [amd64]) []";
    expect(plannedPackages(line)).toEqual([{ name: "redis-tools", version: "5:7.0.15-1" }]);
  });
});

describe("the settings of apt", () => {
  it("keep all that it writes inside our folder, and run no hook of the system", () => {
    const lines = aptConfiguration("/project/with space/.busbar");
    expect(lines).toContain('Dir::State::lists "/project/with space/.busbar/lists";');
    expect(lines).toContain('Dir::Cache::archives "/project/with space/.busbar/cache/archives";');
    expect(lines).toContain("#clear APT::Update::Post-Invoke;");
  });
});

describe("the arguments of a server", () => {
  it("turn the append-only file on, and eviction, snapshots and other addresses off", () => {
    const args = serverArguments({ port: 7001, appendfsync: "always" }).join(" ");
    expect(args).toBe(
      "--port 7001 --bind 127.0.0.1 --protected-mode yes --daemonize no --appendonly yes --appendfsync always --save  --maxmemory-policy noeviction",
    );
  });

  it("publish a container's port on the loopback address alone and mount the data folder", () => {
    const args = runArguments({ container: "c", port: 7001, dataFolder: "/with space/data", appendfsync: "everysec" });
    expect(args).toEqual(expect.arrayContaining(["--publish", "127.0.0.1:7001:6379", "type=bind,source=/with space/data,target=/data"]));
    expect(args.indexOf("--appendonly")).toBeGreaterThan(args.indexOf("redis-server"));
  });

  it("name one container for one data folder", () => {
    expect(containerName("/a")).toBe(containerName("/a"));
    expect(containerName("/a")).not.toBe(containerName("/b"));
  });
});
