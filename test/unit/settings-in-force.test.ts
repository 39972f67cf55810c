import { describe, expect, it } from "vitest";
import { variables } from "../../src/bus/environment/environment-variables.ts";
import { settingTable } from "../../src/bus/environment/setting-table.ts";
import { leftOut } from "../../src/cli/dev-keys.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { settingsInForce, type SettingsInput } from "../../src/bus/environment/settings-in-force.ts";

const none: SettingsInput = { flags: {}, env: {}, fromEnvFile: new Set(), config: undefined };
const of = (name: string, input: Partial<SettingsInput>) => {
  const { value, source, file } = settingsInForce({ ...none, ...input }).find((setting) => setting.name === name)!;
  return file === undefined ? [value, source] : [value, source, file];
};

describe("the settings in force", () => {
  it("C6: a flag wins over the environment, that over .env, that over busbar.config.ts, and that over the default", () => {
    const config = { prefix: "configured" };
    const env = { QUEUE_PREFIX: "set" };
    expect(of("QUEUE_PREFIX", { config, env, flags: { QUEUE_PREFIX: "flag" } })).toEqual(["flag", "flag"]);
    expect(of("QUEUE_PREFIX", { config, env })).toEqual(["set", "environment"]);
    expect(of("QUEUE_PREFIX", { config, env, fromEnvFile: new Set(["QUEUE_PREFIX"]) })).toEqual(["set", ".env"]);
    expect(of("QUEUE_PREFIX", { config, env: { QUEUE_PREFIX: "" } })).toEqual(["configured", "busbar.config.ts"]);
    expect(of("QUEUE_PREFIX", {})).toEqual(["busbar", "default"]);
  });

  it("C6: no secret is shown, wherever it stands", () => {
    const env = {
      SENDGRID_API_KEY: "SG.hush",
      REDIS_PASSWORD: "hush",
      REDIS_URL: "rediss://me:hush@host:6380/3?password=hush",
      SMTP_URL: "smtp://me:hu/sh@h",
      WEBHOOK_SECRETS: "hush://x",
      TWILIO_AUTH_TOKEN: "hush",
      TWILIO_API_SECRET: "hush",
      SMTP_PASSWORD_FILE: "/run/secrets/smtp",
    };
    expect(JSON.stringify(settingsInForce({ ...none, env }))).not.toMatch(/hush|hu\/sh/);
    expect(of("REDIS_URL", { env })).toEqual(["rediss://me:***@host:6380/3?***", "environment"]);
    expect(of("SENDGRID_API_KEY", { env })).toEqual(["set (hidden)", "environment"]);
    expect(of("SMTP_PASSWORD", { env })).toEqual(["set (hidden)", "environment", "/run/secrets/smtp"]);
    const config = { channels: { email: { sendgrid: { apiKey: "SG.hush" } }, webhook: { secrets: ["hush"] } } };
    expect(JSON.stringify(settingsInForce({ ...none, config }))).not.toContain("hush");
  });

  it("names the keys in force, and shows none of them", () => {
    const env = { BUSBAR_KEYS: "2026a:hush,dev:hush" };
    expect(of("BUSBAR_KEYS", { env, keyIds: ["2026a", "dev"] })).toEqual(["set (hidden): 2026a, dev", "environment"]);
    expect(of("BUSBAR_KEYS", { env: { BUSBAR_KEYS_FILE: "/k" }, keyIds: ["a"] })).toEqual(["set (hidden): a", "environment", "/k"]);
    expect(of("BUSBAR_KEYS", { keyIds: ["dev"] })).toEqual(["set (hidden): dev", ".busbar/keys"]);
    expect(of("BUSBAR_KEYS", {})).toEqual([null, "default"]);
  });

  it("says which keys of a dev are left out", () => {
    const [own, dev] = [newKey("2026a"), newKey("dev")];
    expect([leftOut([own, dev], [dev]), leftOut([own], [])]).toEqual([undefined, undefined]);
    const said = leftOut([own, newKey("dev")], [dev]);
    expect(said).toMatch(/with the key "dev" of \.busbar.keys, which BUSBAR_KEYS does not hold: .* append the line of/);
    expect(said).not.toContain(dev.slice(4));
  });

  it("reads the configuration's own words as the environment writes them", () => {
    const config = {
      application: "shop",
      channels: { email: { from: "a@b.co", rateLimit: { max: 5, per: "1m" } }, sms: { enabled: false, countries: ["IN", "DE"] } },
    };
    expect(of("application", { config })).toEqual(["shop", "busbar.config.ts"]);
    expect(of("EMAIL_FROM", { config })).toEqual(["a@b.co", "busbar.config.ts"]);
    expect(of("EMAIL_RATE_LIMIT", { config })).toEqual(["5/1m", "busbar.config.ts"]);
    expect(of("SMS_ENABLED", { config })).toEqual([false, "busbar.config.ts"]);
    expect(of("SMS_COUNTRIES", { config })).toEqual(["IN,DE", "busbar.config.ts"]);
  });

  it("names no address of Redis where it is given in parts", () => {
    expect(of("REDIS_URL", { env: { REDIS_HOST: "h" } })).toEqual([null, "default"]);
    expect(of("REDIS_URL", {})).toEqual(["redis://127.0.0.1:6379", "default"]);
  });

  it("knows every variable, and what each channel does by default", () => {
    expect(settingTable.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(variables.shape)));
    expect(of("WEBHOOK_RATE_LIMIT", {})).toEqual(["off", "default"]);
    expect(of("EMAIL_RATE_LIMIT", {})).toEqual(["10/1s", "default"]);
  });
});
