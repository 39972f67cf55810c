import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { loadEnvFile, unreadLines } from "../../src/cli/env-file.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "busbar-env-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

function folderWith(text: string): string {
  const made = folder();
  writeFileSync(join(made, ".env"), text);
  return made;
}

describe("a folder's .env", () => {
  it("sets what is not set, and nothing that is, be it empty", () => {
    vi.stubEnv("ENV_FILE_NEW", undefined);
    vi.stubEnv("ENV_FILE_SET", "mine");
    vi.stubEnv("ENV_FILE_EMPTY", "");
    loadEnvFile(folderWith("\u{feff}ENV_FILE_NEW='a b' # why\r\nexport ENV_FILE_SET=theirs\r\n\r\n# c\r\nENV_FILE_EMPTY=theirs\r\n"));
    expect([process.env["ENV_FILE_NEW"], process.env["ENV_FILE_SET"], process.env["ENV_FILE_EMPTY"]]).toEqual(["a b", "mine", ""]);
  });

  it("need not be there", () => {
    expect(() => loadEnvFile(folder())).not.toThrow();
  });

  it("is refused with the number of every line that says nothing, without repeating a secret, and then sets nothing", () => {
    vi.stubEnv("ENV_FILE_NEW", undefined);
    const broken = folderWith('ENV_FILE_NEW=1\nSECRET 1\n\nSECRET_2="secret\n');
    expect(() => loadEnvFile(broken)).toThrow(/\.env" cannot be used:\n {2}- line 2 is no setting.*\n {2}- line 4 is no setting/);
    expect(() => loadEnvFile(broken)).not.toThrow(/secret\b/i);
    expect(process.env["ENV_FILE_NEW"]).toBeUndefined();
  });

  it("is refused where it is a folder", () => {
    const made = folder();
    mkdirSync(join(made, ".env"));
    expect(() => loadEnvFile(made)).toThrow(/\.env" cannot be read: EISDIR/);
  });
});

describe("the lines that Node reads", () => {
  it.each([
    ["A=1\n B = 2 # two\nexport C=3\n", { A: "1", B: "2", C: "3" }],
    ['A="one\ntwo"\nB=1', { A: "one\ntwo", B: "1" }],
    ["A=it's\nB=x\"y\nC='\"'\n", { A: "it's", B: 'x"y', C: '"' }],
    ["A=\nB=#x\nC= \n\n# D\n", { A: "", B: "", C: "" }],
    ["", {}],
  ])("are all of %j", (text, variables) => {
    expect(unreadLines(text)).toEqual([]);
    expect(parseEnv(text)).toEqual(variables);
  });

  it.each([
    ["A=1\nB", [2]],
    ['A="1\nB=2\nC', [1, 3]],
    ["A: 1\n=2\nA B=3\n1A=4", [1, 2, 3, 4]],
    ['A="1\n2"\nB', [3]],
    ['A="1"x', [1]],
  ])("are not all of %j", (text, lines) => {
    expect(unreadLines(text)).toEqual(lines);
  });
});
