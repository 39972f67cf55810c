import { namesRedis } from "./redis-settings.ts";
import { s3AddressProblems } from "../../log/archive/s3-address.ts";
import { secretVariables } from "./secret-files.ts";
import { rateText, type SettingPlace, settingTable } from "./setting-table.ts";

/** From the one that wins to the one that yields. `.busbar/keys`: made by `dev` for itself; the commands of its folder use it too, `start` does not. */
export type SettingSource = "flag" | "environment" | ".env" | "busbar.config.ts" | ".busbar/keys" | "default";

/** A setting as it may be shown: secrets only as set. */
export interface SettingInForce {
  readonly name: string;
  /** `null`: nothing is set. */
  readonly value: string | number | boolean | null;
  readonly source: SettingSource;
  /** The file that a secret is read from. */
  readonly file?: string;
}

export interface SettingsInput {
  /** By the variable that a flag stands for. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** With what `.env` added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The variables that only `.env` sets. */
  readonly fromEnvFile: ReadonlySet<string>;
  /** What the configuration exports; anything else counts as nothing. */
  readonly config: unknown;
  /** What the keys in force are called, the one that writes first; undefined: there are none. */
  readonly keyIds?: readonly string[] | undefined;
}

const hidden = "set (hidden)";

/** Every setting, with where it comes from. Pure. */
export function settingsInForce(input: SettingsInput): readonly SettingInForce[] {
  return settingTable.map((place) => setting(place, input));
}

function setting({ name, path, otherwise }: SettingPlace, { flags, env, fromEnvFile, config, keyIds }: SettingsInput): SettingInForce {
  const show = (value: unknown): string | number | boolean => {
    if (name.endsWith("_URL")) return shownUrl(String(value));
    if (name === "ARCHIVE_S3" && s3AddressProblems(value).length > 0) return hidden;
    if (name === "BUSBAR_KEYS") return hiddenKeys(keyIds);
    return secretVariables.includes(name) ? hidden : shown(value);
  };
  const flag = flags[name];
  if (flag !== undefined) return { name, value: show(flag), source: "flag" };
  const ofEnvironment = (variable: string): SettingSource => (fromEnvFile.has(variable) ? ".env" : "environment");
  const given = env[name] ?? "";
  if (given !== "") return { name, value: show(given), source: ofEnvironment(name) };
  const file = secretVariables.includes(name) ? (env[`${name}_FILE`] ?? "") : "";
  if (file !== "")
    return { name, value: name === "BUSBAR_KEYS" ? hiddenKeys(keyIds) : hidden, source: ofEnvironment(`${name}_FILE`), file };
  const configured = path === undefined ? undefined : at(withSender(config), path.split("."));
  if (configured !== undefined) return { name, value: show(configured), source: "busbar.config.ts" };
  if (name === "BUSBAR_KEYS" && keyIds !== undefined) return { name, value: hiddenKeys(keyIds), source: ".busbar/keys" };
  // A Redis in parts has no address of its own.
  const nothing = otherwise === undefined || (name === "REDIS_URL" && namesRedis(env));
  return { name, value: nothing ? null : otherwise, source: "default" };
}

/** What they are called may be seen, and what is missing among them. */
function hiddenKeys(ids: readonly string[] = []): string {
  return ids.length === 0 ? hidden : `${hidden}: ${ids.join(", ")}`;
}

function at(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  return typeof value === "object" && value !== null ? at((value as Readonly<Record<string, unknown>>)[key], rest) : undefined;
}

/** A sender may be written as its address alone. */
function withSender(config: unknown): unknown {
  const { channels } = (config ?? {}) as { channels?: { email?: { from?: unknown } } };
  const from = channels?.email?.from;
  if (typeof from !== "string") return config;
  return { ...(config as object), channels: { ...channels, email: { ...channels?.email, from: { address: from } } } };
}

function shown(value: unknown): string | number | boolean {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.join(",");
  const { max, per } = value as { max?: unknown; per?: unknown };
  return typeof max === "number" ? rateText({ max, per: per as string | number }) : "set";
}

/** Without password and query. What cannot be taken apart may be a secret in any part of it. */
function shownUrl(text: string): string {
  if (!URL.canParse(text)) return hidden;
  const { protocol, username, password, host, pathname, search } = new URL(text);
  const user = username === "" && password === "" ? "" : `${username}${password === "" ? "" : ":***"}@`;
  return `${protocol}//${user}${host}${pathname === "/" ? "" : pathname}${search === "" ? "" : "?***"}`;
}
