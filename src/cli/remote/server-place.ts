import { readFileSync } from "node:fs";
import { isLoopback } from "../../providers/loopback.ts";
import { UsageError } from "../usage-error.ts";

/** A server that commands are done on, instead of in this process. */
export interface ServerPlace {
  /** Where its API is, without a slash at its end. */
  readonly url: string;
  /** The API key; undefined: none is sent, which a `busbar dev` takes. */
  readonly key: string | undefined;
}

export interface ServerWords {
  /** `--url`. */
  readonly url?: string | undefined;
  /** `--key-file`. */
  readonly keyFile?: string | undefined;
}

/**
 * The server that a call names, by `--url` or else BUSBAR_URL; undefined where it names none. The key comes from `--key-file`, else BUSBAR_KEY, or
 * the file of BUSBAR_KEY_FILE: what stands in arguments everybody on the machine can read.
 * @throws UsageError naming the option or the variable
 */
export function serverPlace({ url, keyFile }: ServerWords, env: Readonly<Record<string, string | undefined>>): ServerPlace | undefined {
  const given = url ?? (env["BUSBAR_URL"] || undefined);
  if (given === undefined) {
    if (keyFile === undefined) return undefined;
    throw new UsageError("--key-file goes with --url, or BUSBAR_URL: it holds the key of a server");
  }
  return { url: addressOf(given, url === undefined ? "BUSBAR_URL" : "--url"), key: keyOf(keyFile, env) };
}

/** What a person should know before a key goes out; undefined where all is well. Pure. */
export function keyWarning({ url, key }: ServerPlace): string | undefined {
  const { protocol, hostname, origin } = new URL(url);
  if (key === undefined || protocol === "https:" || isLoopback(hostname)) return undefined;
  return `the API key goes to ${origin} unencrypted, so that others on the way can read it: use https, or an SSH tunnel`;
}

function addressOf(text: string, name: string): string {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw new UsageError(`${name} takes the address of a server, such as https://events.example.com, not ${JSON.stringify(text)}`);
  // It is not repeated: it may well be a key.
  if (url.username !== "" || url.password !== "")
    throw new UsageError(
      `${name}: the address has a user or a password. A key does not belong there: put it into BUSBAR_KEY, or into a file for --key-file`,
    );
  if (url.search !== "" || url.hash !== "")
    throw new UsageError(`${name} takes the address of a server alone, without a query: ${url.origin}${url.pathname}`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function keyOf(given: string | undefined, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const variable = env["BUSBAR_KEY"] ?? "";
  if (given === undefined && variable !== "") return checkedKey(variable, "BUSBAR_KEY");
  const file = given ?? env["BUSBAR_KEY_FILE"] ?? "";
  if (file === "") return undefined;
  const name = given === undefined ? "BUSBAR_KEY_FILE" : "--key-file";
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new UsageError(`${name} cannot be read: ${JSON.stringify(file)}: ${why}`);
  }
  return checkedKey(text, `${name} ${JSON.stringify(file)}`);
}

/** What looks like no key would only be refused, and its text could be anything: it is neither sent nor shown. */
function checkedKey(text: string, where: string): string {
  const key = text.trim();
  if (/^bb_[\w-]{1,200}$/.test(key)) return key;
  throw new UsageError(`${where} holds no API key: one looks like bb_…, and busbar keys create prints it`);
}
