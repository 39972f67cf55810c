import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const block = 512;

/**
 * A folder as npm packs it: a gzipped ustar archive (not compressed, for it stays on this machine) whose names begin with `package/`, without the `node_modules` that an installation put
 * into it.
 *
 * | at | field | what stands there |
 * |---|---|---|
 * | 0 | name | the path, or the part of it that the prefix leaves |
 * | 100 | mode | of the file, octal |
 * | 124 | size | octal |
 * | 136 | mtime | 0, so that the same files give the same archive |
 * | 148 | checksum | the sum of the header's bytes, with spaces here |
 * | 156 | type | `0`, a file |
 * | 257 | magic | `ustar` and version `00` |
 * | 345 | prefix | the folders in front of the name |
 */
export async function packFolder(folder: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const file of (await filesOf(folder)).toSorted()) {
    const [content, { mode }] = await Promise.all([readFile(file), stat(file)]);
    const name = `package/${relative(folder, file)}`;
    parts.push(header({ name, mode: mode & 0o777, size: content.length }), content, Buffer.alloc(-content.length & (block - 1)));
  }
  return promisify(gzip)(Buffer.concat([...parts, Buffer.alloc(2 * block)]), { level: 0 });
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesOf(path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(nested)).flat();
}

function header({ name, mode, size }: { readonly name: string; readonly mode: number; readonly size: number }): Buffer {
  const bytes = Buffer.alloc(block);
  const [prefix, rest] = split(name);
  bytes.write(rest, 0);
  bytes.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  bytes.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  bytes.write(`${"0".repeat(11)}\0`, 136);
  bytes.write(" ".repeat(8), 148);
  bytes.write("0", 156);
  bytes.write("ustar\x0000", 257);
  bytes.write(prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

/** A long path is told in two fields of 155 and 100 bytes, parted at a slash. */
function split(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new Error(`${path} is too long for a ustar archive`);
}
