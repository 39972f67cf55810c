/**
 * Runs one of this project's commands on a clone in any state: it checks Node, installs the packages of the lock file when they are
 * absent or of another lock file, and then runs the command in this same process.
 *
 *     node bin/with-packages.mjs busbar <arguments>     the CLI, from its TypeScript source
 *     node bin/with-packages.mjs vitest <arguments>     the tests
 *     node bin/with-packages.mjs run <file> <arguments> another TypeScript program of this project
 *
 * It is plain JavaScript and uses nothing but Node, because it runs before anything is installed.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkNode } from "./check-node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, "package-lock.json");
const installedFile = join(root, "node_modules", ".package-lock.json");
const markFile = join(root, "node_modules", ".busbar-lock");

const commands = {
  busbar: (args) => runTypeScript(join(root, "src", "cli", "main.ts"), args),
  run: ([file = "", ...args]) => runTypeScript(join(root, file), args),
  vitest: async (args) => {
    // Its workers find their files from the working directory.
    process.chdir(root);
    await runInside(join(root, "node_modules", "vitest", "vitest.mjs"), args);
  },
};

const [name, ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
if (command === undefined) {
  fail(
    2,
    `${name === undefined ? "No command is given" : `"${name}" is no command of this project`}. Usage: node bin/with-packages.mjs busbar|vitest|run [arguments]`,
  );
}
checkNode();
if (!areInstalled()) await install();
await command(args);

/** Times of files say nothing after a git clone, so the contents are compared: those that a mark names, else package by package. */
function areInstalled() {
  const wanted = readText(lockFile);
  if (wanted === undefined)
    fail(1, `${lockFile} is missing, so it is not known which packages to install. Restore it: git checkout package-lock.json`);
  const installed = readText(installedFile);
  if (installed === undefined) return false;
  return readText(markFile) === markOf(wanted, installed) || holdsAll(JSON.parse(wanted), JSON.parse(installed));
}

/** Packages for other systems are in the lock file, marked as optional, and are not installed. */
function holdsAll(wanted, installed) {
  return Object.entries(wanted.packages).every(([path, entry]) => {
    const there = installed.packages[path];
    return (
      path === "" ||
      (there === undefined ? entry.optional === true : there.version === entry.version && there.integrity === entry.integrity)
    );
  });
}

function markOf(wanted, installed) {
  return createHash("sha256").update(wanted).update("\0").update(installed).digest("hex");
}

/** Runs `npm ci`, says that it does, and ends this process as npm ended if that was no success. */
async function install() {
  const folder = join(root, "node_modules");
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail(
      1,
      `The packages do not match package-lock.json, and ${folder} is a link: npm ci would empty what it points to. Run npm ci there, or remove the link.`,
    );
  }
  const start = performance.now();
  const seconds = () => `${Math.round((performance.now() - start) / 1_000)} s`;
  say("Installing the packages of package-lock.json (npm ci) …");
  const progress = setInterval(() => say(`Installing the packages … ${seconds()}`), 2_000);
  const { code, signal, output } = await runNpm(["ci", "--include=dev", "--no-audit", "--no-fund"]);
  clearInterval(progress);
  if (signal !== null) process.exit(128 + constants.signals[signal]);
  if (code !== 0) {
    process.stderr.write(output);
    fail(code, `npm ci failed with code ${code}; what it printed stands above.`);
  }
  writeFileSync(markFile, markOf(readFileSync(lockFile), readFileSync(installedFile)));
  say(`The packages are installed (${seconds()}).`);
}

/** @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, output: string }>} a signal is one that ended npm, or that we were sent */
function runNpm(npmArguments) {
  return new Promise((resolve) => {
    const npm = process.env.npm_execpath?.match(/[/\\]npm[^/\\]*\.[cm]?js$/) ? [process.execPath, process.env.npm_execpath] : ["npm"];
    const [file, ...before] = npm;
    const shell = process.platform === "win32" && npm.length === 1;
    const child = spawn(file, [...before, ...npmArguments], { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));

    let received = null;
    const passOn = (signal) => {
      received = signal;
      child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, passOn);
    const finish = (code, signal) => {
      for (const each of signals) process.off(each, passOn);
      resolve({ code, signal: received ?? signal, output });
    };
    child.once("error", (error) => {
      output += `npm could not be run: ${error.message}\n`;
      finish(127, null);
    });
    child.once("close", finish);
  });
}

async function runTypeScript(file, programArguments) {
  const { register } = await import("tsx/esm/api");
  register();
  await runInside(file, programArguments);
}

/** Imports a program as if it had been started as the process's own. */
async function runInside(file, programArguments) {
  process.argv = [process.argv[0], file, ...programArguments];
  await import(pathToFileURL(file).href);
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(code, message) {
  say(message);
  process.exit(code);
}
